// Geometry of convolution and pooling as people write it, against a loop over every window.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HostRandom } from '../random/host-random.ts'
import type { ImagePadding, Pair } from '../trace/node.ts'
import type { Tensor } from '../trace/tensor.ts'
import { ones, tensor } from './create.ts'
import { averagePool2d, type ConvolutionOptions, conv2d, maxPool2d, type PoolOptions, resolvePadding } from './image.ts'

const read = async (result: Tensor): Promise<number[][][][]> => (await result.array()) as number[][][][]
const pair = (value: number | Pair): Pair => (typeof value === 'number' ? [value, value] : value)

/** Small whole numbers, so that float32 sums are exact. */
function makeImage(shape: readonly [number, number, number, number], seed: number): number[][][][] {
  const random = new HostRandom(seed)
  const draw = (axis: number): unknown =>
    axis === 4 ? random.integer(13) - 6 : Array.from({ length: shape[axis] as number }, () => draw(axis + 1))
  return draw(0) as number[][][][]
}

/** All values that a window sees, padding left out. */
function look(
  plane: number[][],
  row: number,
  column: number,
  window: Pair,
  dilation: Pair,
  visit: (value: number, i: number, j: number) => void,
): void {
  for (let i = 0; i < window[0]; i++) {
    for (let j = 0; j < window[1]; j++) {
      const value = plane[row + i * dilation[0]]?.[column + j * dilation[1]]
      if (value !== undefined) visit(value, i, j)
    }
  }
}

const stride = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
)
const side = fc.nat({ max: 1 })
const padding = fc.oneof(
  fc.constantFrom('same' as const, 'valid' as const, 0, 1),
  fc.record({ top: side, bottom: side, left: side, right: side }),
)
const window = fc.tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 2, max: 3 }))

/** Sides as numbers; `same` by the formula in TensorFlow's documentation of padding. */
function sidesOf(chosen: ConvolutionOptions['padding'], size: Pair, cover: Pair, step: Pair): ImagePadding {
  if (typeof chosen === 'object') return chosen
  if (typeof chosen === 'number') return { top: chosen, bottom: chosen, left: chosen, right: chosen }
  if (chosen !== 'same') return { top: 0, bottom: 0, left: 0, right: 0 }
  // pad_along = max(filter − stride, 0) if size % stride = 0, else max(filter − size % stride, 0); before: half of it.
  const along = [0, 1].map((axis) => {
    const [n, f, s] = [size[axis], cover[axis], step[axis]] as [number, number, number]
    return Math.max(n % s === 0 ? f - s : f - (n % s), 0)
  }) as [number, number]
  const [top, left] = along.map((total) => Math.floor(total / 2)) as [number, number]
  return { top, bottom: along[0] - top, left, right: along[1] - left }
}

describe('conv2d', () => {
  test('worked out by hand: an edge, found by a difference', async () => {
    const image = tensor([[[[0, 0, 9, 9], [0, 0, 9, 9]]]]) // biome-ignore format: an image
    expect(await read(conv2d(image, tensor([[[[-1, 1]]]])))).toEqual([[[[0, 9, 0], [0, 9, 0]]]]) // biome-ignore format: an image
  })

  test('any geometry, against a loop', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ stride, padding, dilation: stride, groups: fc.integer({ min: 1, max: 2 }) }),
        window,
        fc.nat({ max: 99 }),
        async (options, size, seed) => {
          const [n, channels, filters] = [2, 2, 3]
          const input = makeImage([n, channels * options.groups, 8, 9], seed)
          const weights = makeImage([filters * options.groups, channels, ...size], seed + 1)
          const [step, gap] = [pair(options.stride), pair(options.dilation)]
          const cover: Pair = [gap[0] * (size[0] - 1) + 1, gap[1] * (size[1] - 1) + 1]
          const sides = sidesOf(options.padding, [8, 9], cover, step)
          const result = await read(conv2d(tensor(input), tensor(weights), options))
          if (options.padding === 'same') {
            expect([result[0]?.[0]?.length, result[0]?.[0]?.[0]?.length]).toEqual([
              Math.ceil(8 / step[0]),
              Math.ceil(9 / step[1]),
            ])
          }
          result.forEach((planes, image) => {
            planes.forEach((plane, filter) => {
              const group = Math.floor(filter / filters)
              plane.forEach((row, y) => {
                row.forEach((value, x) => {
                  let sum = 0
                  for (let c = 0; c < channels; c++) {
                    const seen = input[image]?.[group * channels + c] as number[][]
                    look(seen, y * step[0] - sides.top, x * step[1] - sides.left, size, gap, (pixel, i, j) => {
                      sum += pixel * (weights[filter]?.[c]?.[i]?.[j] as number)
                    })
                  }
                  expect(value + 0).toBe(sum + 0)
                })
              })
            })
          })
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('pooling', () => {
  test('any geometry, against a loop: padded places never win, and are not counted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ stride: fc.option(stride, { nil: undefined }), padding }),
        window,
        fc.nat({ max: 99 }),
        async (drawn, size, seed) => {
          const options: PoolOptions = drawn.stride === undefined ? { padding: drawn.padding } : (drawn as PoolOptions)
          // All negative: a 0 of the padding would win.
          const input = makeImage([2, 2, 7, 8], seed).map((planes) =>
            planes.map((plane) => plane.map((row) => row.map((x) => x - 10))),
          )
          const step = pair(options.stride ?? size)
          const sides = sidesOf(options.padding, [7, 8], size, step)
          const [largest, mean] = [
            await read(maxPool2d(tensor(input), size, options)),
            await read(averagePool2d(tensor(input), size, options)),
          ]
          largest.forEach((planes, n) => {
            planes.forEach((plane, c) => {
              plane.forEach((row, y) => {
                row.forEach((value, x) => {
                  const seen: number[] = []
                  look(
                    input[n]?.[c] as number[][],
                    y * step[0] - sides.top,
                    x * step[1] - sides.left,
                    size,
                    [1, 1],
                    (pixel) => seen.push(pixel),
                  )
                  expect(value).toBe(Math.max(...seen))
                  expect(mean[n]?.[c]?.[y]?.[x]).toBeCloseTo(
                    seen.reduce((sum, pixel) => sum + pixel, 0) / seen.length,
                    5,
                  )
                })
              })
            })
          })
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a number is a square window, which does not overlap by default', () => {
    expect(maxPool2d(ones([1, 1, 6, 7]), 2).shape).toEqual([1, 1, 3, 3])
    expect(averagePool2d(ones([1, 1, 6, 7]), [3, 2], { stride: 1 }).shape).toEqual([1, 1, 4, 6])
  })
})

test('same padding puts the odd place at the end', () => {
  expect(resolvePadding('same', [5, 6], [2, 4], [1, 1], [1, 1])).toEqual({ top: 0, bottom: 1, left: 1, right: 2 })
  expect(resolvePadding('same', [4, 4], [1, 1], [2, 2], [1, 1])).toEqual({ top: 0, bottom: 0, left: 0, right: 0 })
  expect(resolvePadding(2, [5, 5], [3, 3], [1, 1], [1, 1])).toEqual({ top: 2, bottom: 2, left: 2, right: 2 })
})
