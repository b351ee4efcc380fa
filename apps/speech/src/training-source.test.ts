// What is trained on: reproducible from any batch on, within its shapes, from short to long.
import { toHostArray } from '@deep-recipe/core-tensor'
import type { TrainingBatch } from '@deep-recipe/training'
import { describe, expect, test } from 'vitest'
import { makeRecordings } from './fixtures/recordings.ts'
import { filters } from './hearing.ts'
import { groupBySpeaker } from './strings.ts'
import { trainingSource } from './training-source.ts'

const options = {
  recordings: groupBySpeaker(makeRecordings(['ann', 'bob'], 2, 0.3)),
  steps: 6,
  batchSize: 4,
  epochs: 4,
  seed: 1,
  stride: 4,
  longerAfter: [0.25, 0.5],
  augment: true,
} as const

async function collect(batches: AsyncIterable<TrainingBatch> | Iterable<TrainingBatch>): Promise<TrainingBatch[]> {
  const all: TrainingBatch[] = []
  for await (const batch of batches) all.push(batch)
  return all
}

/** Numbers of digits of a batch's strings. */
function lengthsOf({ targets }: TrainingBatch): number[] {
  const { shape, data } = toHostArray(targets)
  const [count = 0, width = 0] = shape
  return Array.from(
    { length: count },
    (_, i) => data.subarray(i * width + 1, (i + 1) * width).filter((x) => x > 0).length,
  )
}

describe('trainingSource', () => {
  const source = trainingSource(options)

  test('going on in the middle of an epoch gives the batches of the whole', async () => {
    const whole = await collect(source.epoch(2, 0))
    expect(whole.length).toBe(6)
    expect(await collect(source.epoch(2, 4))).toEqual(whole.slice(4))
    expect(await collect(trainingSource(options).epoch(2, 5))).toEqual(whole.slice(5))
    expect(await collect(source.epoch(3, 5))).not.toEqual(whole.slice(5))
    expect(await collect(trainingSource({ ...options, seed: 2 }).epoch(2, 5))).not.toEqual(whole.slice(5))
  })

  test('short strings first, longer ones when their time has come', async () => {
    const longest = async (epoch: number): Promise<number> =>
      Math.max(...(await collect(source.epoch(epoch, 0))).flatMap(lengthsOf))
    expect(await longest(0)).toBeLessThanOrEqual(2)
    expect(await longest(1)).toBeLessThanOrEqual(4)
    expect(Math.max(await longest(2), await longest(3))).toBeGreaterThan(4)
  })

  test('three shapes at most; every string has more steps than it needs', async () => {
    const batches = [...(await collect(source.epoch(2, 0))), ...(await collect(source.epoch(3, 0)))]
    const shapes = new Set(batches.map(({ inputs }) => toHostArray(inputs).shape.join()))
    for (const shape of shapes) expect(['4,144,41', '3,288,41', '2,480,41']).toContain(shape)
    for (const { inputs, targets } of batches) {
      const { shape, data } = toHostArray(inputs)
      const [count = 0, frames = 0] = shape
      const wanted = toHostArray(targets).data
      for (let i = 0; i < count; i++) {
        let real = 0
        for (let t = 0; t < frames; t++) real += data[(i * frames + t) * (filters + 1) + filters] as number
        expect(wanted[i * 8]).toBe(Math.ceil(real / 4))
        expect(wanted[i * 8] as number).toBeGreaterThanOrEqual(2 * (lengthsOf({ inputs, targets })[i] as number))
      }
    }
  })

  test('features are of a size, and finite', async () => {
    for (const { inputs } of await collect(source.epoch(0, 4))) {
      const { data } = toHostArray(inputs)
      expect(data.every(Number.isFinite)).toBe(true)
      expect(Math.max(...data.map(Math.abs))).toBeLessThan(20)
    }
  })
})
