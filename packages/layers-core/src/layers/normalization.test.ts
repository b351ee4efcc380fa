// Layer and batch normalisation against PyTorch (fixtures/make_layers.py): outputs, gradients, running statistics.
import { readFileSync } from 'node:fs'
import {
  type NestedArray,
  openReference,
  randomKey,
  ShapeError,
  Tensor,
  tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { type Derived, differentiate, expectClose } from '../fixtures/differentiate.ts'
import { evaluation } from '../layer.ts'
import { batchNorm, layerNorm } from './normalization.ts'

interface BatchNormCase {
  readonly axis: number
  readonly inputs: readonly NestedArray[]
  readonly scale: NestedArray
  readonly offset: NestedArray
  readonly train: readonly Derived[]
  readonly mean: NestedArray
  readonly variance: NestedArray
  readonly evaluated: NestedArray
}

type LayerNormCase = Derived & {
  readonly input: NestedArray
  readonly scale: NestedArray
  readonly offset: NestedArray
}

const expected: { readonly layerNorm: LayerNormCase; readonly [name: `batchNorm${string}`]: BatchNormCase } =
  JSON.parse(readFileSync(new URL('../fixtures/layers.json', import.meta.url), 'utf8'))
const backend = openReference({ precision: 'double' })
const epsilon = 0.0625
const key = randomKey(1)

function expectSame(actual: Derived, wanted: Derived): void {
  expectClose(actual.output, wanted.output, 1e-6)
  expect(actual.gradients.length).toBe(wanted.gradients.length)
  actual.gradients.forEach((gradient, i) => {
    expectClose(gradient, wanted.gradients[i] as NestedArray, 1e-6)
  })
}

test('layerNorm has the values and gradients of PyTorch', async () => {
  const { input, scale, offset, ...wanted } = expected.layerNorm
  const layer = layerNorm({ epsilon })
  const apply = (x: Tensor, gamma: Tensor, beta: Tensor) => layer.apply({ scale: gamma, offset: beta }, x, evaluation)
  expectSame(await differentiate(backend, apply as (...inputs: Tensor[]) => Tensor, input, scale, offset), wanted)
})

test('layerNorm begins with mean 0 and variance 1 in each row', async () => {
  const layer = layerNorm()
  const output = layer.apply(layer.init(key, [3, 4]), tensor(expected.layerNorm.input as number[][][]), evaluation)
  expectClose(
    await output.mean(-1).array(),
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
    1e-6,
  )
  expectClose(
    await output.square().mean(-1).array(),
    [
      [1, 1, 1],
      [1, 1, 1],
    ],
    1e-3,
  )
})

describe.each(['batchNormVectors', 'batchNormImages', 'batchNormLast'] as const)('PyTorch: %s', (name) => {
  const { axis, inputs, scale, offset, train, mean, variance, evaluated } = expected[name] as BatchNormCase
  const layer = batchNorm({ axis, epsilon, momentum: 0.875 })
  const first = layer.init(key, tensor(inputs[0] as number[]).shape.slice(1))

  test('training: outputs and gradients of each batch', async () => {
    for (const [i, input] of inputs.entries()) {
      const apply = (x: Tensor, gamma: Tensor, beta: Tensor) =>
        layer.apply({ ...first, scale: gamma, offset: beta }, x, { training: true })
      expectSame(
        await differentiate(backend, apply as (...given: Tensor[]) => Tensor, input, scale, offset),
        train[i] as Derived,
      )
    }
  })

  test('running statistics after several batches, and evaluation with them', async () => {
    let state = first.state
    for (const input of inputs) {
      const next = new Map<Tensor, Tensor>()
      const record = (parameter: Tensor, value: Tensor) => void next.set(parameter, value)
      layer.apply({ ...first, state }, tensor(input as number[]), { training: true, record })
      state = { mean: next.get(state.mean) as Tensor, variance: next.get(state.variance) as Tensor }
    }
    expectClose(await state.mean.array(), mean, 1e-6)
    expectClose(await state.variance.array(), variance, 1e-6)
    const params = { scale: tensor(scale as number[]), offset: tensor(offset as number[]), state }
    const record = () => expect.unreachable('evaluation records nothing')
    const output = layer.apply(params, tensor(inputs[0] as number[]), { training: false, record })
    expectClose(await output.array(), evaluated, 1e-5)
  })
})

test('statistics are not tracked where nobody records them', () => {
  const layer = batchNorm()
  expect(
    layer.apply(
      layer.init(key, [2]),
      tensor([
        [1, 2],
        [3, 4],
      ]),
      { training: true },
    ),
  ).toBeInstanceOf(Tensor)
})

test('a single example keeps running statistics finite', async () => {
  const layer = batchNorm()
  const params = layer.init(key, [1])
  const records: Tensor[] = []
  layer.apply(params, tensor([[4]]), { training: true, record: (_, next) => void records.push(next) })
  expect(await Promise.all(records.map((next) => next.array()))).toEqual([
    [expect.closeTo(0.4, 6)],
    [expect.closeTo(0.9, 6)],
  ])
})

test.each<[string, () => unknown, new (...args: never[]) => Error, RegExp]>([
  ['ε = 0', () => layerNorm({ epsilon: 0 }), ValueError, /layerNorm: epsilon: expected a positive number, received 0/],
  ['ε < 0', () => batchNorm({ epsilon: -1 }), ValueError, /batchNorm: epsilon/],
  ['momentum 1', () => batchNorm({ momentum: 1 }), ValueError, /batchNorm: momentum/],
  ['the batch axis', () => batchNorm({ axis: 0 }), ValueError, /batchNorm: axis/],
  [
    'an axis that is not there',
    () => batchNorm({ axis: 2 }).init(key, [3]),
    ShapeError,
    /an axis 2, .*received \[batch, 3\]/,
  ],
  [
    'single numbers',
    () => layerNorm().init(key, []),
    ValueError,
    /layerNorm: input: expected examples with at least one axis/,
  ],
])('%s is refused', (_, make, type, message) => {
  expect(make).toThrow(type)
  expect(make).toThrow(message)
})
