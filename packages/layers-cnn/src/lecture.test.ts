// The worked example of Hung-yi Lee's lecture on convolutional networks: a 6×6 image and two 3×3 filters.
import { type NestedArray, randomKey, tensor } from '@deep-recipe/core-tensor'
import { countParameters, evaluation, type Layer, sequential, type TensorRecord } from '@deep-recipe/layers-core'
import { expect, test } from 'vitest'
import { conv2d } from './convolution.ts'
import { maxPool2d } from './pooling.ts'

const rowsOf = (text: string): number[][] => text.split('/').map((row) => row.trim().split(/\s+/).map(Number))

const image = rowsOf('1 0 0 0 0 1 / 0 1 0 0 1 0 / 0 0 1 1 0 0 / 1 0 0 0 1 0 / 0 1 0 0 1 0 / 0 0 1 0 1 0')
const filters = [rowsOf('1 -1 -1 / -1 1 -1 / -1 -1 1'), rowsOf('-1 1 -1 / -1 1 -1 / -1 1 -1')]
const maps = [
  rowsOf('3 -1 -3 -1 / -3 1 0 -3 / -3 -3 0 1 / 3 -2 -2 -1'),
  rowsOf('-1 -1 -1 -1 / -1 -1 -2 1 / -1 -1 -2 1 / -1 0 -4 3'),
]
const input = tensor([[image]])
const params = { weight: tensor(filters.map((filter) => [filter])) }

/** Lays the filter on every place, as one does by hand. */
function slide(picture: readonly number[][], filter: readonly number[][], stride: number, zeros: number): number[][] {
  const at = (y: number, x: number): number => picture[y - zeros]?.[x - zeros] ?? 0
  const count = Math.floor((picture.length + 2 * zeros - filter.length) / stride) + 1
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (_, j) => {
      let sum = 0
      filter.forEach((row, y) => {
        row.forEach((weight, x) => {
          sum += weight * at(i * stride + y, j * stride + x)
        })
      })
      return sum
    }),
  )
}

const run = async (layer: Layer<TensorRecord>): Promise<NestedArray> => layer.apply(params, input, evaluation).array()

test('two filters have 18 parameters, however large the image', () => {
  const layer = conv2d(2, 3, { useBias: false })
  expect(countParameters(layer.init(randomKey(1), [1, 6, 6]))).toBe(18)
  expect(countParameters(layer.init(randomKey(1), [1, 600, 800]))).toBe(18)
})

test('stride 1 gives the 4×4 maps of the slides', async () => {
  expect(await run(conv2d(2, 3, { useBias: false }))).toEqual([maps])
  expect(filters.map((filter) => slide(image, filter, 1, 0))).toEqual(maps)
})

test('stride 2 gives every other number', async () => {
  const wanted = maps.map((map) => [0, 2].map((y) => [0, 2].map((x) => map[y]?.[x])))
  expect(wanted[0]).toEqual([
    [3, -3],
    [-3, 0],
  ])
  // The window of 3 fits twice into 6 with stride 2: what is left over at the end is not seen.
  expect(await run(conv2d(2, 3, { useBias: false, stride: 2 }))).toEqual([wanted])
  expect(filters.map((filter) => slide(image, filter, 2, 0))).toEqual(wanted)
})

test('zero padding keeps the size', async () => {
  const wanted = filters.map((filter) => slide(image, filter, 1, 1))
  expect(wanted[0]?.slice(1, 5).map((row) => row.slice(1, 5))).toEqual(maps[0])
  for (const padding of [1, 'same'] as const) {
    expect(await run(conv2d(2, 3, { useBias: false, padding }))).toEqual([wanted])
  }
})

test('2×2 max pooling keeps the strongest of each', async () => {
  const net = sequential(conv2d(2, 3, { useBias: false }), maxPool2d(2))
  expect(await net.apply({ 0: params }, input, evaluation).array()).toEqual([
    [
      [
        [3, 0],
        [3, 1],
      ],
      [
        [-1, 1],
        [0, 3],
      ],
    ],
  ])
})
