// The optimizer contract, and the walk over parameter trees that all optimizers share.
import { flattenTree, type Tensor, tensor, unflattenTree, zerosLike, zipTrees } from '@deep-recipe/core-tensor'
import { checkNotNegative, checkPositive, checkShare } from '../check.ts'
import { constant, type Schedule } from '../schedules.ts'

/** A tree of tensors: parameters, or something of the same structure. */
export type TensorTree = unknown

/** What an optimizer keeps between steps: a tree of tensors. */
export type OptimizerState = { readonly [name: string]: TensorTree }

/** New parameters and new state. */
export interface OptimizerUpdate<P> {
  readonly params: P
  readonly state: OptimizerState
}

/** Turns gradients into new parameters. Pure: state goes in and comes out. */
export interface Optimizer {
  readonly name: string
  /** The state before the first step. */
  init(params: TensorTree): OptimizerState
  /** One step. `gradients` has the structure of `params`. */
  update<P>(gradients: TensorTree, state: OptimizerState, params: P): OptimizerUpdate<P>
}

/** A learning rate: a number, or a function of the step. */
export type LearningRate = number | Schedule

/** Zeros in the structure of a tree. */
export function zerosTree(tree: TensorTree): TensorTree {
  return unflattenTree(tree, flattenTree<Tensor>(tree).leaves.map(zerosLike))
}

/** Combines trees of one structure leaf by leaf. */
export function mapTrees(combine: (...leaves: Tensor[]) => Tensor, ...trees: TensorTree[]): TensorTree {
  return zipTrees(trees, (...leaves) => combine(...(leaves as Tensor[])))
}

/** A state with its step counter (float32, so that schedules can compute with it), starting at 0. */
export function startCounting(rest: { readonly [name: string]: TensorTree } = {}): OptimizerState {
  return { step: tensor(0), ...rest }
}

/** The number of steps already done, and the learning rate of the coming one. */
export function readClock(state: OptimizerState, learningRate: LearningRate): { step: Tensor; rate: Tensor } {
  const step = state.step as Tensor
  const schedule = typeof learningRate === 'number' ? constant(learningRate) : learningRate
  return { step, rate: schedule(step) }
}

/** Throws a ValueError for a learning rate that is no rate; a schedule checks its own numbers. */
export function checkLearningRate(optimizer: string, rate: LearningRate): void {
  if (typeof rate === 'function') return
  checkNotNegative(`${optimizer}: learningRate`, rate, 'Give a number such as 0.001, or a schedule.')
}

/** Throws a ValueError unless `value` lies in [0, 1): how much of a running mean each step leaves in place. */
export function checkMemory(what: string, value: number): void {
  checkShare(what, value, 'Give the share that is kept, such as 0.9.')
}

/** Throws a ValueError unless `epsilon` is positive. */
export function checkEpsilon(optimizer: string, epsilon: number): void {
  checkPositive(`${optimizer}: epsilon`, epsilon, 'It keeps the division from being by 0: give something like 1e-8.')
}
