// fit: trains a model. The loop itself; what it computes is in steps.ts, what it remembers in run-state.ts.
import {
  type Backend,
  compile,
  evaluate,
  foldInKey,
  RecipeError,
  randomKey,
  type Shape,
  type Tensor,
  toHostArray,
} from '@deep-recipe/core-tensor'
import { type Layer, type Params, splitTrainable } from '@deep-recipe/layers-core'
import { saveCheckpoint } from '../files/checkpoint.ts'
import type { Loss } from '../losses.ts'
import type { Metric } from '../metrics.ts'
import { adam } from '../optimizers/adaptive.ts'
import type { Optimizer, OptimizerState } from '../optimizers/optimizer.ts'
import type { Callback, HostParams } from './callbacks.ts'
import { type ArrayData, type BatchSource, toSource, withWeights } from './data.ts'
import { evaluateModel } from './evaluate.ts'
import { addTotals, type EpochFigures, readSums, toFigures } from './history.ts'
import { explainNonFinite } from './non-finite.ts'
import { newRun, type RunState, type RunTensors, resumeRun, toCheckpoint } from './run-state.ts'
import { stepKey } from './step-key.ts'
import { makeTrainStep } from './steps.ts'
import { disposeTree, downloadTree, type OnDevice, toLayer, uploadTree } from './trees.ts'

/** Where and when to save. */
export interface CheckpointOptions {
  /** Belongs to this run alone. */
  readonly folder: string
  /** Go on from the newest checkpoint there, if there is one. Default false. */
  readonly resume?: boolean
  /** Seconds between saves within an epoch; the end of each epoch is saved anyway. Default 30. */
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
  /** Parameters to begin with. Default: drawn by the model. */
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
 * @throws NonFiniteError at the first loss or gradient that is not finite, naming the node that produced it; and the
 *   typed errors of data, shapes and checkpoints.
 */
export async function fit<P extends Params>(
  model: Layer<P>,
  train: BatchSource | ArrayData,
  options: FitOptions,
): Promise<FitResult> {
  const { backend, optimizer = adam(), epochs = 10, batchSize = 32, seed = 0, callbacks = [], metrics = [] } = options
  checkNames(callbacks)
  const source = toSource(train, { batchSize, seed })
  const layer = toLayer(model)
  const step = makeTrainStep(
    layer,
    { loss: options.loss, metrics, ...(options.penalty && { penalty: options.penalty }) },
    optimizer,
  )
  const compiled = compile(backend, step)

  const fresh = await begin(layer, optimizer, options, await exampleShape(train, source, options.inputShape))
  const { checkpoint } = options
  const resumed = checkpoint?.resume ? await resumeRun(checkpoint.folder, fresh, seed, callbacks) : undefined
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
    await saveCheckpoint(folder, toCheckpoint(run, await download(), seed, callbacks), { keep })
    savedAt = Date.now()
  }
  const interrupted = (): boolean => options.signal?.aborted ?? false

  let ended: FitResult['ended'] = run.finished ? 'stopped' : 'finished'
  try {
    for (const one of callbacks) {
      const start = {
        epochs,
        epoch: run.epoch,
        step: run.step,
        stepsPerEpoch: source.length,
        backend: backend.description,
      }
      await one.onStart?.(start)
    }
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
          const before = await download()
          const args = [before.params, before.optimizer, fed, key, progress]
          const at = `epoch ${run.epoch + 1}, step ${run.step + 1}`
          await explainNonFinite({ step, args, at, loss: Number.isFinite(loss) ? norm : loss })
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
      await endEpoch(run, device.params, layer, metrics, options, download)
      await save()
    }
    if (interrupted()) ended = 'interrupted'
    else if (run.finished) ended = 'stopped'
    if (ended === 'interrupted') await save()
    const restores = callbacks.some((one) => one.restoreBest)
    const last = (await download()).params
    const result = restores && run.best && ended !== 'interrupted' ? run.best : last
    return { params: result, history: run.history, ended, step: run.step, warnings: resumed?.warnings ?? [] }
  } finally {
    for (const one of callbacks) await one.onEnd?.()
    disposeTree(device)
    compiled.dispose()
  }
}

/** The first parameters and optimizer state, as host arrays. */
async function begin(model: Layer, optimizer: Optimizer, options: FitOptions, inputShape: Shape): Promise<RunTensors> {
  const { backend, seed = 0, initial } = options
  const drawn = initial
    ? uploadTree(backend, initial)
    : await evaluate(backend, model.init(foldInKey(randomKey(seed), -1), inputShape))
  const init = compile(backend, (params: Params) => optimizer.init(splitTrainable(params).trainable))
  const state = await init(drawn)
  try {
    return { params: (await downloadTree(drawn)) as HostParams, optimizer: await downloadTree(state) }
  } finally {
    disposeTree(drawn)
    disposeTree(state)
    init.dispose()
  }
}

/** Closes an epoch: figures, validation, callbacks and their wishes. */
async function endEpoch(
  run: RunState,
  params: OnDevice<Params>,
  model: Layer,
  metrics: readonly Metric[],
  options: FitOptions,
  download: () => Promise<RunTensors>,
): Promise<void> {
  const { validation, callbacks = [], backend, loss } = options
  const startedAt = performance.now()
  const host = async (): Promise<HostParams> => (await download()).params
  const measured = validation
    ? await evaluateModel(model, (await downloadTree(params)) as HostParams, validation, { backend, loss, metrics })
    : undefined
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

/** Shape of one example. */
async function exampleShape(train: BatchSource | ArrayData, source: BatchSource, given?: Shape): Promise<Shape> {
  if (given) return given
  if ('inputs' in train) return train.inputs.shape.slice(1)
  for await (const batch of source.epoch(0, 0)) return toHostArray(batch.inputs).shape.slice(1)
  throw new RecipeError({
    what: 'fit: train',
    expected: 'at least one batch',
    received: 'none',
    remedy: 'Check that the source is not empty.',
  })
}

function checkNames(callbacks: readonly Callback[]): void {
  const names = callbacks.flatMap((one) => (one.save ? [one.name] : []))
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return
  throw new RecipeError({
    what: 'fit: callbacks',
    expected: 'one callback of each name',
    received: `two called ${twice}`,
    remedy: 'Give one of them another name.',
  })
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
