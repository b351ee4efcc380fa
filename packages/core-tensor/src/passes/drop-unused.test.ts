// What nobody reads must go, within scans too, and the values must stay.
import { describe, expect, test } from 'vitest'
import { makeGraph } from '../graph/graph.ts'
import { HostRandom } from '../random/host-random.ts'
import { makeInput, makeItem, makeNode } from '../trace/build.ts'
import type { Graph, Node, NodeOf } from '../trace/node.ts'
import { dropUnused } from './drop-unused.ts'
import { expectSameValues } from './fixtures/compare-graphs.ts'
import { randomValue } from './fixtures/random-graph.ts'

const float = (name: string, ...shape: number[]): NodeOf<'input'> => makeInput(name, { shape, dtype: 'float32' })
const add = (a: Node, b: Node): Node => makeNode('add', [a, b], {})
const tanh = (a: Node): Node => makeNode('tanh', [a], {})

interface LoopParts {
  readonly carries: readonly Node[]
  readonly results: readonly Node[]
}

/** A loop with two carries (a, b), two sequences (s, t) and two constants (k, l); the graph returns the given results. */
function dropInLoop(
  build: (a: Node, b: Node, s: Node, t: Node, k: Node, l: Node) => LoopParts,
  used: readonly number[],
  sameInputs = false,
): { graph: Graph; loop: NodeOf<'scan'> | undefined } {
  const inner = ['a', 'b', 's', 't', 'k', 'l'].map((name) => float(name, 2))
  const outer = [float('a', 2), float('b', 2), float('s', 3, 2), float('t', 3, 2), float('k', 2), float('l', 2)]
  const { carries, results } = build(...(inner as unknown as [Node, Node, Node, Node, Node, Node]))
  const given = sameInputs ? [0, 1, 2, 2, 4, 4].map((place) => outer[place] as Node) : outer
  const scan = makeNode('scan', given, {
    length: 3,
    body: makeGraph(inner, [...carries, ...results]),
    carries: 2,
    sequences: 2,
    reverse: false,
  })
  const graph = makeGraph(
    outer,
    used.map((index) => makeItem(scan, index)),
  )
  const random = new HostRandom(3)
  const after = expectSameValues({ graph, inputs: outer.map(({ shape }) => randomValue(random, shape)) }, dropUnused)
  return { graph: after, loop: after.nodes.find((node) => node.operation === 'scan') }
}

/** Names of the body's inputs, and how many outputs it has. */
function describeLoop(loop: NodeOf<'scan'> | undefined): string {
  if (!loop) return 'no loop'
  const { body, carries, sequences } = loop.attributes
  const names = body.inputs.map(({ attributes }) => attributes.name)
  const parts = [names.slice(0, carries), names.slice(carries, carries + sequences), names.slice(carries + sequences)]
  return `${parts.map((part) => part.join('')).join('|')} → ${body.outputs.length}`
}

describe('scans', () => {
  test('results that nothing reads go, with all that only they need', () => {
    const { loop } = dropInLoop(
      (a, b, s, t, k, l) => ({ carries: [add(a, s), add(b, t)], results: [add(b, k), add(a, l)] }),
      [3],
    )
    expect(describeLoop(loop)).toBe('a|s|l → 2')
  })

  test('carries that keep each other going, but nothing else, go', () => {
    const { loop } = dropInLoop((a, b, s, t) => ({ carries: [add(b, t), tanh(a)], results: [tanh(s)] }), [2])
    expect(describeLoop(loop)).toBe('|s| → 1')
  })

  test('a carry that a used one reads stays', () => {
    const { loop } = dropInLoop((a, b, s) => ({ carries: [add(a, b), add(b, s)], results: [] }), [0])
    expect(describeLoop(loop)).toBe('ab|s| → 2')
  })

  test('a carry that never changes becomes a constant', () => {
    const { loop, graph } = dropInLoop((a, b, s) => ({ carries: [a, add(b, add(a, s))], results: [] }), [0, 1])
    expect(describeLoop(loop)).toBe('b|s|a → 1')
    expect(graph.outputs[0]).toBe(graph.inputs[0])
  })

  test('repeated results and results that are sequences need no room', () => {
    const { loop, graph } = dropInLoop(
      (a, b, s, t) => {
        const next = add(a, s)
        return { carries: [next, b], results: [next, next, t] }
      },
      [2, 3, 4],
    )
    expect(describeLoop(loop)).toBe('a|s| → 2')
    expect(graph.outputs[0]).toBe(graph.outputs[1])
    expect(graph.outputs[2]).toBe(graph.inputs[3])
  })

  test('what is given twice comes in once', () => {
    const { loop } = dropInLoop(
      (a, b, s, t, k, l) => ({ carries: [add(a, add(s, t)), add(b, add(k, l))], results: [] }),
      [0, 1],
      true,
    )
    expect(describeLoop(loop)).toBe('ab|s|k → 2')
  })

  test('a loop that only passes sequences through disappears', () => {
    const { loop } = dropInLoop((a, b, s, t) => ({ carries: [a, b], results: [s, t] }), [0, 1, 2, 3])
    expect(describeLoop(loop)).toBe('no loop')
  })
})

test('a graph without anything needless is returned as it is', () => {
  const x = float('x', 2)
  const graph = makeGraph([x], [tanh(x)])
  expect(dropUnused(graph)).toBe(graph)
})
