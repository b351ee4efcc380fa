// Pictures of attention: bright where the weight is.
import { type HostArray, ShapeError } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { drawAttention, enlarge, toPicture } from './attention-pictures.ts'

const white = { shape: [3, 4, 4], dtype: 'float32', data: new Float32Array(48).fill(1) } as const

test('a picture for each word, brightest where the weight is, dark elsewhere', () => {
  const weights = [Float32Array.of(1, 0, 0, 0), Float32Array.of(0, 0, 0.5, 0.5)]
  const [whole, first, second] = drawAttention(
    white,
    { text: 'a cat', words: ['a', 'cat'], weights, logProbability: 0 },
    [2, 2],
  )
  expect([whole?.caption, first?.caption, second?.caption]).toEqual(['a cat', 'a', 'cat'])
  expect(whole?.image).toBe(white)
  const at = (image: typeof first, row: number, column: number): number =>
    (image as { image: HostArray }).image.data[row * 4 + column] as number
  expect(at(first, 0, 0)).toBeCloseTo(1, 5)
  expect(at(first, 3, 3)).toBeCloseTo(0.18, 5)
  // Between the centres of two places, a quarter of the way: linear.
  expect(at(first, 0, 1)).toBeCloseTo(0.18 + 0.82 * 0.75, 5)
  expect(at(second, 3, 0)).toBeCloseTo(1, 5)
  expect(at(second, 0, 0)).toBeCloseTo(0.18, 5)
})

test('a map of another size is refused', () => {
  const saying = { text: 'a', words: ['a'], weights: [Float32Array.of(1, 0)], logProbability: 0 }
  expect(() => drawAttention(white, saying, [2, 2])).toThrow(ShapeError)
})

test('pixels are repeated', () => {
  const { shape, data } = enlarge(
    toPicture(
      Uint8Array.from({ length: 12 }, (_, i) => (i === 3 ? 255 : 0)),
      2,
    ),
    4,
  )
  expect(shape).toEqual([3, 4, 4])
  expect([...data.subarray(0, 16)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1])
})
