// 1-of-N coding and scaling, by hand and by their defining properties.
import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import { DatasetError } from '../errors.ts'
import { oneHot } from './encode.ts'
import { fitRange, fitStandardization, normalize, standardize } from './scale.ts'

describe('oneHot', () => {
  it('sets one slot per label', () => {
    expect(oneHot(ndarray(Int32Array.of(2, 0), [2]), { classes: 3 })).toEqual(
      ndarray(Float32Array.of(0, 0, 1, 1, 0, 0), [2, 3]),
    )
    expect(oneHot(ndarray(Uint8Array.of(1, 0, 0, 1), [2, 2]), { classes: 2 }).shape).toEqual([2, 2, 2])
  })

  it('collects what is out of range in the other slot', () => {
    expect(oneHot(ndarray(Int32Array.of(-1, 1, 9), [3]), { classes: 2, other: true })).toEqual(
      ndarray(Float32Array.of(0, 0, 1, 0, 1, 0, 0, 0, 1), [3, 3]),
    )
  })

  it('refuses other labels without it, and fractions always', () => {
    expect(() => oneHot(ndarray(Int32Array.of(0, 3), [2]), { classes: 3 })).toThrow(
      /label 1: expected .* 0 to 2, received 3/,
    )
    expect(() => oneHot(ndarray(Int32Array.of(-1), [1]), { classes: 3 })).toThrow(DatasetError)
    expect(() => oneHot(ndarray(Float32Array.of(0.5), [1]), { classes: 3, other: true })).toThrow(/received 0.5/)
    expect(() => oneHot(ndarray(Int32Array.of(0), [1]), { classes: 0 })).toThrow(/classes/)
  })
})

describe('standardize', () => {
  const samples = ndarray(Float32Array.of(1, 10, 3, 10, 5, 10, 7, 10), [4, 2])

  it('uses mean and population deviation, per feature or for the whole array', () => {
    const fitted = fitStandardization(samples, { per: 'feature' })
    // 1, 3, 5, 7: mean 4, variance (9 + 1 + 1 + 9) / 4 = 5.
    expect([...fitted.mean.data]).toEqual([4, 10])
    expect([...fitted.deviation.data]).toEqual([Math.fround(Math.sqrt(5)), 0])
    const scaled = standardize(samples, fitted)
    expect(scaled.get(0, 0)).toBeCloseTo(-3 / Math.sqrt(5), 6)
    expect(scaled.get(3, 1)).toBe(0)

    const whole = fitStandardization(samples, { per: 'array' })
    expect(whole.mean.shape).toEqual([])
    expect(whole.mean.get()).toBe(7)
  })

  it('gives mean 0 and deviation 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), { minLength: 6, maxLength: 60 }),
        fc.constantFrom('array' as const, 'feature' as const),
        (values, per) => {
          const rows = Math.floor(values.length / 2)
          const array = ndarray(Float32Array.from(values.slice(0, 2 * rows)), [rows, 2])
          const again = fitStandardization(standardize(array, fitStandardization(array, { per })), { per })
          const before = fitStandardization(array, { per })
          again.mean.data.forEach((mean, feature) => {
            const deviation = before.deviation.data[feature] as number
            // Where hardly anything varies, rounding of the mean to 32 bits shows.
            if (deviation < 0.1) return
            expect(mean).toBeCloseTo(0, 2)
            expect(again.deviation.data[feature]).toBeCloseTo(1, 2)
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('refuses statistics of another form', () => {
    const fitted = fitStandardization(samples, { per: 'feature' })
    expect(() => standardize(ndarray(new Float32Array(6), [2, 3]), fitted)).toThrow(/examples of shape \[2\].*\[3\]/)
    expect(() => fitStandardization(ndarray(new Float32Array(0), [0, 2]), { per: 'feature' })).toThrow(DatasetError)
  })
})

describe('normalize', () => {
  it('maps the fitted range to 0..1', () => {
    const train = ndarray(Float32Array.of(2, 5, 4, 5, 6, 5), [3, 2])
    const range = fitRange(train, { per: 'feature' })
    expect([...range.least.data, ...range.greatest.data]).toEqual([2, 5, 6, 5])
    expect([...normalize(train, range).data]).toEqual([0, 0, 0.5, 0, 1, 0])
    expect([...normalize(ndarray(Float32Array.of(8, 6), [1, 2]), range).data]).toEqual([1.5, 1])
    expect([...normalize(train, fitRange(train, { per: 'array' })).data]).toEqual([0, 0.75, 0.5, 0.75, 1, 0.75])
    expect(() => normalize(ndarray(new Float32Array(3), [1, 3]), range)).toThrow(/normalize/)
  })
})
