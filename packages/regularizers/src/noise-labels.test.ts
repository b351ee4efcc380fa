// Gaussian noise and smoothed labels.
import { DTypeError, ones, randomKey, type Tensor, tensor, ValueError, zeros } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { smoothLabels } from './labels.ts'
import { gaussianNoise } from './noise.ts'

const read = async (value: Tensor): Promise<Float32Array> => (await value.data()) as Float32Array

describe('gaussianNoise', () => {
  test('has mean 0 and the given deviation, whatever the input', async () => {
    const count = 1e5
    const input = ones([200, 500]).mul(3)
    const output = await read(gaussianNoise(0.5).apply({}, input, { training: true, key: randomKey(5) }))
    const mean = output.reduce((sum, x) => sum + x, 0) / count
    const variance = output.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count
    expect(Math.abs(mean - 3)).toBeLessThan(5 * (0.5 / Math.sqrt(count)))
    expect(Math.abs(variance / 0.25 - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
    // Of normal numbers 68.27 % lie within one deviation, and 95.45 % within two.
    for (const [deviations, share] of [
      [1, 0.6827],
      [2, 0.9545],
    ] as const) {
      const within = output.filter((x) => Math.abs(x - 3) < 0.5 * deviations).length / count
      expect(Math.abs(within - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / count))
    }
  })

  test('the same key gives the same noise', async () => {
    const draw = (seed: number) =>
      read(gaussianNoise(1).apply({}, zeros([50]), { training: true, key: randomKey(seed) }))
    expect(await draw(1)).toEqual(await draw(1))
    expect(await draw(1)).not.toEqual(await draw(2))
  })

  test('the test sees the input as it is, and so does a deviation of 0', () => {
    const input = zeros([2])
    expect(gaussianNoise(1).apply({}, input, { training: false })).toBe(input)
    expect(gaussianNoise(0).apply({}, input, { training: true })).toBe(input)
  })

  test('refuses a negative deviation, and training without a key', () => {
    for (const deviation of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => gaussianNoise(deviation)).toThrow(ValueError)
    }
    expect(() => gaussianNoise(1).apply({}, zeros([1]), { training: true })).toThrow(/gaussianNoise while training/)
  })
})

describe('smoothLabels', () => {
  test('(1 − ε) y + ε / classes', async () => {
    const targets = tensor([
      [1, 0, 0, 0],
      [0.5, 0.5, 0, 0],
    ])
    expect(await smoothLabels(targets, 0.25).array()).toEqual([
      [0.8125, 0.0625, 0.0625, 0.0625],
      [0.4375, 0.4375, 0.0625, 0.0625],
    ])
    expect(await smoothLabels(targets, 0).array()).toEqual(await targets.array())
  })

  test('refuses class numbers, and ε outside [0, 1)', () => {
    expect(() => smoothLabels(tensor(Int32Array.of(1, 2)), 0.1)).toThrow(DTypeError)
    expect(() => smoothLabels(zeros([1, 2]), 1)).toThrow(
      /smoothLabels: epsilon: .*received 1\. Give the share of certainty/,
    )
  })
})
