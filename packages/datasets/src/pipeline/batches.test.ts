// Batches: every example once per epoch, the three endings, and resuming at any batch of any epoch.
import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import type { HostNdArray } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { batches } from './batches.ts'

function numbered(count: number): { id: HostNdArray<Int32Array>; pair: HostNdArray<Float32Array> } {
  return {
    id: ndarray(
      Int32Array.from({ length: count }, (_, at) => at),
      [count],
    ),
    pair: ndarray(
      Float32Array.from({ length: 2 * count }, (_, at) => at),
      [count, 2],
    ),
  }
}

describe('batches', () => {
  it('keeps the order without a seed, and the last batch short by default', () => {
    const sequence = batches(numbered(5), { batchSize: 2 })
    expect(sequence.length).toBe(3)
    const all = [...sequence]
    expect(all.map(({ data }) => [...data.id.data])).toEqual([[0, 1], [2, 3], [4]])
    expect(all.map(({ data }) => data.pair.shape)).toEqual([
      [2, 2],
      [2, 2],
      [1, 2],
    ])
    expect([...(all[2]?.data.pair.data ?? [])]).toEqual([8, 9])
    expect(all.map(({ weights, count, epoch, index }) => [...weights.data, count, epoch, index])).toEqual([
      [1, 1, 2, 0, 0],
      [1, 1, 2, 0, 1],
      [1, 1, 0, 2],
    ])
    // A sequence can be iterated again.
    expect([...sequence]).toEqual(all)
  })

  it('drops or wraps the last batch on demand, weighting what it wrapped with 0', () => {
    expect([...batches(numbered(5), { batchSize: 2, pad: 'drop' })].map(({ data }) => [...data.id.data])).toEqual([
      [0, 1],
      [2, 3],
    ])
    const wrapped = [...batches(numbered(5), { batchSize: 3, pad: 'wrap' })]
    expect(wrapped.map(({ data }) => [...data.id.data])).toEqual([
      [0, 1, 2],
      [3, 4, 0],
    ])
    expect(wrapped.map(({ weights }) => [...weights.data])).toEqual([
      [1, 1, 1],
      [1, 1, 0],
    ])
    expect(wrapped.map(({ count }) => count)).toEqual([3, 2])
    // Fewer examples than one batch holds.
    const [small] = [...batches(numbered(2), { batchSize: 5, pad: 'wrap' })]
    expect([...(small?.data.id.data ?? [])]).toEqual([0, 1, 0, 1, 0])
    expect([...(small?.weights.data ?? [])]).toEqual([1, 1, 0, 0, 0])
  })

  it('shows every example once per epoch, with weight 1, in an order of (seed, epoch)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer(),
        fc.nat({ max: 1000 }),
        fc.constantFrom('keep' as const, 'wrap' as const),
        (total, batchSize, seed, epoch, pad) => {
          const options = { batchSize, seed, epoch, pad }
          const seen: number[] = []
          for (const { data, weights, count } of batches(numbered(total), options)) {
            expect(weights.data.reduce((sum, weight) => sum + weight, 0)).toBe(count)
            if (pad === 'wrap') expect(data.id.size).toBe(batchSize)
            data.id.data.forEach((id, at) => {
              expect(data.pair.get(at, 1)).toBe(2 * id + 1)
              if (weights.get(at) === 1) seen.push(id)
            })
          }
          expect(seen.sort((left, right) => left - right)).toEqual([...Array(total).keys()])
        },
      ),
      { numRuns: 60 },
    )
    const order = (seed: number, epoch: number): number[] =>
      [...batches(numbered(40), { batchSize: 8, seed, epoch })].flatMap(({ data }) => [...data.id.data])
    expect(order(1, 0)).toEqual(order(1, 0))
    expect(new Set([order(1, 0), order(1, 1), order(2, 0), order(2, 1)].map(String)).size).toBe(4)
  })

  it('resumes with the batches that would have followed', () => {
    const options = { batchSize: 3, seed: 9, epoch: 4, pad: 'wrap' as const }
    const all = [...batches(numbered(20), options)]
    for (let start = 0; start <= all.length; start++) {
      const resumed = batches(numbered(20), { ...options, start })
      expect(resumed.length).toBe(all.length)
      expect([...resumed]).toEqual(all.slice(start))
    }
  })

  it('maps each batch, telling where it stands', () => {
    const mapped = batches(numbered(4), {
      batchSize: 2,
      epoch: 3,
      map: ({ id }, { epoch, index }) => `${[...id.data]} in ${epoch}.${index}`,
    })
    const texts: string[] = [...mapped].map(({ data }) => data)
    expect(texts).toEqual(['0,1 in 3.0', '2,3 in 3.1'])
  })

  it('refuses what cannot be cut', () => {
    expect(() => batches(numbered(3), { batchSize: 0 })).toThrow(DatasetError)
    expect(() => batches(numbered(3), { batchSize: 2, epoch: -1 })).toThrow(/epoch/)
    expect(() => batches(numbered(3), { batchSize: 2, start: 0.5 })).toThrow(/start/)
    expect(() => batches(numbered(3), { batchSize: 2, seed: 0.5 })).toThrow(/seed/)
    expect(() => batches(numbered(3), { batchSize: 4, pad: 'drop' })).toThrow(/at least 4 examples, received 3/)
    expect(() => batches(numbered(0), { batchSize: 4 })).toThrow(/at least 1 examples, received 0/)
    const odd = { ...numbered(3), other: ndarray(new Float32Array(2), [2]) }
    expect(() => batches(odd, { batchSize: 1 })).toThrow(/dataset\.other/)
  })
})
