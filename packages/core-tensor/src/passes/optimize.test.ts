// All passes together, on random graphs and on large ones.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { traceGraph } from '../compile/compile.ts'
import { printGraph } from '../graph/print.ts'
import { zeros } from '../ops/create.ts'
import type { Graph } from '../trace/node.ts'
import type { Tensor } from '../trace/tensor.ts'
import { dropUnused } from './drop-unused.ts'
import { expectSameValues } from './fixtures/compare-graphs.ts'
import { makeRandomGraph } from './fixtures/random-graph.ts'
import { makeRandomScan } from './fixtures/random-scan.ts'
import { foldConstants } from './fold-constants.ts'
import { hoistScan } from './hoist-scan.ts'
import { optimizeGraph } from './optimize.ts'
import { shareNodes } from './share-nodes.ts'
import { simplify } from './simplify.ts'

const passes: readonly (readonly [string, (graph: Graph) => Graph])[] = [
  ['shareNodes', shareNodes],
  ['dropUnused', dropUnused],
  ['foldConstants', foldConstants],
  ['simplify', simplify],
  ['hoistScan', hoistScan],
  ['optimizeGraph', (graph) => optimizeGraph(graph)],
]

describe.each(passes)('%s', (_, pass) => {
  test('keeps the values of random graphs', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expectSameValues(makeRandomGraph(seed), pass)
      }),
      { numRuns: 150 },
    )
  }, 30_000)
})

describe('optimizeGraph', () => {
  /** A chain of layers; about 26 nodes each, forward only. */
  const makeDeepGraph = (layers: number): Graph =>
    traceGraph(
      (w: Tensor, x: Tensor) => {
        let state = x
        for (let layer = 0; layer < layers; layer++) {
          state = state.matmul(w).mul(2).add(1).tanh().sub(state.sigmoid().mul(state)).add(state.sub(0).div(1).neg())
        }
        return state.square().sum()
      },
      zeros([8, 8]),
      zeros([4, 8]),
    )

  test('twenty thousand nodes take well under a second', () => {
    const graph = makeDeepGraph(800)
    expect(graph.nodes.length).toBeGreaterThan(18_000)
    const start = performance.now()
    const optimized = optimizeGraph(graph)
    expect(performance.now() - start).toBeLessThan(1500)
    expect(optimized.nodes.length).toBeLessThan(8000)
  })

  test('equal graphs give equal graphs', () => {
    for (let seed = 0; seed < 20; seed++) {
      const [first, second] = [makeRandomScan(seed), makeRandomScan(seed)]
      expect(printGraph(optimizeGraph(first.graph))).toBe(printGraph(optimizeGraph(second.graph)))
    }
  })

  test('what is optimized already is hardly worked on, and the result is the same', () => {
    for (let seed = 0; seed < 20; seed++) {
      const once = optimizeGraph(makeRandomScan(seed).graph)
      expect(printGraph(optimizeGraph(once))).toBe(printGraph(once))
    }
  })

  test('loops can be left as they are', () => {
    const { graph } = makeRandomScan(1)
    const products = (g: Graph): number => g.nodes.filter(({ operation }) => operation === 'matmul').length
    expect(products(optimizeGraph(graph, { hoist: false }))).toBe(0)
    expect(products(optimizeGraph(graph))).toBeGreaterThan(0)
  })
})
