// Callbacks: what looks on while a model is trained, and may stop it.
import { type HostArray, type MapLeaves, RecipeError, type Tensor } from '@deep-recipe/core-tensor'
import type { Params } from '@deep-recipe/layers-core'
import {
  checkEarlyStoppingRule,
  type EarlyStoppingRule,
  type EarlyStoppingState,
  nothingSeen,
  observe,
} from '@deep-recipe/regularizers'
import type { JsonRecord } from '../files/json.ts'
import type { EpochFigures, Figures } from './history.ts'

/** Parameters as host arrays. */
export type HostParams = MapLeaves<Params, Tensor, HostArray>

/** A run about to begin, or to go on. */
export interface TrainingStart {
  readonly epochs: number
  /** Epoch and step to begin with; above 0 when resumed. */
  readonly epoch: number
  readonly step: number
  readonly stepsPerEpoch: number
  /** One line about where it runs. */
  readonly backend: string
}

/** A step just done. */
export interface StepEnd {
  readonly epoch: number
  /** Steps done in the whole run. */
  readonly step: number
  /** Steps done in this epoch. */
  readonly stepInEpoch: number
  /** Means of the epoch so far. */
  readonly figures: Figures
}

/** An epoch just done. */
export interface EpochEnd {
  readonly figures: EpochFigures
  /** Downloads the parameters. */
  readonly params: () => Promise<HostParams>
}

/** What a callback wants after an epoch. */
export interface EpochWish {
  /** Remember these parameters as the best so far. */
  readonly keepBest?: boolean
  /** End the training. */
  readonly stop?: boolean
}

/** Looks on. Every method is optional; all may be async. */
export interface Callback {
  /** Names its state in checkpoints; unique within a run. */
  readonly name: string
  /** Give the best parameters instead of the last at the end. */
  readonly restoreBest?: boolean
  onStart?(event: TrainingStart): void | Promise<void>
  onStepEnd?(event: StepEnd): void | Promise<void>
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback that wishes nothing returns nothing
  onEpochEnd?(event: EpochEnd): EpochWish | void | Promise<EpochWish | void>
  /** After the last step, however it ended: an error too. */
  onEnd?(): void | Promise<void>
  /** What a checkpoint should keep for it. */
  save?(): JsonRecord
  /** Takes back what `save` gave. */
  restore?(state: JsonRecord): void
}

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions extends EarlyStoppingRule {
  /** Which figure to watch: of the validation data when there is any, else of training. Default `loss`. */
  readonly monitor?: string
  /** Go back to the best parameters at the end. Default true. */
  readonly restoreBest?: boolean
}

/**
 * Ends the training when the watched figure has not improved for `patience` epochs, and restores the best weights.
 *
 * @throws ValueError for a rule that makes no sense; RecipeError, after the first epoch, where there is no such figure.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { monitor = 'loss', restoreBest = true, ...rule } = options
  checkEarlyStoppingRule(rule)
  let state: EarlyStoppingState = nothingSeen
  return {
    name: `earlyStopping.${monitor}`,
    restoreBest,
    onStart: ({ step }) => {
      // The same callback may look on in several runs, one after the other.
      if (step === 0) state = nothingSeen
    },
    onEpochEnd: ({ figures }) => {
      const watched = figures.validation ?? figures.train
      const value = watched[monitor]
      if (value === undefined) failToMonitor(monitor, watched)
      const decision = observe(state, value, rule)
      state = decision.state
      return { keepBest: restoreBest && decision.improved, stop: decision.stop }
    },
    save: () => ({ best: state.best, waited: state.waited }),
    restore: ({ best, waited }) => {
      state = { best: typeof best === 'number' ? best : undefined, waited: Number(waited ?? 0) }
    },
  }
}

function failToMonitor(monitor: string, figures: Figures): never {
  throw new RecipeError({
    what: 'earlyStopping: monitor',
    expected: `one of ${Object.keys(figures).join(', ')}`,
    received: monitor,
    remedy: 'Name a figure that is measured, or add it to the metrics of fit.',
  })
}

/** Calls a function after each epoch. */
export function onEpochEnd(look: (figures: EpochFigures) => void | Promise<void>): Callback {
  return { name: 'onEpochEnd', onEpochEnd: ({ figures }) => look(figures) }
}
