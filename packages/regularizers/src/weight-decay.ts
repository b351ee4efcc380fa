// Weight decay and penalties: large weights cost.
import { flattenTree, mapTree, type Tensor, tensor } from '@deep-recipe/core-tensor'
import { checkAmount, checkPositive, checkRate } from './check.ts'

/** Which parameters a rule applies to, by path such as `1.weight`. */
export type ParameterFilter = (path: string) => boolean

/** Weights, tables and filters, but no biases, scales, offsets or states: the usual choice for decay. */
export const weightsOnly: ParameterFilter = (path) => !/(^|\.)(bias|scale|offset|state)(\.|$)/.test(path)

/**
 * One step of decay: w ← (1 − λ) w. Together with the gradient step it is w ← (1 − λ) w − η ∂L/∂w, with λ independent of
 * the learning rate η (Hanson and Pratt, 1988).
 *
 * @param params any tree of tensors.
 * @param lambda a number, or a scalar that changes from step to step.
 * @returns the same tree with the decayed weights.
 * @throws ValueError for a number λ outside [0, 1).
 */
export function decayWeights<P>(params: P, lambda: number | Tensor, applies: ParameterFilter = weightsOnly): P {
  if (typeof lambda === 'number') {
    checkRate('decayWeights: lambda', lambda, 'Give the share of each weight that a step takes away, such as 0.0001.')
  }
  const kept = typeof lambda === 'number' ? 1 - lambda : lambda.neg().add(1)
  return mapTree(params, (leaf, path) => (applies(path) ? (leaf as Tensor).mul(kept) : leaf)) as P
}

/** λ/2 Σ w², to be added to the loss; its gradient is λ w. */
export function l2Penalty(params: unknown, lambda: number, applies: ParameterFilter = weightsOnly): Tensor {
  checkAmount('l2Penalty: lambda', lambda)
  return sumOver(params, applies, (weight) => weight.square().sum()).mul(lambda / 2)
}

/** λ Σ |w|, to be added to the loss; its gradient is λ sign w. */
export function l1Penalty(params: unknown, lambda: number, applies: ParameterFilter = weightsOnly): Tensor {
  checkAmount('l1Penalty: lambda', lambda)
  return sumOver(params, applies, (weight) => weight.abs().sum()).mul(lambda)
}

/**
 * Keeps the incoming weights of each unit no longer than `limit`: w ← w · min(1, limit / ‖w‖₂) (Srebro and Shraibman,
 * 2005). Units lie along the last axis of a matrix [inputs, units], and along the first one of filters
 * [units, channels, ...window].
 *
 * @throws ValueError for a limit that is not positive.
 */
export function constrainNorm<P>(params: P, limit: number, applies: ParameterFilter = weightsOnly): P {
  checkPositive('constrainNorm: limit', limit, 'Give the largest length, such as 3.')
  return mapTree(params, (leaf, path) => {
    const weight = leaf as Tensor
    if (!applies(path) || weight.rank < 2) return weight
    const unitAxis = weight.rank === 2 ? 1 : 0
    const incoming = weight.shape.flatMap((_, axis) => (axis === unitAxis ? [] : [axis]))
    const norm = weight.square().sum(incoming, { keepDims: true }).sqrt()
    return weight.mul(norm.greater(limit).where(norm.maximum(1e-12).pow(-1).mul(limit), 1))
  }) as P
}

function sumOver(params: unknown, applies: ParameterFilter, measure: (weight: Tensor) => Tensor): Tensor {
  const { leaves, paths } = flattenTree<Tensor>(params)
  return leaves.reduce((sum, leaf, i) => (applies(paths[i] as string) ? sum.add(measure(leaf)) : sum), tensor(0))
}
