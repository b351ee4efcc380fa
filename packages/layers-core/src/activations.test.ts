// Activations and their gradients against PyTorch (fixtures/make_layers.py), and where numbers end.
import { readFileSync } from 'node:fs'
import { type NestedArray, openReference, tensor, zeros } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import {
  type Activation,
  activation,
  elu,
  gelu,
  leakyRelu,
  linear,
  relu,
  sigmoid,
  softmax,
  softplus,
  swish,
  tanh,
} from './activations.ts'
import { type Derived, differentiate, expectClose } from './fixtures/differentiate.ts'
import { evaluation } from './layer.ts'

const expected: { readonly points: NestedArray; readonly activations: Readonly<Record<string, Derived>> } = JSON.parse(
  readFileSync(new URL('fixtures/layers.json', import.meta.url), 'utf8'),
)
const backends = [openReference(), openReference({ precision: 'double' })]

const all: [string, Activation][] = [
  ['linear', linear],
  ['relu', relu],
  ['sigmoid', sigmoid],
  ['tanh', tanh],
  ['softplus', softplus],
  ['swish', swish],
  ['gelu', gelu],
  ['softmax', softmax],
  ['leakyRelu', leakyRelu(0.125)],
  ['elu', elu(1.5)],
]

test.each(all)('%s has the values and gradients of PyTorch', async (name, fn) => {
  const wanted = expected.activations[name] as Derived
  for (const backend of backends) {
    const { output, gradients } = await differentiate(backend, fn, expected.points)
    expectClose(output, wanted.output, 3e-6)
    expectClose(gradients[0] as NestedArray, wanted.gradients[0] as NestedArray, 3e-6)
  }
})

test.each(all)('%s of NaN is NaN', async (_, fn) => {
  expect(await fn(tensor([[Number.NaN]])).array()).toEqual([[Number.NaN]])
})

test.each(all.filter(([name]) => name !== 'softmax'))('%s of ±1e4 is finite, and so is its slope', async (_, fn) => {
  for (const backend of backends) {
    const { output, gradients } = await differentiate(backend, fn, [-1e4, 1e4])
    for (const number of [output, ...gradients].flat()) expect(Number.isFinite(number)).toBe(true)
  }
})

test('softmax does not overflow', async () => {
  expect(
    await softmax(
      tensor([
        [1e4, -1e4, 1e4],
        [-1e4, -1e4, -1e4],
      ]),
    ).array(),
  ).toEqual([[0.5, 0, 0.5], [1, 1, 1].map(() => expect.closeTo(1 / 3, 6))])
})

test('as a layer, an activation keeps the shape and has no parameters', () => {
  const layer = activation(relu, 'relu')
  expect(layer.name).toBe('relu')
  expect(layer.init(zeros([2]), [3])).toEqual({})
  expect(layer.apply({}, zeros([2, 3]), evaluation).shape).toEqual([2, 3])
})
