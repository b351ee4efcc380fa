// What a run must remember to go on after an interruption, and its way into a checkpoint and back.
import { flattenTree, type HostArray, RecipeError } from '@deep-recipe/core-tensor'
import type { Params } from '@deep-recipe/layers-core'
import { removeStaleTemporaries } from '../files/atomic-write.ts'
import { type Checkpoint, loadLatestCheckpoint } from '../files/checkpoint.ts'
import type { JsonRecord, JsonValue } from '../files/json.ts'
import { nameTensors, placeTensors } from '../files/tree-names.ts'
import type { Callback, HostParams } from './callbacks.ts'
import type { EpochFigures, Totals } from './history.ts'

/** Where a run stands. */
export interface RunState {
  /** Epoch under way. */
  epoch: number
  /** Steps done in it. */
  stepInEpoch: number
  /** Steps done in all. */
  step: number
  /** Seconds spent on the epoch under way, and sums over its batches. */
  seconds: number
  totals: Totals
  history: EpochFigures[]
  /** Parameters that a callback asked to keep. */
  best: HostParams | undefined
  finished: boolean
}

/** Everything of a run that lies on the device, as host arrays. */
export interface RunTensors {
  readonly params: HostParams
  readonly optimizer: unknown
}

/** What must be the same when a run goes on. */
export interface RunOrigin {
  readonly seed: number
  readonly stepsPerEpoch: number
}

/** The state of a run that has not begun. */
export function newRun(): RunState {
  return {
    epoch: 0,
    stepInEpoch: 0,
    step: 0,
    seconds: 0,
    totals: {},
    history: [],
    best: undefined,
    finished: false,
  }
}

/** A checkpoint of a run. */
export function toCheckpoint(
  run: RunState,
  tensors: RunTensors,
  origin: RunOrigin,
  callbacks: readonly Callback[],
): Checkpoint {
  const { best, ...plain } = run
  const saved = Object.fromEntries(callbacks.flatMap((one) => (one.save ? [[one.name, one.save()] as const] : [])))
  return {
    step: run.step,
    epoch: run.epoch,
    tensors: {
      ...nameTensors(tensors.params, 'params'),
      ...nameTensors(tensors.optimizer, 'optimizer'),
      ...(best ? nameTensors(best, 'best') : {}),
    },
    state: { run: plain as unknown as JsonValue, ...origin, hasBest: best !== undefined, callbacks: saved },
  }
}

/**
 * Reads the newest whole checkpoint of a folder into a run.
 *
 * @param like the tensors of a fresh run: structure and types must agree.
 * @returns undefined when there is no checkpoint.
 * @throws CheckpointError for a checkpoint of another model or optimizer, RecipeError for one of another seed or, in the
 *   middle of an epoch, of another number of batches.
 */
export async function resumeRun(
  folder: string,
  like: RunTensors,
  origin: RunOrigin,
  callbacks: readonly Callback[],
): Promise<{ run: RunState; tensors: RunTensors; warnings: readonly string[] } | undefined> {
  const wide = flattenTree<HostArray>(like.params).leaves.some(({ data }) => data instanceof Float64Array)
  const { checkpoint, warnings } = await loadLatestCheckpoint(folder, { precision: wide ? 'double' : 'single' })
  if (!checkpoint) return undefined
  // A finished run saves no more: what a kill left half-written would stay for ever.
  await removeStaleTemporaries(folder)
  const { state } = checkpoint
  if (state.seed !== origin.seed) {
    throw new RecipeError({
      what: `Resuming from ${folder}`,
      expected: `the seed ${String(state.seed)} with which the run began`,
      received: String(origin.seed),
      remedy: 'Pass that seed, or begin a new run elsewhere.',
    })
  }
  const run: RunState = { ...newRun(), ...(state.run as object) }
  if (run.stepInEpoch > 0 && state.stepsPerEpoch !== origin.stepsPerEpoch) {
    throw new RecipeError({
      what: `Resuming from ${folder} in the middle of an epoch`,
      expected: `the ${String(state.stepsPerEpoch)} batches of an epoch with which the run began`,
      received: String(origin.stepsPerEpoch),
      remedy: 'Pass the same data and batch size, or begin a new run elsewhere.',
    })
  }
  const tensors = {
    params: placeTensors(like.params, checkpoint.tensors, 'params'),
    optimizer: placeTensors(like.optimizer, checkpoint.tensors, 'optimizer'),
  }
  const best = state.hasBest ? placeTensors(like.params, checkpoint.tensors, 'best') : undefined
  const saved = (state.callbacks ?? {}) as JsonRecord
  for (const one of callbacks) {
    const own = saved[one.name]
    if (own !== undefined) one.restore?.(own as JsonRecord)
  }
  return { run: { ...run, best }, tensors, warnings }
}

/** The parameters of a run, and how far it has come. */
export interface TrainedParams {
  readonly params: HostParams
  /** Whole epochs done. */
  readonly epoch: number
  /** Whether a callback has ended it; else it is over when all of its epochs are done. */
  readonly finished: boolean
  /** What its callbacks saved, by their names. */
  readonly callbacks: JsonRecord
  /** One sentence for each damaged checkpoint that was passed over. */
  readonly warnings: readonly string[]
}

/**
 * The parameters of a finished or interrupted run: the best ones if it kept any, else the last.
 *
 * @param like parameters of the same model, for their names, shapes and dtypes: those of another run, or what the layer's
 *   `init` gives, of which nothing is drawn or computed.
 * @throws RecipeError when the folder holds no checkpoint, CheckpointError for one of another model.
 */
export async function loadTrained(folder: string, like: HostParams | Params): Promise<TrainedParams> {
  const { checkpoint, warnings } = await loadLatestCheckpoint(folder)
  if (!checkpoint) {
    throw new RecipeError({
      what: `Loading a model from ${folder}`,
      expected: 'a checkpoint',
      received: 'none',
      remedy: 'Train first, or name the folder of a run.',
    })
  }
  const { state, tensors, epoch } = checkpoint
  // Either kind of leaves has shapes and dtypes; what is placed are host arrays.
  const params = placeTensors(like as Params, tensors, state.hasBest ? 'best' : 'params')
  const callbacks = (state.callbacks ?? {}) as JsonRecord
  return { params, epoch, finished: (state.run as JsonRecord | undefined)?.finished === true, callbacks, warnings }
}

/** The same parameters alone, for those who take a checkpoint as it comes. */
export async function loadTrainedParams(folder: string, like: HostParams | Params): Promise<HostParams> {
  return (await loadTrained(folder, like)).params
}
