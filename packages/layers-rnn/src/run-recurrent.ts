// Running a cell over sequences: the loop over time, with masks, direction, truncation and states from outside.
import { scan, type Tensor, type TensorLike, tensor, ValueError, zeros } from '@deep-recipe/core-tensor'
import type { TensorRecord } from '@deep-recipe/layers-core'
import type { CellState, RecurrentCell } from './cell.ts'
import { checkCount, checkType, readSequenceShape } from './check.ts'
import { lengthsToMask } from './mask.ts'

/** How to run a cell over sequences. */
export interface RunOptions<S extends CellState = CellState> {
  /** The state before the first step, each part [batch, units]. Default zeros. */
  readonly initialState?: S
  /** Which steps are real: bool [batch, time]. Default all. */
  readonly mask?: Tensor
  /** In place of a mask: how many steps of each sequence are real, int32 [batch]; padding comes after them. */
  readonly lengths?: TensorLike
  /** From the last real step to the first. Outputs keep their places. Default false. */
  readonly reverse?: boolean
  /**
   * Truncated backpropagation through time: no gradient flows from a block of this many steps into the one before
   * (Williams and Peng, 1990). Blocks are counted from where the walk begins, padding included. Values stay the same.
   */
  readonly truncate?: number
  /** Recurrent dropout: what the products see of h is multiplied by it in every step, [batch, units]. */
  readonly keep?: Tensor
}

/** What running a cell gives. */
export interface RunResult<S extends CellState = CellState> {
  /** h of every step, [batch, time, units]; 0 at padded steps. */
  readonly outputs: Tensor
  /** The state after the last real step of each sequence: where the next part of a long sequence begins. */
  readonly lastState: S
}

/** What one step of the loop is given. */
type Step = { readonly x: Tensor; readonly real: Tensor | undefined; readonly cut: Tensor | undefined }

/**
 * Runs a cell over sequences. At padded steps the state stays as it is and the output is 0; what the input holds there,
 * NaN included, changes nothing. So a reversed walk begins at the last real step of each sequence by itself.
 *
 * ```ts
 * const cell = lstmCell(8)
 * const params = cell.init(randomKey(1), 3)
 * const first = runRecurrent(cell, params, randomNormal(randomKey(2), [2, 5, 3]))
 * const { outputs } = runRecurrent(cell, params, randomNormal(randomKey(3), [2, 5, 3]), { initialState: first.lastState })
 * console.log(outputs.shape) // [2, 5, 8]
 * ```
 *
 * @param input [batch, time, features].
 * @throws ShapeError for inputs, states or masks of other shapes; ValueError for a mask beside lengths, or a truncation that
 *   is not a positive whole number.
 */
export function runRecurrent<P extends TensorRecord, S extends CellState>(
  cell: RecurrentCell<P, S>,
  params: P,
  input: Tensor,
  options: RunOptions<S> = {},
): RunResult<S> {
  const [batch, time] = readSequenceShape(cell.name, input)
  const { reverse = false, truncate, keep } = options
  const mask = readMask(cell.name, options, batch, time)
  const initial = checkInitialState(cell, options.initialState, batch)
  // Zeros where nothing real stands: otherwise NaN there would reach the weights' gradients as 0 · NaN.
  const clean = mask ? mask.expandDims(-1).where(input, 0) : input
  // The loop has the time axis first. It is written one step at a time: that x W is one product for all steps is the
  // work of the pass that moves such things out of loops.
  const sequences: Step = {
    x: clean.transpose([1, 0, 2]),
    real: mask?.transpose().expandDims(-1),
    cut: truncate === undefined ? undefined : findCuts(cell.name, time, truncate, reverse),
  }
  const [lastState, outputs] = scan(
    (state: S, { x, real, cut }: Step): readonly [S, Tensor] => {
      const before = cut ? mapState(state, (part) => cut.where(part.stopGradient(), part)) : state
      const next = cell.step(params, x, before, keep)
      if (!real) return [next, next.h]
      return [mapState(next, (part, name) => real.where(part, before[name] as Tensor)), real.where(next.h, 0)]
    },
    initial,
    sequences,
    { length: time, reverse },
  )
  return { outputs: outputs.transpose([1, 0, 2]), lastState }
}

/** The state of zeros. */
export function zeroState<S extends CellState>(
  cell: { readonly stateNames: readonly string[]; readonly units: number },
  batch: number,
): S {
  return Object.fromEntries(cell.stateNames.map((name) => [name, zeros([batch, cell.units])])) as S
}

function mapState<S extends CellState>(state: S, change: (part: Tensor, name: string) => Tensor): S {
  return Object.fromEntries(Object.entries(state).map(([name, part]) => [name, change(part, name)])) as S
}

function readMask(
  what: string,
  { mask, lengths }: Pick<RunOptions, 'mask' | 'lengths'>,
  batch: number,
  time: number,
): Tensor | undefined {
  if (mask && lengths !== undefined) {
    throw new ValueError({
      what,
      expected: 'a mask or lengths',
      received: 'both',
      remedy: 'Leave one of them out.',
    })
  }
  const given = lengths === undefined ? mask : lengthsToMask(lengths, time)
  if (given)
    checkType(`${what}: mask`, given, 'bool', [batch, time], 'Give one truth value for each step of the input.')
  return given
}

/** The given state if it is one of the cell, or zeros. */
export function checkInitialState<S extends CellState>(
  cell: { readonly name: string; readonly units: number; readonly stateNames: readonly string[] },
  given: S | undefined,
  batch: number,
): S {
  if (!given) return zeroState(cell, batch)
  const names = Object.keys(given).sort().join(', ')
  const wanted = [...cell.stateNames].sort().join(', ')
  if (names !== wanted) {
    throw new ValueError({
      what: `${cell.name}: initialState`,
      expected: `the parts ${wanted}`,
      received: names || 'none',
      remedy: 'Pass the lastState of an earlier run of the same cell.',
    })
  }
  for (const name of cell.stateNames) {
    const what = `${cell.name}: initialState.${name}`
    checkType(what, given[name] as Tensor, 'float32', [batch, cell.units], 'Give every sequence of the batch a state.')
  }
  return given
}

/** bool [time]: true where a block begins that no gradient may leave. */
function findCuts(what: string, time: number, truncate: number, reverse: boolean): Tensor | undefined {
  checkCount(`${what}: truncate`, truncate)
  if (truncate >= time) return undefined
  const walked = (place: number): number => (reverse ? time - 1 - place : place)
  const cuts = Array.from({ length: time }, (_, place) => walked(place) > 0 && walked(place) % truncate === 0)
  return tensor(cuts)
}
