// Callbacks in their order, and early stopping as one of them.
import { openReference, RecipeError, ValueError } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { type Callback, type EpochEnd, earlyStopping, type HostParams } from './callbacks.ts'
import { type FitOptions, type FitResult, fit } from './fit.ts'
import { toComparable } from './fixtures/compare.ts'
import { line, lineModel, lineOptions } from './fixtures/line.ts'
import { makeModel, makeOptions, trainingData } from './fixtures/task.ts'

const train = (options: Partial<FitOptions> = {}): Promise<FitResult> =>
  fit(makeModel(), trainingData, { ...makeOptions(openReference()), ...options })

/** A callback that writes down when it is called. */
function makeScribe(name: string, log: string[]): Callback {
  return {
    name,
    onStart: ({ epoch, step, epochs, stepsPerEpoch }) =>
      void log.push(`${name} start ${epoch} ${step} of ${epochs}×${stepsPerEpoch}`),
    onStepEnd: ({ epoch, step, stepInEpoch }) => void log.push(`${name} step ${epoch} ${step} ${stepInEpoch}`),
    onEpochEnd: ({ figures }) => void log.push(`${name} epoch ${figures.epoch} ${figures.step}`),
    onEnd: () => void log.push(`${name} end`),
  }
}

describe('callbacks', () => {
  test('are called in order, each event for all of them', async () => {
    const log: string[] = []
    await fit(lineModel, line, {
      ...lineOptions,
      epochs: 2,
      batchSize: 4,
      callbacks: [makeScribe('a', log), makeScribe('b', log)],
    })
    const events = [
      'start 0 0 of 2×2',
      'step 0 1 1',
      'step 0 2 2',
      'epoch 1 2',
      'step 1 3 1',
      'step 1 4 2',
      'epoch 2 4',
      'end',
    ]
    expect(log).toEqual(events.flatMap((event) => [`a ${event}`, `b ${event}`]))
  })

  test('may stop the training', async () => {
    const stop: Callback = { name: 'stop', onEpochEnd: ({ figures }) => ({ stop: figures.epoch === 2 }) }
    expect(await train({ callbacks: [stop] })).toMatchObject({ ended: 'stopped', step: 10 })
  })

  test('are told of the end after an error too, and the error comes through', async () => {
    const log: string[] = []
    const fail: Callback = {
      name: 'fail',
      onStepEnd: () => {
        throw new Error('enough')
      },
    }
    const own = openReference()
    await expect(train({ backend: own, callbacks: [makeScribe('a', log), fail] })).rejects.toThrow('enough')
    expect(log).toEqual(['a start 0 0 of 6×5', 'a step 0 1 1', 'a end'])
    expect(own.memory()).toEqual({ buffers: 0, bytes: 0 })
  })

  test('with states need names of their own', async () => {
    await expect(train({ callbacks: [earlyStopping(), earlyStopping()] })).rejects.toThrow(
      /fit: callbacks: expected one callback of each name, received two called earlyStopping\.loss/,
    )
  })
})

describe('early stopping', () => {
  test('goes back to the weights of the best epoch', async () => {
    const kept: HostParams[] = []
    const keep: Callback = { name: 'keep', onEpochEnd: async ({ params }: EpochEnd) => void kept.push(await params()) }
    const rule = earlyStopping({ patience: 2, minimumChange: 0.05, monitor: 'accuracy', better: 'larger' })
    const result = await train({ epochs: 30, callbacks: [keep, rule] })
    expect(result.ended).toBe('stopped')
    const values = result.history.map(({ validation }) => validation?.accuracy as number)
    let best = 0
    values.forEach((value, epoch) => {
      if (value - (values[best] as number) > 0.05) best = epoch
    })
    expect(best).toBe(values.length - 3)
    expect(result.params).toEqual(kept[best])
    expect(result.params).not.toEqual(kept.at(-1))
  })

  test('gives the last weights where nothing shall be restored', async () => {
    const rule = { patience: 2, minimumChange: 0.05, monitor: 'accuracy', better: 'larger' } as const
    const kept: HostParams[] = []
    const keep: Callback = { name: 'keep', onEpochEnd: async ({ params }: EpochEnd) => void kept.push(await params()) }
    const result = await train({ epochs: 30, callbacks: [keep, earlyStopping({ ...rule, restoreBest: false })] })
    expect(result.ended).toBe('stopped')
    expect(result.params).toEqual(kept.at(-1))
  })

  test('watches the training figures where there is no validation', async () => {
    const { validation: _, ...options } = makeOptions(openReference())
    const rule = earlyStopping({ patience: 1, minimumChange: 10 })
    expect(await fit(makeModel(), trainingData, { ...options, callbacks: [rule] })).toMatchObject({ step: 10 })
  })

  test('begins anew in each run', async () => {
    const rule = earlyStopping({ patience: 1, minimumChange: 0.001 })
    const first = await train({ epochs: 30, callbacks: [rule] })
    const second = await train({ epochs: 30, callbacks: [rule] })
    expect(toComparable(second)).toEqual(toComparable(first))
  })

  test('of a figure that is not measured says which ones are', async () => {
    const watching = train({ callbacks: [earlyStopping({ monitor: 'acuracy' })] })
    await expect(watching).rejects.toThrow(RecipeError)
    await expect(watching).rejects.toThrow(/earlyStopping: monitor: expected one of loss, accuracy, received acuracy/)
  })

  test('refuses a rule that makes no sense when it is made', () => {
    expect(() => earlyStopping({ patience: 0 })).toThrow(ValueError)
    expect(() => earlyStopping({ minimumChange: -1 })).toThrow(/minimumChange/)
  })
})
