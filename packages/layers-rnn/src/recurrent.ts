// The layer made of a cell, and the contract by which recurrent layers are stacked, reversed and run with states.
import { splitKey, type Tensor, zeros } from '@deep-recipe/core-tensor'
import type { Context, Layer, Params, TensorRecord } from '@deep-recipe/layers-core'
import type { CellState, RecurrentCell } from './cell.ts'
import { checkCount, checkRate, readSequenceShape } from './check.ts'
import { drawKept, keyOf } from './dropout.ts'
import { runRecurrent } from './run-recurrent.ts'

/** The state of a layer: of one cell, or of the layers that it is made of. */
export type RecurrentState = Params

/** What a recurrent layer gives beside its output. */
export interface LayerRun<S extends RecurrentState = RecurrentState> {
  /** [batch, time, width] for the output `sequence`, [batch, width] for `last`. */
  readonly output: Tensor
  /** The state after the last real step of each sequence. */
  readonly lastState: S
}

/** A layer over sequences [batch, time, features] that can also begin in a given state, and tell in which it ended. */
export interface RecurrentLayer<P extends Params = Params, S extends RecurrentState = RecurrentState> extends Layer<P> {
  /** Whether it gives all steps, or the last one. */
  readonly output: 'sequence' | 'last'
  /**
   * As `apply`, with states: a long stream is read piece by piece by passing each `lastState` on as the next
   * `initialState`. (Cut the gradient there with `stopGradient` if both pieces are in one graph.)
   */
  run(params: P, input: Tensor, context: Context, initialState?: S): LayerRun<S>
  /** The same layer walking the other way. */
  reversed(): RecurrentLayer<P, S>
}

/** Options that every recurrent layer takes. */
export interface RecurrentOptions {
  /** All steps, or the last one (of a reversed walk: the first). Default `sequence`. */
  readonly output?: 'sequence' | 'last'
  /** From the last real step to the first. Default false. */
  readonly reverse?: boolean
  /** What the walk begins with, unless it is told: zeros, or parameters that begin as zeros. Default `zero`. */
  readonly initialState?: 'zero' | 'learned'
  /** Share of the input's features left out while training, the same ones in every step of a sequence. Default 0. */
  readonly dropout?: number
  /**
   * Share of h that the recurrent products do not see while training, the same in every step of a sequence (Gal and
   * Ghahramani, "A theoretically grounded application of dropout in recurrent neural networks", 2016). Default 0.
   */
  readonly recurrentDropout?: number
  /** Truncated backpropagation through time: no gradient flows across the borders of blocks of this many steps. */
  readonly truncate?: number
}

/** Parameters of the cell, and, if it is learned, the initial state under `initial`, each part [units]. */
export type RecurrentParams<P extends TensorRecord, S extends CellState> = P | (P & { readonly initial: S })

/**
 * A layer that runs a cell over sequences: [batch, time, features] → [batch, time, units]. It obeys the mask in the context.
 *
 * @throws ValueError for shares outside [0, 1) and a truncation that is not a positive whole number; RecipeError when it
 *   shall drop and has no random key.
 */
export function recurrent<P extends TensorRecord, S extends CellState>(
  cell: RecurrentCell<P, S>,
  options: RecurrentOptions = {},
): RecurrentLayer<RecurrentParams<P, S>, S> {
  const { output = 'sequence', reverse = false, dropout = 0, recurrentDropout = 0, truncate } = options
  checkRate(`${cell.name}: dropout`, dropout)
  checkRate(`${cell.name}: recurrentDropout`, recurrentDropout)
  if (truncate !== undefined) checkCount(`${cell.name}: truncate`, truncate)
  const run = (params: RecurrentParams<P, S>, input: Tensor, context: Context, initialState?: S): LayerRun<S> => {
    const [batch, , features] = readSequenceShape(cell.name, input)
    const drops = context.training && (dropout > 0 || recurrentDropout > 0)
    const [inputKey, stateKey] = drops
      ? (splitKey(keyOf(`${cell.name} with dropout`, context)) as [Tensor, Tensor])
      : []
    const seen = inputKey && dropout > 0 ? input.mul(drawKept(inputKey, dropout, [batch, 1, features])) : input
    const result = runRecurrent(cell, params as P, seen, {
      reverse,
      ...(truncate !== undefined && { truncate }),
      ...(context.mask && { mask: context.mask }),
      ...(stateKey && recurrentDropout > 0 && { keep: drawKept(stateKey, recurrentDropout, [batch, cell.units]) }),
      ...beginWith(initialState ?? repeatInitial(params, batch, cell.units)),
    })
    return {
      output: output === 'last' ? result.lastState.h : result.outputs,
      lastState: result.lastState,
    }
  }
  return {
    name: reverse ? `reversed ${cell.name}` : cell.name,
    output,
    init: (key, inputShape) => {
      const [, , features] = readSequenceShape(cell.name, zeros([1, ...inputShape]))
      const params = cell.init(key, features)
      if (options.initialState !== 'learned') return params
      return { ...params, initial: Object.fromEntries(cell.stateNames.map((name) => [name, zeros([cell.units])])) as S }
    },
    apply: (params, input, context) => run(params, input, context).output,
    run,
    reversed: () => recurrent(cell, { ...options, reverse: !reverse }),
  }
}

function beginWith<S>(initialState: S | undefined): { readonly initialState?: S } {
  return initialState ? { initialState } : {}
}

/** The learned initial state for every sequence of the batch. */
function repeatInitial<P extends TensorRecord, S extends CellState>(
  params: RecurrentParams<P, S>,
  batch: number,
  units: number,
): S | undefined {
  const initial = (params as { readonly initial?: S }).initial
  if (!initial) return undefined
  return Object.fromEntries(
    Object.entries(initial).map(([name, part]) => [name, part.broadcastTo([batch, units])]),
  ) as S
}
