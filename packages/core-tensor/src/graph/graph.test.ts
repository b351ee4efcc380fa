// Sealed graphs, and graphs rewritten: order, sharing, replacement, and depth.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runGraphOnHost } from '../backend/reference/run-on-host.ts'
import { toHostArray } from '../host/host-array.ts'
import { makeConstant, makeInput, makeNode } from '../trace/build.ts'
import type { Graph, Node } from '../trace/node.ts'
import { findUndeclaredInputs, makeGraph, sortNodes } from './graph.ts'
import { inlineGraph, replaceNodes, rewriteGraph } from './rewrite.ts'

const scalar = { shape: [], dtype: 'float32' } as const
const input = (name: string) => makeInput(name, scalar)
const number = (value: number): Node => makeConstant(toHostArray(value))
const add = (a: Node, b: Node): Node => makeNode('add', [a, b], {})
const mul = (a: Node, b: Node): Node => makeNode('mul', [a, b], {})
const run = (graph: Graph, ...values: number[]): number[] =>
  runGraphOnHost(graph, values.map((value) => toHostArray(value))).map(({ data }) => data[0] as number) // biome-ignore format: short

/** Graphs over two inputs: each node adds or multiplies two earlier ones. */
const graphs = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { minLength: 1, maxLength: 30 }).map((steps) => {
  const inputs = [input('a'), input('b')] as const
  const nodes: Node[] = [...inputs]
  for (const [i, j, adds] of steps) {
    const [x, y] = [nodes[i % nodes.length] as Node, nodes[j % nodes.length] as Node]
    nodes.push(adds ? add(x, y) : mul(x, number(0.5)))
  }
  return makeGraph(inputs, nodes.slice(-2))
})

describe('makeGraph', () => {
  test('every node once, after its inputs; declared inputs first, used or not', () => {
    fc.assert(
      fc.property(graphs, ({ inputs, outputs, nodes }) => {
        expect(nodes.slice(0, 2)).toEqual(inputs)
        expect(new Set(nodes).size).toBe(nodes.length)
        nodes.forEach((node, place) => {
          for (const before of node.inputs) expect(nodes.indexOf(before)).toBeLessThan(place)
        })
        for (const output of outputs) expect(nodes).toContain(output)
        // Nothing that no output needs.
        const needed = new Set<Node>([...inputs, ...outputs])
        for (const node of nodes.toReversed())
          if (needed.has(node)) for (const before of node.inputs) needed.add(before)
        expect(needed.size).toBe(nodes.length)
      }),
    )
  })

  test('what is read without being declared is found', () => {
    const [a, b] = [input('a'), input('b')]
    const graph = makeGraph([a], [add(a, b), b])
    expect(findUndeclaredInputs(graph)).toEqual([b])
    expect(findUndeclaredInputs(makeGraph([a, b], [add(a, b)]))).toEqual([])
  })

  test('an output may be an input, a constant, or the same node twice', () => {
    const a = input('a')
    const seven = number(7)
    const graph = makeGraph([a], [a, seven, seven, a])
    expect(graph.nodes).toEqual([a, seven])
    expect(run(graph, 3)).toEqual([3, 7, 7, 3])
  })
})

describe('rewriting', () => {
  test('with the identity gives the very nodes back', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(rewriteGraph(graph, (node) => node)).toEqual(graph)
        expect(rewriteGraph(graph, (node) => node).outputs[0]).toBe(graph.outputs[0])
      }),
    )
  })

  test('a replacement reaches everything that stands on it, and keeps the sharing', () => {
    const a = input('a')
    const shared = mul(a, number(2))
    const graph = makeGraph([a], [add(shared, shared), mul(shared, a)])
    const tripled = rewriteGraph(graph, (node) => (node.operation === 'constant' ? number(3) : node))
    expect(run(graph, 5)).toEqual([20, 50])
    expect(run(tripled, 5)).toEqual([30, 75])
    expect(tripled.nodes).toHaveLength(graph.nodes.length)
    expect(tripled.inputs[0]).toBe(a)
  })

  test('inlining is running with other arguments, sharing included', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: -3, max: 3 }), (graph, x) => {
        const a = input('x')
        const [first, second] = [add(a, number(1)), mul(a, number(-0.5))]
        const inlined = makeGraph([a], inlineGraph(graph, [first, second]))
        expect(run(inlined, x)).toEqual(run(graph, x + 1, -0.5 * x))
        expect(inlined.nodes.length).toBeLessThanOrEqual(graph.nodes.length + 4)
      }),
    )
    expect(() => inlineGraph(makeGraph([input('a')], []), [])).toThrow(RangeError)
  })

  test('replaceNodes: of a root, of an ancestor, by what stands on other replacements, and of nothing', () => {
    const [a, b] = [input('a'), input('b')]
    const sum = add(a, b)
    const product = mul(sum, a)
    expect(replaceNodes([product], new Map())[0]).toBe(product)
    expect(replaceNodes([sum, product], new Map([[sum, b]]))[0]).toBe(b)
    const [replaced] = replaceNodes([product], new Map<Node, Node>([[sum, mul(a, b)], [a, number(4)]])) // biome-ignore format: pairs
    // ((a · b) · a) with a = 4
    expect(run(makeGraph([b], [replaced as Node]), 5)).toEqual([80])
  })
})

test('a chain of 50,000 nodes is sorted, rewritten, inlined and replaced without recursion', () => {
  const a = input('a')
  let last: Node = a
  for (let i = 0; i < 50_000; i++) last = add(last, a)
  const graph = makeGraph([a], [last])
  expect(sortNodes([], [last])).toHaveLength(50_001)
  expect(rewriteGraph(graph, (node) => node).nodes).toHaveLength(50_001)
  const b = input('b')
  expect(makeGraph([b], inlineGraph(graph, [b])).nodes).toHaveLength(50_001)
  expect(makeGraph([b], replaceNodes([last], new Map([[a, b]]))).nodes).toHaveLength(50_001)
  expect(findUndeclaredInputs(graph)).toEqual([])
})
