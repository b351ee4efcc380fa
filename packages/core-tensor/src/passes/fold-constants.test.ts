// What depends on constants only is computed once; what is large and uniform stays small.
import { expect, test } from 'vitest'
import { makeGraph } from '../graph/graph.ts'
import { toHostArray } from '../host/host-array.ts'
import { makeConstant, makeInput, makeItem, makeNode } from '../trace/build.ts'
import type { Node } from '../trace/node.ts'
import type { Shape } from '../trace/types.ts'
import { foldConstants } from './fold-constants.ts'

const x = makeInput('x', { shape: [2, 3], dtype: 'float32' })
const constant = (values: number[], shape: Shape = [values.length]): Node =>
  makeConstant(toHostArray(values, { shape }))
const fold = (node: Node): Node => foldConstants(makeGraph([x], [node])).outputs[0] as Node
const range = (count: number): Node => constant(Array.from({ length: count }, (_, i) => i))
const wide = (node: Node, count: number): Node => {
  const row = makeNode('reshape', [node], { shape: [1, ...node.shape] })
  return makeNode('broadcast', [row], { shape: [count, ...node.shape] })
}

test('what depends on constants only becomes a constant', () => {
  const product = makeNode('matmul', [constant([1, 2, 3, 4], [2, 2]), constant([5, 6], [2, 1])], {})
  const folded = fold(makeNode('sub', [product, constant([1, 1], [2, 1])], {}))
  // [1 2; 3 4] · [5; 6] = [17; 39]
  expect(folded.operation === 'constant' && [...folded.attributes.value.data]).toEqual([16, 38])
})

test('only the part that is known is folded', () => {
  const sum = makeNode('add', [constant([1, 2, 3, 4, 5, 6], [2, 3]), constant([1, 1, 1, 1, 1, 1], [2, 3])], {})
  const folded = fold(makeNode('mul', [x, sum], {}))
  expect(folded.inputs.map(({ operation }) => operation)).toEqual(['input', 'constant'])
})

test('broadcasts stay broadcasts, small ones too, and what they are made of is folded', () => {
  const folded = fold(wide(makeNode('exp', [constant([0, 0.5])], {}), 3))
  expect(folded.operation).toBe('broadcast')
  expect(folded.inputs[0]?.operation).toBe('constant')
})

test('what is computed through a broadcast is folded when it is small again', () => {
  const folded = fold(makeNode('sum', [makeNode('exp', [wide(constant([0, 0]), 50_000 / 2)], {})], { axes: [0] }))
  expect(folded.operation === 'constant' && [...folded.attributes.value.data]).toEqual([25_000, 25_000])
})

test('a value larger than its constants stays a computation', () => {
  const count = 100
  const columns = makeNode('permute', [wide(range(count), count)], { axes: [1, 0] })
  const identity = makeNode('compare', [wide(range(count), count), columns], { comparison: 'equal' })
  const folded = fold(identity)
  expect(folded.operation).toBe('compare')
  // A small one is worth its constants.
  const few = makeNode('compare', [wide(range(4), 4), makeNode('permute', [wide(range(4), 4)], { axes: [1, 0] })], {
    comparison: 'equal',
  })
  expect(fold(few).operation).toBe('constant')
})

test('large values are left to the run', () => {
  const large = makeConstant(toHostArray(new Float32Array(70_000)))
  expect(fold(makeNode('exp', [large], {})).operation).toBe('exp')
  const part = makeNode('slice', [large], { start: [0], size: [5], stride: [1] })
  expect(fold(part).operation).toBe('constant')
})

test('random draws are never folded', () => {
  const key = makeConstant(toHostArray([1, 2], { dtype: 'int32' }))
  const offset = makeConstant(toHostArray(0, { dtype: 'int32' }))
  expect(fold(makeNode('random', [key, offset], { shape: [2], kind: 'bits' })).operation).toBe('random')
})

test('bodies of scans are folded', () => {
  const carry = makeInput('carry', x)
  const ones = constant([1, 1, 1, 1, 1, 1], [2, 3])
  const body = makeGraph([carry], [makeNode('add', [carry, makeNode('exp', [ones], {})], {})])
  const scan = makeNode('scan', [x], { length: 3, body, carries: 1, sequences: 0, reverse: false })
  const folded = fold(makeItem(scan, 0)).inputs[0] as Node
  const operations = folded.operation === 'scan' && folded.attributes.body.nodes.map(({ operation }) => operation)
  expect(operations).toEqual(['input', 'constant', 'add'])
})

test('double precision is kept where constants have it', () => {
  const double = makeConstant(toHostArray([0.1], { precision: 'double' }))
  const folded = fold(makeNode('mul', [double, double], {}))
  expect(folded.operation === 'constant' && folded.attributes.value.data[0]).toBe(0.1 * 0.1)
})
