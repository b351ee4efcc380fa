// Label smoothing: targets that are not quite certain (Szegedy and others, 2016).
import type { Tensor } from '@deep-recipe/core-tensor'
import { checkRate } from './check.ts'

/**
 * (1 − ε) y + ε / classes.
 *
 * @param targets probabilities or 1-of-N, float32 [..., classes].
 * @throws ValueError for an ε outside [0, 1).
 */
export function smoothLabels(targets: Tensor, epsilon: number): Tensor {
  checkRate('smoothLabels: epsilon', epsilon, 'Give the share of certainty to take away, such as 0.1.')
  return targets.mul(1 - epsilon).add(epsilon / (targets.shape.at(-1) ?? 1))
}
