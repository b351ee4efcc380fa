// Shuffling and splitting: nothing lost, nothing doubled, classes in proportion, equal seeds equal parts.
import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import type { HostNdArray } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { shuffle, split } from './shuffle-split.ts'

type Numbered = { readonly id: HostNdArray<Int32Array>; readonly double: HostNdArray<Float32Array> }

/** Examples 0 … count − 1, with an array of rank 2 that must stay in step. */
function numbered(count: number): Numbered {
  return {
    id: ndarray(
      Int32Array.from({ length: count }, (_, at) => at),
      [count],
    ),
    double: ndarray(
      Float32Array.from({ length: 2 * count }, (_, at) => at),
      [count, 2],
    ),
  }
}

const isInStep = ({ id, double }: Numbered): boolean =>
  id.data.every((value, at) => double.get(at, 0) === 2 * value && double.get(at, 1) === 2 * value + 1)

describe('shuffle', () => {
  it('keeps every example once and its arrays in step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer(), (count, seed) => {
        const shuffled = shuffle(numbered(count), { seed })
        expect([...shuffled.id.data].sort((left, right) => left - right)).toEqual([...Array(count).keys()])
        expect(isInStep(shuffled)).toBe(true)
        expect(shuffle(numbered(count), { seed })).toEqual(shuffled)
      }),
      { numRuns: 30 },
    )
    expect(shuffle(numbered(50), { seed: 1 })).not.toEqual(shuffle(numbered(50), { seed: 2 }))
  })
})

describe('split', () => {
  it('divides without loss, in the original order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer(), fc.nat(), (total, seed, draw) => {
        const count = 1 + (draw % (total - 1))
        const { train, validation } = split(numbered(total), { count, seed })
        expect(validation.id.size).toBe(count)
        expect(isInStep(train) && isInStep(validation)).toBe(true)
        expect([...train.id.data, ...validation.id.data].sort((left, right) => left - right)).toEqual([
          ...Array(total).keys(),
        ])
        expect([...train.id.data]).toEqual([...train.id.data].sort((left, right) => left - right))
      }),
      { numRuns: 40 },
    )
  })

  it('takes a fraction, rounded', () => {
    expect(split(numbered(25), { fraction: 0.1, seed: 1 }).validation.id.size).toBe(3)
    const one = split(numbered(25), { fraction: 0.4, seed: 1 })
    expect(split(numbered(25), { fraction: 0.4, seed: 1 })).toEqual(one)
    expect(split(numbered(25), { fraction: 0.4, seed: 2 })).not.toEqual(one)
  })

  it('gives every class its share of both parts', () => {
    // 60 of class 0, 30 of class 1, 10 of class 5: a fifth of them is 12, 6 and 2.
    const classes = ndarray(
      Int32Array.from({ length: 100 }, (_, at) => (at < 60 ? 0 : at < 90 ? 1 : 5)),
      [100],
    )
    const { validation } = split({ classes, ...numbered(100) }, { fraction: 0.2, seed: 4, stratifyBy: classes })
    const tally = [0, 1, 5].map((label) => validation.classes.data.filter((value) => value === label).length)
    expect(tally).toEqual([12, 6, 2])
    expect(isInStep(validation)).toBe(true)
    // Shares that are not whole: 11 of 100 is 6.6, 3.3 and 1.1, so the largest remainder gets the last place.
    const odd = split({ classes }, { count: 11, seed: 4, stratifyBy: classes }).validation.classes.data
    expect([0, 1, 5].map((label) => odd.filter((value) => value === label).length)).toEqual([7, 3, 1])
  })

  it('refuses what leaves a part empty or is unclear', () => {
    const data = numbered(10)
    expect(() => split(data, { seed: 1 })).toThrow(/either fraction or count, received neither/)
    expect(() => split(data, { seed: 1, count: 1, fraction: 0.5 })).toThrow(/received both/)
    expect(() => split(data, { seed: 1, count: 10 })).toThrow(/leaves both sides at least one/)
    expect(() => split(data, { seed: 1, count: 0 })).toThrow(DatasetError)
    expect(() => split(data, { seed: 1, fraction: 0.01 })).toThrow(/split: fraction/)
    expect(() => split(data, { seed: 1, fraction: Number.NaN })).toThrow(DatasetError)
    expect(() => split(data, { seed: 1, count: 2, stratifyBy: ndarray(new Int32Array(9), [9]) })).toThrow(
      /stratifyBy.*\[10\]/,
    )
  })
})
