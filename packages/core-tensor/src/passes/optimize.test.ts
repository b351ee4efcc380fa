import fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Graph } from '../trace/node.ts'
import { dropUnused } from './drop-unused.ts'
import { expectSameValues } from './fixtures/compare-graphs.ts'
import { makeRandomGraph } from './fixtures/random-graph.ts'
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
  })
})
