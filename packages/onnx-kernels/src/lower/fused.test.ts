// Fused operators: found where they fit and nowhere else, and with the results of the primitives they stand for.
import {
  type Backend,
  type Graph,
  grad,
  type HostArray,
  makeGraph,
  makeInput,
  makeNode,
  optimizeGraph,
  type Shape,
  scan,
  Tensor,
  tensor,
} from '@deep-recipe/core-tensor'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAgreement, floats, randomArray } from '../fixtures/compare.ts'
import { openOnnx } from '../index.ts'
import { findFusedOperators } from './fused.ts'
import { lowerGraph } from './lower-graph.ts'

let backend: Backend
beforeAll(async () => {
  backend = await openOnnx()
})
afterAll(() => backend.close())

/** The optimized graph of a function of tensors. */
function traceGraph(fn: (...inputs: Tensor[]) => Tensor | Tensor[], ...shapes: Shape[]): Graph {
  const inputs = shapes.map((shape, position) => makeInput(`input ${position}`, { dtype: 'float32', shape }))
  const result = fn(...inputs.map((input) => new Tensor(input)))
  const outputs = Array.isArray(result) ? result : [result]
  return optimizeGraph(
    makeGraph(
      inputs,
      outputs.map((output) => output.node),
    ),
  )
}

const found = (graph: Graph): string[] => [...findFusedOperators(graph).values()].map(({ operator }) => operator)

const gelu = (x: Tensor): Tensor =>
  x.mul(
    x
      .add(x.pow(3).mul(0.044715))
      .mul(Math.sqrt(2 / Math.PI))
      .tanh()
      .add(1)
      .mul(0.5),
  )
const layerNorm = (x: Tensor, scale: Tensor, offset: Tensor): Tensor => {
  const centred = x.sub(x.mean(-1, { keepDims: true }))
  const variance = centred.square().mean(-1, { keepDims: true })
  return centred.div(variance.add(1e-5).sqrt()).mul(scale).add(offset)
}

const special = floats([10], [Number.NaN, Infinity, -Infinity, 0, -0, 1e30, -1e30, -3, 2, 20])
const rows = floats([4, 3], [-Infinity, -Infinity, 0, 1, 2, Number.NaN, 1e4, 10001, 10002, -80, 0, 80])

const cases: [string, string, Graph, HostArray[]][] = [
  ['GELU', 'Gelu', traceGraph(gelu, [10]), [special]],
  ['softmax of rows', 'Softmax', traceGraph((x) => x.softmax(), [4, 3]), [rows]],
  ['softmax over another axis', 'Softmax', traceGraph((x) => x.softmax(1), [2, 5, 3]), [randomArray([2, 5, 3])]],
  [
    'layer normalisation',
    'LayerNormalization',
    traceGraph(layerNorm, [2, 3, 8], [8], [8]),
    [randomArray([2, 3, 8]), randomArray([8], 'float32', 2), randomArray([8], 'float32', 3)],
  ],
  [
    'layer normalisation far from 0',
    'LayerNormalization',
    traceGraph(layerNorm, [1, 8], [8], [8]),
    [floats([1, 8], [1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007]), randomArray([8]), randomArray([8])],
  ],
]

test.each(cases)('%s is one operator, and computes the same', async (_, operator, graph, inputs) => {
  expect(found(graph)).toEqual([operator])
  expect(lowerGraph(graph, { watch: false, block: 0 }).operators).toBe(1)
  await expectAgreement(backend, graph, inputs, 2e-5)
})

test('in the body of a loop as well', async () => {
  const loop = (sequence: Tensor): Tensor =>
    scan((carry: Tensor, step: Tensor) => [carry.add(step).softmax(), undefined], tensor([1, 2, 3]), sequence)[0]
  const graph = traceGraph(loop, [5, 3])
  expect(found(graph)).toEqual(['Softmax'])
  await expectAgreement(backend, graph, [randomArray([5, 3])])
})

test('not where somebody reads what happens inside', () => {
  const inner = (x: Tensor): Tensor[] => [x.softmax(), x.sub(x.max(-1, { keepDims: true })).exp()]
  expect(found(traceGraph(inner, [4, 3]))).toEqual([])
  expect(found(traceGraph((x) => grad((y: Tensor) => gelu(y).sum())(x), [4, 3]))).toEqual([])
  const masked = (x: Tensor): Tensor[] => [
    x.softmax(),
    x
      .sub(x.max(-1, { keepDims: true }))
      .exp()
      .sum(-1),
  ]
  expect(found(traceGraph(masked, [4, 3]))).toEqual([])
})

test('not where the pattern is another', () => {
  const others: [(x: Tensor) => Tensor, Shape][] = [
    [(x) => x.mul(x.add(x.pow(3).mul(0.05)).mul(0.7978846).tanh().add(1).mul(0.5)), [6]],
    [(x) => x.mul(x.add(x.pow(2).mul(0.044715)).mul(0.7978846).tanh().add(1).mul(0.5)), [6]],
    // Square, so that a sum over the other axis has the same number of elements.
    [
      (x) =>
        x
          .sub(x.max(0, { keepDims: true }))
          .exp()
          .div(
            x
              .sub(x.max(0, { keepDims: true }))
              .exp()
              .sum(-1, { keepDims: true }),
          ),
      [3, 3],
    ],
    [
      (x) =>
        x
          .sub(x.max(-1))
          .exp()
          .div(x.sub(x.max(-1)).exp().sum(-1)),
      [3, 3],
    ],
  ]
  for (const [fn, shape] of others) expect(found(traceGraph(fn, shape))).toEqual([])
})

test('not while every value is watched', () => {
  const graph = traceGraph((x) => x.softmax(), [4, 3])
  expect(lowerGraph(graph, { watch: true, block: 0 }).operators).toBeGreaterThan(3)
})

// makeNode is how a backend sees a graph that no Tensor method built.
test('a product of something else is left alone', () => {
  const x = makeInput('x', { dtype: 'float32', shape: [3] })
  expect(found(makeGraph([x], [makeNode('mul', [x, x], {})]))).toEqual([])
})
