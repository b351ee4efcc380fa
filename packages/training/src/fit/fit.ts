// fit: trains a model. The loop itself; what it computes is in steps.ts, what it remembers in run-state.ts.
import { type Backend, compile, type Shape, type Tensor, toHostArray } from '@deep-recipe/core-tensor'
import type { Layer, Params } from '@deep-recipe/layers-core'
import { checkWhole } from '../check.ts'
import { saveCheckpoint } from '../files/checkpoint.ts'
import type { Loss } from '../losses.ts'
import type { Metric } from '../metrics.ts'
import { adam } from '../optimizers/adaptive.ts'
import type { Optimizer, OptimizerState } from '../optimizers/optimizer.ts'
import type { Callback, HostParams } from './callbacks.ts'
import { type ArrayData, type BatchSource, toSource, withWeights } from './data.ts'
import { type Evaluation, prepareEvaluation } from './evaluate.ts'
import { addTotals, type EpochFigures, readSums, toFigures } from './history.ts'
import { explainNonFinite } from './non-finite.ts'
import { begin, checkNames, exampleShape, failForLackOfBatches } from './prepare.ts'
import { newRun, type RunState, type RunTensors, resumeRun, toCheckpoint } from './run-state.ts'
import { stepKey } from './step-key.ts'
import { makeTrainStep } from './steps.ts'
import { disposeTree, downloadTree, type OnDevice, uploadTree } from './trees.ts'

/** Where and when to save. */
export interface CheckpointOptions {
  /** Belongs to this run alone: a run that begins anew removes what an earlier one left there. */
  readonly folder: string
  /** Go on from the newest checkpoint there, if there is one. Default false. */
  readonly resume?: boolean
  /** Seconds between saves within an epoch; the beginning and the end of each epoch are saved anyway. Default 30. */
  readonly everySeconds?: number
  /** Checkpoints that stay. Default 2. */
  readonly keep?: number
}

/** Options of `fit`. */
export interface FitOptions {
  readonly backend: Backend
  readonly loss: Loss
  /** Default `adam()`. */
  readonly optimizer?: Optimizer
  /** Default 10. */
  readonly epochs?: number
  /** For data given as arrays. Default 32. */
  readonly batchSize?: number
  /** Decides initial weights, the order of examples, and every random draw. Default 0. */
  readonly seed?: number
  readonly validation?: BatchSource | ArrayData
  readonly metrics?: readonly Metric[]
  readonly callbacks?: readonly Callback[]
  /** Added to the mean loss while training, e.g. `(params) => l2Penalty(params, 1e-4)`. */
  readonly penalty?: (params: Params) => Tensor
  /** Parameters to begin with, of the model's own structure and shapes. Default: drawn by the model. */
  readonly initial?: HostParams
  /** Shape of one example, for sources; arrays tell it themselves. */
  readonly inputShape?: Shape
  readonly checkpoint?: CheckpointOptions
  /** When aborted, the run saves (given a checkpoint folder) and returns. */
  readonly signal?: AbortSignal
}

/** What `fit` gives. */
export interface FitResult {
  /** The last parameters, or the best ones where a callback restores them. */
  readonly params: HostParams
  readonly history: readonly EpochFigures[]
  /** How it ended: all epochs done, stopped by a callback, or interrupted by the signal. */
  readonly ended: 'finished' | 'stopped' | 'interrupted'
  /** Steps done. */
  readonly step: number
  /** One sentence for each damaged checkpoint that was passed over. */
  readonly warnings: readonly string[]
}

/**
 * Trains a model by gradient descent on batches.
 *
 * @param train arrays `{ inputs, targets }` or a source of batches.
 * @throws NonFiniteError at the first loss or gradient that is not finite, saying whether the data, the weights or which
 *   node it came from; FileError before the first step where the folder for checkpoints cannot be written; and the typed
 *   errors of data, shapes and checkpoints.
 */
export async function fit<P extends Params>(
  model: Layer<P>,
  train: BatchSource | ArrayData,
  options: FitOptions,
): Promise<FitResult> {
  const { backend, optimizer = adam(), epochs = 10, batchSize = 32, seed = 0, callbacks = [], metrics = [] } = options
  checkWhole('fit: epochs', epochs, 0, 'Say how often to go through the data.')
  checkNames(callbacks)
  const source = toSource(train, { batchSize, seed })
  const layer: Layer = model
  const step = makeTrainStep(
    layer,
    { loss: options.loss, metrics, ...(options.penalty && { penalty: options.penalty }) },
    optimizer,
  )
  const compiled = compile(backend, step)

  const inputShape = await exampleShape(train, source, options.inputShape)
  const fresh = await begin(layer, optimizer, { backend, seed, inputShape, initial: options.initial })
  const { checkpoint } = options
  const resumed = checkpoint?.resume
    ? await resumeRun(checkpoint.folder, fresh, { seed, stepsPerEpoch: source.length }, callbacks)
    : undefined
  const run = resumed?.run ?? newRun()
  const { params, optimizer: state } = resumed?.tensors ?? fresh
  let device = {
    params: uploadTree(backend, params),
    state: uploadTree(backend, state as HostParams) as OnDevice<OptimizerState>,
  }

  const download = async (): Promise<RunTensors> => ({
    params: (await downloadTree(device.params)) as HostParams,
    optimizer: await downloadTree(device.state),
  })
  let savedAt = Date.now()
  const save = async (): Promise<void> => {
    if (!checkpoint) return
    const { folder, keep = 2 } = checkpoint
    const origin = { seed, stepsPerEpoch: source.length }
    await saveCheckpoint(folder, toCheckpoint(run, await download(), origin, callbacks), { keep })
    savedAt = Date.now()
  }
  const interrupted = (): boolean => options.signal?.aborted ?? false

  const evaluation = prepareEvaluation(layer, { backend, loss: options.loss, metrics })
  const started: Callback[] = []
  try {
    for (const one of callbacks) {
      started.push(one)
      const start = {
        epochs,
        epoch: run.epoch,
        step: run.step,
        stepsPerEpoch: source.length,
        backend: backend.description,
      }
      await one.onStart?.(start)
    }
    // A run that is killed before its first save begins anew then, and a folder that cannot be written is told at once.
    if (!resumed) await save()
    const pause = makePause()
    while (run.epoch < epochs && !run.finished && !interrupted()) {
      let startedAt = performance.now()
      for await (const batch of source.epoch(run.epoch, run.stepInEpoch)) {
        const key = stepKey(seed, run.step)
        const progress = run.step / Math.max(1, epochs * source.length)
        const fed = withWeights(batch, toHostArray(batch.inputs).shape[0] ?? 0)
        const next = await compiled(device.params, device.state, fed, key, progress)
        const norm = (await next.gradientNorm.data())[0] as number
        next.gradientNorm.dispose()
        const sums = await readSums(next.sums, metrics)
        const loss = sums.loss as number
        if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
          disposeTree([next.params, next.state])
          const at = `epoch ${run.epoch + 1}, step ${run.step + 1}`
          const before = await download()
          await explainNonFinite({ step, ...before, batch: fed, key, progress, at, loss, gradientNorm: norm })
        }
        disposeTree(device)
        device = { params: next.params, state: next.state }
        run.step++
        run.stepInEpoch++
        run.totals = addTotals(run.totals, { ...sums, gradientNorm: norm * (sums['#weight'] as number) })
        const figures = toFigures(run.totals)
        for (const one of callbacks) {
          await one.onStepEnd?.({ epoch: run.epoch, step: run.step, stepInEpoch: run.stepInEpoch, figures })
        }
        await pause()
        const now = performance.now()
        run.seconds += (now - startedAt) / 1000
        startedAt = now
        if (interrupted()) break
        if (checkpoint && Date.now() - savedAt > (checkpoint.everySeconds ?? 30) * 1000) await save()
      }
      if (interrupted() && run.stepInEpoch < source.length) break
      if (run.stepInEpoch === 0) failForLackOfBatches()
      await endEpoch(run, device.params, evaluation, options)
      await save()
    }
    const ended = run.finished ? 'stopped' : run.epoch < epochs ? 'interrupted' : 'finished'
    if (ended === 'interrupted') await save()
    const restores = callbacks.some((one) => one.restoreBest)
    const last = (await downloadTree(device.params)) as HostParams
    const result = restores && run.best && ended !== 'interrupted' ? run.best : last
    return { params: result, history: run.history, ended, step: run.step, warnings: resumed?.warnings ?? [] }
  } finally {
    disposeTree(device)
    compiled.dispose()
    evaluation.dispose()
    for (const one of started) await one.onEnd?.()
  }
}

/** Closes an epoch: figures, validation, callbacks and their wishes. */
async function endEpoch(
  run: RunState,
  params: OnDevice<Params>,
  evaluation: Evaluation,
  { validation, callbacks = [] }: FitOptions,
): Promise<void> {
  const startedAt = performance.now()
  const host = async (): Promise<HostParams> => (await downloadTree(params)) as HostParams
  const measured = validation ? await evaluation.measure(params, validation) : undefined
  const seconds = run.seconds + (performance.now() - startedAt) / 1000
  const train = toFigures(run.totals)
  const figures: EpochFigures = {
    epoch: run.epoch + 1,
    step: run.step,
    seconds,
    train,
    ...(measured && { validation: measured }),
  }
  run.history.push(figures)
  run.epoch++
  run.stepInEpoch = 0
  run.seconds = 0
  run.totals = {}
  for (const one of callbacks) {
    const wish = await one.onEpochEnd?.({ figures, params: host })
    if (wish?.keepBest) run.best = await host()
    if (wish?.stop) run.finished = true
  }
}

/** Lets timers and signals be heard now and then: a backend that computes in this thread would keep them waiting. */
function makePause(): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < 25) return
    await new Promise((resolve) => setTimeout(resolve, 0))
    last = performance.now()
  }
}
