// Padding and buckets: against a brute-force search for the least padding, and by counting every example.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DatasetError } from '../../errors.ts'
import { batchByLength, chooseBuckets } from './buckets.ts'
import { padSequences } from './pad-sequences.ts'

describe('padSequences', () => {
  test('fills the ends', () => {
    const { values, lengths } = padSequences([[1, 2, 3], [], Int32Array.of(4)])
    expect(values.shape).toEqual([3, 3])
    expect([...values.data]).toEqual([1, 2, 3, 0, 0, 0, 4, 0, 0])
    expect([...lengths.data]).toEqual([3, 0, 1])
  })

  test('to a length, with a value, cut if told so', () => {
    expect([...padSequences([[1]], { length: 3, value: -1 }).values.data]).toEqual([1, -1, -1])
    expect(() => padSequences([[], [1, 2, 3]], { length: 2 })).toThrow(
      'sequence 1: expected at most 2 steps, received 3',
    )
    const cut = padSequences([[1, 2, 3]], { length: 2, truncate: true })
    expect([[...cut.values.data], [...cut.lengths.data]]).toEqual([[1, 2], [2]])
  })

  test('nothing at all', () => {
    expect(padSequences([]).values.shape).toEqual([0, 1])
  })
})

/** All ways to choose at most `count` of the distinct lengths, with the longest among them. */
function leastPadding(lengths: readonly number[], count: number): number {
  const sizes = [...new Set(lengths)].sort((a, b) => a - b)
  const longest = sizes.at(-1) as number
  let least = Number.POSITIVE_INFINITY
  for (let subset = 0; subset < 2 ** (sizes.length - 1); subset++) {
    const chosen = [...sizes.filter((_, at) => (subset >> at) & 1 && at < sizes.length - 1), longest]
    if (chosen.length <= count) least = Math.min(least, paddingOf(lengths, chosen))
  }
  return least
}

function paddingOf(lengths: readonly number[], buckets: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + (buckets.find((limit) => limit >= length) as number) - length, 0)
}

describe('chooseBuckets', () => {
  test('pads as little as is possible', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 4 }), (some, buckets) => {
        const chosen = chooseBuckets(some, { buckets })
        expect(chosen.length).toBeLessThanOrEqual(buckets)
        expect(chosen).toEqual([...chosen].sort((a, b) => a - b))
        expect(paddingOf(some, chosen)).toBe(leastPadding(some, buckets))
      }),
    )
  })

  test('multiples, empty sequences, none', () => {
    expect(chooseBuckets([0, 3, 5, 17], { buckets: 9, multiple: 4 })).toEqual([4, 8, 20])
    expect(chooseBuckets([0])).toEqual([1])
    expect(chooseBuckets([])).toEqual([])
  })
})

describe('batchByLength', () => {
  const lengths = Array.from({ length: 103 }, (_, at) => 1 + ((at * 7) % 23))

  test('an epoch holds every example once, in few shapes, each long enough', () => {
    const cut = batchByLength(lengths, { batchSize: 8, buckets: 3, seed: 5 })
    for (const epoch of [0, 1]) {
      const seen = new Array<number>(lengths.length).fill(0)
      const shapes = new Set<string>()
      let batches = 0
      for (const { examples, length, bucket, weights, count, index } of cut.epoch(epoch)) {
        expect(index).toBe(batches++)
        expect(length).toBe(cut.bucketLengths[bucket])
        expect(weights.data.reduce((sum, weight) => sum + weight, 0)).toBe(count)
        shapes.add(`${examples.length} × ${length}`)
        examples.forEach((example, at) => {
          expect(lengths[example]).toBeLessThanOrEqual(length)
          seen[example] = (seen[example] as number) + (weights.data[at] as number)
        })
      }
      expect(batches).toBe(cut.length)
      expect(seen).toEqual(lengths.map(() => 1))
      expect(shapes.size).toBeLessThanOrEqual(3)
    }
  })

  test('resumes anywhere, differs by epoch, is in order without a seed', () => {
    const cut = batchByLength(lengths, { batchSize: 10, seed: 2 })
    const whole = [...cut.epoch(3)]
    expect([...cut.epoch(3, 4)]).toEqual(whole.slice(4))
    expect([...cut.epoch(4)].map(({ examples }) => [...examples])).not.toEqual(
      whole.map(({ examples }) => [...examples]),
    )
    const plain = batchByLength([5, 1, 5, 1], { batchSize: 2 })
    expect([...plain.epoch(7)].map(({ examples }) => [...examples])).toEqual([
      [1, 3],
      [0, 2],
    ])
  })

  test('long sequences go in smaller batches', () => {
    const cut = batchByLength([...lengths, 10_000, 10_000], { batchSize: 16, buckets: 2, maximumSteps: 400 })
    for (const { examples, length } of cut.epoch(0)) {
      expect(examples.length === 1 || examples.length * length <= 400).toBe(true)
    }
  })

  test('lengths beyond the buckets, options out of range', () => {
    expect(() => batchByLength([3, 9], { batchSize: 2, bucketLengths: [4] })).toThrow('sequence 1: expected at most 4')
    expect(() => batchByLength([3], { batchSize: 0 })).toThrow(DatasetError)
    expect(() => batchByLength([-1], { batchSize: 1 })).toThrow(DatasetError)
    expect(batchByLength([], { batchSize: 4 }).length).toBe(0)
  })
})
