// Sources of batches: arrays, generators, weights, augmentation.
import { describe, expect, test } from 'vitest'
import { type ArrayData, arraySource, type BatchSource, type TrainingBatch } from './data.ts'
import { fit } from './fit.ts'
import { array, line, lineModel, lineOptions, points, readDense } from './fixtures/line.ts'

describe('sources', () => {
  const batch = (...places: number[]): TrainingBatch => ({
    inputs: places.map((i) => [points.x[i] as number]),
    targets: places.map((i) => [points.y[i] as number]),
  })
  const parts = [[0, 1, 2], [3, 4, 5], [6]] as const

  test('may leave out weights, be async, and have batches of several sizes', async () => {
    const source: BatchSource = {
      length: 3,
      async *epoch(_epoch, start) {
        for (const places of parts.slice(start)) {
          await Promise.resolve()
          yield batch(...places)
        }
      },
    }
    const fromSource = await fit(lineModel, source, lineOptions)
    const fromArrays = await fit(lineModel, arraySource(line, { batchSize: 3 }), { ...lineOptions, inputShape: [1] })
    expect(readDense(fromSource.params)).toEqual(
      readDense(fromArrays.params).map((number) => expect.closeTo(number, 12)),
    )
    expect(fromSource.history[2]?.train.loss).toBeCloseTo(fromArrays.history[2]?.train.loss as number, 12)
  })

  test('weights say how much an example counts', async () => {
    const source = (weighted: boolean): BatchSource => ({
      length: 1,
      epoch: () => [weighted ? { ...batch(0, 1, 2, 6), weights: [1, 2, 0, 0.5] } : batch(0, 0, 1, 1, 1, 1, 6)],
    })
    const [weighted, repeated] = [
      await fit(lineModel, source(true), lineOptions),
      await fit(lineModel, source(false), lineOptions),
    ]
    expect(readDense(weighted.params)).toEqual(readDense(repeated.params).map((number) => expect.closeTo(number, 6)))
    expect(weighted.history[0]?.train.loss).toBeCloseTo(repeated.history[0]?.train.loss as number, 6)
  })

  test('augmentation sees each batch with the number of its step, also in later epochs', async () => {
    const steps: number[] = []
    const map = (data: ArrayData, step: number): ArrayData => {
      steps.push(step)
      return { inputs: array([3, 1], 0, 0, 0), targets: data.targets }
    }
    const source = arraySource(line, { batchSize: 3, seed: 1, map })
    const { params } = await fit(lineModel, source, { ...lineOptions, inputShape: [1], epochs: 2 })
    expect(steps).toEqual([0, 1, 2, 3, 4, 5])
    expect(readDense(params)[0]).toBe(0.5) // without inputs, the weight has no gradient
  })

  test('an empty one is told', async () => {
    const empty: BatchSource = { length: 1, epoch: () => [] }
    await expect(fit(lineModel, empty, lineOptions)).rejects.toThrow(
      /fit: train: expected at least one batch in each epoch/,
    )
    await expect(fit(lineModel, empty, { ...lineOptions, inputShape: [1] })).rejects.toThrow(/at least one batch/)
  })

  test('one that is used up after the first epoch is told', async () => {
    const once = [batch(0, 1)].values()
    const source: BatchSource = { length: 1, epoch: () => once }
    await expect(fit(lineModel, source, { ...lineOptions, inputShape: [1] })).rejects.toThrow(
      /each call of its epoch\(\) begins anew/,
    )
  })
})
