// Equal nodes become one; nodes that only look equal stay two.
import { expect, test } from 'vitest'
import { makeGraph } from '../graph/graph.ts'
import { toHostArray } from '../host/host-array.ts'
import { makeConstant, makeInput, makeItem, makeNode } from '../trace/build.ts'
import type { Graph, Node } from '../trace/node.ts'
import { shareNodes } from './share-nodes.ts'

const x = makeInput('x', { shape: [2, 3], dtype: 'float32' })
const y = makeInput('x', { shape: [2, 3], dtype: 'float32' })

/** Whether the pass makes the two nodes one. */
function areShared(a: Node, b: Node): boolean {
  const { outputs } = shareNodes(makeGraph([x, y], [a, b]))
  return outputs[0] === outputs[1]
}

const numbers = (values: number[], dtype: 'float32' | 'int32' = 'float32'): Node =>
  makeConstant(toHostArray(values, { dtype }))
const sum = (input: Node, axes: number[]): Node => makeNode('sum', [input], { axes })

test('equal operations over equal inputs are one node, however deep', () => {
  const make = (): Node => makeNode('exp', [sum(makeNode('tanh', [x], {}), [1])], {})
  expect(areShared(make(), make())).toBe(true)
})

test('operations, attributes and inputs tell nodes apart; two inputs are never one', () => {
  expect(areShared(makeNode('exp', [x], {}), makeNode('tanh', [x], {}))).toBe(false)
  expect(areShared(sum(x, [0]), sum(x, [1]))).toBe(false)
  expect(areShared(makeNode('exp', [x], {}), makeNode('exp', [y], {}))).toBe(false)
  expect(areShared(x, y)).toBe(false)
})

test('the order of operands matters only where it matters', () => {
  for (const operation of ['add', 'mul', 'max', 'min'] as const) {
    expect(areShared(makeNode(operation, [x, y], {}), makeNode(operation, [y, x], {}))).toBe(true)
  }
  for (const operation of ['sub', 'div', 'pow'] as const) {
    expect(areShared(makeNode(operation, [x, y], {}), makeNode(operation, [y, x], {}))).toBe(false)
  }
})

test('small constants are compared by content, bit by bit', () => {
  expect(areShared(numbers([1, 2]), numbers([1, 2]))).toBe(true)
  expect(areShared(numbers([1, 2]), numbers([1, 3]))).toBe(false)
  expect(areShared(numbers([1, 2]), numbers([1, 2], 'int32'))).toBe(false)
  expect(areShared(numbers([0]), numbers([-0]))).toBe(false)
  expect(areShared(numbers([Number.NaN]), numbers([Number.NaN]))).toBe(true)
  const column = makeConstant(toHostArray([1, 2], { shape: [2, 1] }))
  expect(areShared(numbers([1, 2]), column)).toBe(false)
})

test('large constants are compared by their data', () => {
  const data = new Float32Array(100)
  const over = (values: Float32Array, shape = [100]): Node => makeConstant(toHostArray(values, { shape }))
  expect(areShared(over(data), over(data))).toBe(true)
  expect(areShared(over(data), over(data.slice()))).toBe(false)
  expect(areShared(over(data), over(data, [10, 10]))).toBe(false)
})

test('attributes are compared as numbers, not as text that forgets −0 and NaN', () => {
  const pad = (value: number): Node => makeNode('pad', [x], { before: [1, 0], after: [0, 0], interior: [0, 0], value })
  expect(areShared(pad(0), pad(-0))).toBe(false)
  expect(areShared(pad(Infinity), pad(-Infinity))).toBe(false)
  expect(areShared(pad(1), pad(1))).toBe(true)
})

function makeLoop(makeBody: (carry: Node) => Node, name = 'carry', reverse = false): Node {
  const carry = makeInput(name, x)
  const body: Graph = makeGraph([carry], [makeBody(carry)])
  return makeItem(makeNode('scan', [x], { length: 3, body, carries: 1, sequences: 0, reverse }), 0)
}

test('scans are one when their bodies compute the same, whatever their inputs are called', () => {
  const body = (carry: Node): Node => makeNode('add', [makeNode('tanh', [carry], {}), carry], {})
  const swapped = (carry: Node): Node => makeNode('add', [carry, makeNode('tanh', [carry], {})], {})
  expect(areShared(makeLoop(body), makeLoop(body, 'other'))).toBe(true)
  expect(areShared(makeLoop(body), makeLoop(swapped))).toBe(true)
  expect(areShared(makeLoop(body), makeLoop(body, 'carry', true))).toBe(false)
  expect(
    areShared(
      makeLoop(body),
      makeLoop((carry) => makeNode('tanh', [carry], {})),
    ),
  ).toBe(false)
})

test('nodes in bodies are shared as well', () => {
  const loop = makeLoop((carry) => makeNode('sub', [makeNode('exp', [carry], {}), makeNode('exp', [carry], {})], {}))
  const graph = shareNodes(makeGraph([x], [loop]))
  const scan = graph.nodes.find((node) => node.operation === 'scan')
  expect(scan?.attributes.body.nodes).toHaveLength(3)
})

test('a graph without equal nodes is returned as it is', () => {
  const graph = makeGraph([x, y], [makeNode('sub', [x, y], {})])
  expect(shareNodes(graph)).toBe(graph)
})
