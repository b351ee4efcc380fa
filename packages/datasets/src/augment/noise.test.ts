// Gaussian noise: its moments, its bounds, its independence of batch size.
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import { addGaussianNoise } from './noise.ts'

function moments(values: Float32Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance) }
}

describe('addGaussianNoise', () => {
  const half = ndarray(new Float32Array(100_000).fill(0.5), [100, 1000])

  it('has the mean and standard deviation that were asked for, and a normal distribution', () => {
    const noisy = addGaussianNoise(half, { standardDeviation: 0.2, mean: 0.1, seed: 1 })
    const { mean, deviation } = moments(noisy.data)
    // Five standard errors: σ/√n = 0.00063 for the mean, σ/√2n = 0.00045 for the deviation.
    expect(Math.abs(mean - 0.6)).toBeLessThan(0.0032)
    expect(Math.abs(deviation - 0.2)).toBeLessThan(0.0023)
    const within = noisy.data.filter((value) => Math.abs(value - 0.6) < 0.2).length / noisy.size
    expect(Math.abs(within - 0.6827)).toBeLessThan(0.0075)
    expect(half.data.every((value) => value === 0.5)).toBe(true)
  })

  it('clamps on demand only', () => {
    const free = addGaussianNoise(half, { standardDeviation: 1, seed: 2 })
    expect(Math.min(...free.data)).toBeLessThan(-2)
    expect(Math.max(...free.data)).toBeGreaterThan(3)
    const clamped = addGaussianNoise(half, { standardDeviation: 1, clamp: [0, 1], seed: 2 })
    const expected = free.data.map((value) => Math.min(1, Math.max(0, value)))
    expect(clamped.data.every((value, at) => value === expected[at])).toBe(true)
    expect(new Set(clamped.data).has(1)).toBe(true)
  })

  it('depends on the seed and the row alone', () => {
    const options = { standardDeviation: 1, seed: 3 }
    const all = addGaussianNoise(half, options)
    expect(addGaussianNoise(half.hi(5, 1000), options).data).toEqual(all.data.subarray(0, 5000))
    expect(addGaussianNoise(half, { standardDeviation: 1, seed: 4 }).data).not.toEqual(all.data)
    expect(addGaussianNoise(half, { standardDeviation: 0, seed: 4 })).toEqual(half)
    expect(addGaussianNoise(ndarray(Float32Array.of(1), []), options).shape).toEqual([])
  })

  it('refuses what makes no sense', () => {
    expect(() => addGaussianNoise(half, { standardDeviation: -1, seed: 1 })).toThrow(/standardDeviation/)
    expect(() => addGaussianNoise(half, { standardDeviation: 1, clamp: [1, 0], seed: 1 })).toThrow(/in order/)
    expect(() => addGaussianNoise(half, { standardDeviation: 1, seed: Number.NaN })).toThrow(/seed/)
  })
})
