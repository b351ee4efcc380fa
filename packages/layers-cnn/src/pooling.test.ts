// Pooling, upsampling and maxout over channels against PyTorch, and what they refuse.
import { readFileSync } from 'node:fs'
import { type NestedArray, type Tensor, tensor, zeros } from '@deep-recipe/core-tensor'
import { evaluation, type Layer, sequential } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { maxoutChannels, upsample2d } from './channels.ts'
import { conv2d } from './convolution.ts'
import { type Derived, differentiate, expectSame } from './fixtures/differentiate.ts'
import { averagePool1d, averagePool2d, globalAveragePool, globalMaxPool, maxPool1d, maxPool2d } from './pooling.ts'

type PoolingCase = Derived & {
  readonly layer: keyof typeof layers
  readonly window: unknown
  readonly options: object
  readonly input: NestedArray
}

const layers = {
  averagePool1d,
  averagePool2d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  maxoutChannels,
  upsample2d,
} satisfies Record<string, (...given: never[]) => Layer>
const { poolings } = JSON.parse(readFileSync(new URL('fixtures/networks.json', import.meta.url), 'utf8')) as {
  poolings: PoolingCase[]
}

describe('PyTorch', () => {
  test.each(poolings)('$layer($window, $options)', async ({ layer, window, options, input, ...wanted }) => {
    const made = (layers[layer] as (...given: unknown[]) => Layer)(window, options)
    expectSame(await differentiate((x) => made.apply({}, x as Tensor, evaluation), input), wanted)
  })

  test('covers every layer', () => {
    expect([...new Set(poolings.map(({ layer }) => layer))].sort()).toEqual(Object.keys(layers).sort())
  })
})

test('padding never wins: a window of negative numbers keeps its own', async () => {
  const image = tensor([
    [
      [
        [-3, -1],
        [-2, -4],
      ],
    ],
  ])
  expect(await maxPool2d(3, { stride: 2, padding: 1 }).apply({}, image, evaluation).array()).toEqual([[[[-1]]]])
  expect(await averagePool2d(3, { stride: 2, padding: 1 }).apply({}, image, evaluation).array()).toEqual([[[[-2.5]]]])
})

test('maxout over feature maps: the larger of two convolutions', async () => {
  const net = sequential(conv2d(2, 1), maxoutChannels(2))
  const params = { 0: { weight: tensor([[[[1]]], [[[-1]]]]), bias: tensor([0, 1]) } }
  expect(await net.apply(params, tensor([[[[-4, 0.25, 3]]]]), evaluation).array()).toEqual([[[[5, 0.75, 3]]]])
})

describe('names and refusals', () => {
  test('names tell window and stride', () => {
    const made = [maxPool2d(2), maxPool2d([3, 2], { stride: 2 }), averagePool1d(3, { stride: 1 }), upsample2d(2)]
    expect(made.map(({ name }) => name)).toEqual([
      'maxPool2d(2×2)',
      'maxPool2d(3×2, stride 2×2)',
      'averagePool1d(3, stride 1)',
      'upsample2d(2×2)',
    ])
  })

  test.each<[string, () => unknown, RegExp]>([
    ['an empty window', () => maxPool2d(0), /maxPool2d: window/],
    ['a negative stride', () => averagePool2d(2, { stride: -1 }), /averagePool2d: stride/],
    ['a misspelt padding', () => maxPool1d(2, { padding: 'none' as never }), /maxPool1d: padding/],
    ['a factor of 0', () => upsample2d(0), /upsample2d: window/],
    ['no pieces', () => maxoutChannels(0), /maxoutChannels: pieces/],
    ['vectors', () => maxPool2d(2).apply({}, zeros([1, 8]), evaluation), /maxPool2d: input/],
    ['images for sequences', () => maxPool1d(2).apply({}, zeros([1, 1, 4, 4]), evaluation), /\[channels, length\]/],
    [
      'padding as large as the window',
      () => maxPool2d(2, { padding: 2 }).apply({}, zeros([1, 1, 4, 4]), evaluation),
      /maxPool/,
    ],
    ['nothing to average', () => globalAveragePool().apply({}, zeros([1, 8]), evaluation), /globalAveragePool: input/],
    ['maps without places', () => globalMaxPool().apply({}, zeros([1, 8, 0]), evaluation), /at least one place/],
    [
      'channels that the pieces do not divide',
      () => maxoutChannels(2).apply({}, zeros([1, 3, 2, 2]), evaluation),
      /that 2 divides/,
    ],
  ])('%s', (_what, make, message) => {
    expect(make).toThrow(message)
  })
})
