// A run that is interrupted, or killed, ends as if it had not been.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HostArray, openReference, RecipeError, type ReferenceOptions, randomKey } from '@deep-recipe/core-tensor'
import { dense, sequential } from '@deep-recipe/layers-core'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { listCheckpoints, loadLatestCheckpoint } from '../files/checkpoint.ts'
import { CheckpointError, FileError } from '../files/errors.ts'
import { adam } from '../optimizers/adaptive.ts'
import { type Callback, earlyStopping, type HostParams } from './callbacks.ts'
import { type FitOptions, type FitResult, fit } from './fit.ts'
import { toComparable } from './fixtures/compare.ts'
import { makeData, makeModel, makeOptions, trainingData } from './fixtures/task.ts'
import { loadTrained, loadTrainedParams } from './run-state.ts'

// Disks and processes take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const root = await files.mkdtemp(join(tmpdir(), 'resume-'))
afterAll(() => files.rm(root, { recursive: true }))
let folder = ''
beforeEach(async () => {
  folder = await files.mkdtemp(join(root, 'run-'))
})

const train = (options: Partial<FitOptions> = {}, reference: ReferenceOptions = {}): Promise<FitResult> =>
  fit(makeModel(), trainingData, { ...makeOptions(openReference(reference)), ...options })

/** Aborts after so many steps of a call. */
function abortAfter(steps: number): { signal: AbortSignal; callback: Callback } {
  const controller = new AbortController()
  let done = 0
  const callback = { name: 'abort', onStepEnd: () => (++done >= steps ? controller.abort() : undefined) }
  return { signal: controller.signal, callback }
}

/** Trains in pieces of so many steps, each going on from the checkpoint of the last. */
async function trainInPieces(steps: number, options: () => Partial<FitOptions>, reference: ReferenceOptions = {}) {
  for (let pieces = 1; ; pieces++) {
    const { signal, callback } = abortAfter(steps)
    const { callbacks = [], ...rest } = options()
    const checkpoint = { folder, resume: true }
    const result = await train({ ...rest, callbacks: [...callbacks, callback], signal, checkpoint }, reference)
    if (result.ended !== 'interrupted') return { pieces, result }
    expect(result.step).toBe(pieces * steps)
  }
}

describe('interrupted and resumed, a run gives the same bits and figures', () => {
  // 6 epochs of 5 steps: in the middle of epochs (3, 7), at their ends (5), and after every single step.
  test.each([1, 3, 5, 7])('every %i steps', async (steps) => {
    const whole = await train()
    const { pieces, result } = await trainInPieces(steps, () => ({}))
    expect(toComparable(result)).toEqual(toComparable(whole))
    expect(pieces).toBe(Math.ceil(30 / steps))
    expect(result.warnings).toEqual([])
  })

  test('with early stopping that strikes, and the best weights', async () => {
    const options = (): Partial<FitOptions> => ({
      epochs: 40,
      callbacks: [earlyStopping({ monitor: 'accuracy', better: 'larger', patience: 3, minimumChange: 0.02 })],
    })
    const whole = await train(options())
    expect(whole.ended).toBe('stopped')
    expect(whole.step).toBeLessThan(40 * 5)
    const { result } = await trainInPieces(4, options)
    expect(toComparable(result)).toEqual(toComparable(whole))
    // The best are not the last, and the folder gives them too.
    const { checkpoint } = await loadLatestCheckpoint(folder)
    const last = checkpoint?.tensors['params.0.weight'] as HostArray
    const best = (result.params[0] as { readonly weight: HostArray }).weight
    expect(best.data).not.toEqual(last.data)
    expect(await loadTrainedParams(folder, result.params)).toEqual(result.params)
    // What the model's init gives says as well what to look for.
    const { params, callbacks } = await loadTrained(folder, makeModel().init(randomKey(7), [4]))
    expect(params).toEqual(result.params)
    expect(callbacks).toHaveProperty(['earlyStopping.accuracy'])
  })

  test('with an optimizer that keeps more', async () => {
    const whole = await train({ optimizer: adam() })
    expect(toComparable((await trainInPieces(4, () => ({ optimizer: adam() }))).result)).toEqual(toComparable(whole))
  })

  test('in double precision', async () => {
    const whole = await train({}, { precision: 'double' })
    const { result } = await trainInPieces(7, () => ({}), { precision: 'double' })
    expect(toComparable(result)).toEqual(toComparable(whole))
    expect((result.params[0] as { readonly weight: HostArray }).weight.data).toBeInstanceOf(Float64Array)
  })

  test('a finished run gives its result again, without another step', async () => {
    const whole = await train({ checkpoint: { folder } })
    const onStepEnd = vi.fn()
    const again = await train({ checkpoint: { folder, resume: true }, callbacks: [{ name: 'count', onStepEnd }] })
    expect(toComparable(again)).toEqual(toComparable(whole))
    expect(onStepEnd).not.toHaveBeenCalled()
  })

  test('aborted before the first step, it saves the beginning', async () => {
    const result = await train({ checkpoint: { folder }, signal: AbortSignal.abort() })
    expect(result).toMatchObject({ ended: 'interrupted', step: 0, history: [] })
    expect(toComparable(await train({ checkpoint: { folder, resume: true } }))).toEqual(toComparable(await train()))
  })

  test('aborted in the very last step, it has finished', async () => {
    const { signal, callback } = abortAfter(30)
    expect(await train({ signal, callbacks: [callback] })).toMatchObject({ ended: 'finished', step: 30 })
  })

  test('more epochs go on from where fewer ended', async () => {
    // The rates of dropout depend on the share that is done, so only the beginning of the history is the same.
    const first = await train({ epochs: 2, checkpoint: { folder } })
    const more = await train({ epochs: 3, checkpoint: { folder, resume: true } })
    expect(more.history.slice(0, 2)).toEqual(first.history)
    expect(more).toMatchObject({ step: 15, ended: 'finished' })
  })
})

test('a run that begins anew forgets the run that was there, before its first step', async () => {
  await train({ checkpoint: { folder } })
  const { signal, callback } = abortAfter(2)
  const steps: number[] = []
  const look: Callback = {
    name: 'look',
    onStepEnd: async () => void steps.push(...(await listCheckpoints(folder)).map(({ step }) => step)),
  }
  await train({ checkpoint: { folder }, signal, callbacks: [look, callback] })
  expect(steps).toEqual([0, 0])
  expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([2, 0])
})

test('everySeconds saves within an epoch, keep says how many stay', async () => {
  const seen = new Set<number>()
  const look: Callback = {
    name: 'look',
    onStepEnd: async () => {
      for (const { step } of await listCheckpoints(folder)) seen.add(step)
      await new Promise((resolve) => setTimeout(resolve, 3))
    },
  }
  await train({ epochs: 2, checkpoint: { folder, everySeconds: 0.001, keep: 3 }, callbacks: [look] })
  expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([10, 9, 8])
})

describe('what does not belong together is refused', () => {
  beforeEach(async () => {
    const { signal, callback } = abortAfter(3)
    await train({ checkpoint: { folder }, signal, callbacks: [callback] })
  })
  const resume = (options: Partial<FitOptions>) => train({ checkpoint: { folder, resume: true }, ...options })

  test('another model', async () => {
    const other = sequential(dense(9), dense(3))
    const options = { ...makeOptions(openReference()), checkpoint: { folder, resume: true } }
    await expect(fit(other, trainingData, options)).rejects.toThrow(CheckpointError)
    await expect(fit(other, trainingData, options)).rejects.toThrow(
      /Tensor "params\..*" of the file: expected .*, received .*Load it into the model that it was saved from/,
    )
    await expect(loadTrainedParams(folder, {})).rejects.toThrow(CheckpointError)
  })

  test('another optimizer', async () => {
    await expect(resume({ optimizer: adam() })).rejects.toThrow(/Tensor "optimizer\./)
  })

  test('another seed', async () => {
    await expect(resume({ seed: 6 })).rejects.toThrow(RecipeError)
    await expect(resume({ seed: 6 })).rejects.toThrow(/Resuming from .*: expected the seed 5 .*, received 6\./)
  })

  test('another batch size in the middle of an epoch', async () => {
    await expect(resume({ batchSize: 23 })).rejects.toThrow(/expected the 5 batches of an epoch .*, received 2\./)
  })

  test('a folder without a model', async () => {
    await expect(loadTrainedParams(join(folder, 'none'), {})).rejects.toThrow(/expected a checkpoint, received none/)
  })
})

test('a folder that cannot be written is told before the first step', async () => {
  const path = join(folder, 'taken')
  await files.writeFile(path, 'a file')
  const onStepEnd = vi.fn()
  const backend = openReference()
  const training = fit(makeModel(), trainingData, {
    ...makeOptions(backend),
    checkpoint: { folder: path },
    callbacks: [{ name: 'count', onStepEnd }],
  })
  await expect(training).rejects.toThrow(FileError)
  await expect(training).rejects.toThrow(/Cannot write .*taken/)
  expect(onStepEnd).not.toHaveBeenCalled()
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
})

test('killed twenty times or more at random moments, a run ends with the same bits as one that was left alone', async () => {
  const whole = toComparable(
    await train({ epochs: 160, validation: makeData(30, 2), callbacks: [earlyStopping({ patience: 1000 })] }),
  )
  const script = join(import.meta.dirname, 'fixtures', 'train.ts')
  const start = () =>
    spawn(process.execPath, ['--conditions=@deep-recipe/source', '--import', 'tsx', script, folder], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  let step = -1
  // More often where the machine is so busy that little gets done before each.
  for (let kill = 0; kill < 20 || step <= 20; kill++) {
    const child = start()
    const ended = once(child, 'exit')
    const early = ended.then(() => Promise.reject(new Error('The child ended before it could be killed')))
    await Promise.race([once(child.stdout, 'data'), early])
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 50))
    child.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    const { checkpoint, warnings } = await loadLatestCheckpoint(folder)
    expect(warnings).toEqual([])
    expect(checkpoint?.step).toBeGreaterThanOrEqual(step)
    step = checkpoint?.step as number
  }
  const child = start()
  expect(await once(child, 'exit')).toEqual([0, null])
  const options = { epochs: 160, callbacks: [earlyStopping({ patience: 1000 })] }
  const result = await train({ ...options, checkpoint: { folder, resume: true } })
  expect(toComparable(result)).toEqual(whole)
  expect(await loadTrainedParams(folder, result.params as HostParams)).toEqual(result.params)
})
