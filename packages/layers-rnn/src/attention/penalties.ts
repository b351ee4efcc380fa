// What a loss may add for attention: doubly stochastic attention, and the gradient of hard attention.
import { type Tensor, type TensorLike, tensor } from '@deep-recipe/core-tensor'

/** Which steps and places are real. */
export interface AlignmentMasks {
  /** bool [batch, steps]; default all. */
  readonly steps?: Tensor
  /** bool [batch, places]; default all. */
  readonly places?: Tensor
}

/**
 * Doubly stochastic attention: Σ_j (1 − Σ_t α_tj)² for each example. It asks the decoder to look at every place about once
 * while it says a sentence (Xu and others, "Show, attend and tell", 2015, eq. 14).
 *
 * @param weights α, [batch, steps, places].
 * @returns [batch].
 */
export function doublyStochasticPenalty(weights: Tensor, { steps, places }: AlignmentMasks = {}): Tensor {
  const counted = steps ? steps.expandDims(-1).where(weights, 0) : weights
  const missing = counted.sum(1).neg().add(1).square()
  return (places ? places.where(missing, 0) : missing).sum(-1)
}

/** What hard attention is trained from. */
export interface HardAttentionTerms {
  /** log p(y | s) of each example, as the decoder that looked at the drawn places gives it, [batch]. */
  readonly logLikelihood: Tensor
  /** α, [batch, steps, places]. */
  readonly weights: Tensor
  /** The drawn places, 1-of-N, [batch, steps, places]. */
  readonly chosen: Tensor
  /** Which steps are real, bool [batch, steps]; default all. */
  readonly steps?: Tensor
  /** b: the mean log likelihood of the steps before, a scalar. See `moveBaseline`. */
  readonly baseline: TensorLike
  /** λ_r: weight of the reward. Default 1. */
  readonly reward?: number
  /** λ_e: weight of the entropy. Default 0.01. */
  readonly entropy?: number
}

/**
 * A loss whose gradient is the score-function (REINFORCE) estimate for hard attention: with s the places drawn,
 *
 *   ∂L/∂W = −∂log p(y|s)/∂W − λ_r (log p(y|s) − b) ∂log p(s)/∂W − λ_e ∂H[s]/∂W
 *
 * (Xu and others, 2015, section 4.1). The draws themselves have no gradient; the baseline b takes variance away and changes
 * no expectation. Its value means little: measure log p(y|s).
 *
 * @returns [batch].
 */
export function hardAttentionLoss(terms: HardAttentionTerms): Tensor {
  const { logLikelihood, weights, chosen, steps, baseline, reward = 1, entropy = 0.01 } = terms
  // 1 where nothing is chosen, or nothing can be: log 1 = 0.
  const logChosen = chosen.mul(weights).sum(-1).maximum(1e-30).log()
  const logWeights = weights.greater(0).where(weights, 1).log()
  const uncertainty = weights.mul(logWeights).sum(-1).neg()
  const overSteps = (value: Tensor): Tensor => (steps ? steps.where(value, 0) : value).sum(-1)
  const advantage = logLikelihood.sub(baseline).stopGradient()
  return logLikelihood
    .add(advantage.mul(overSteps(logChosen)).mul(reward))
    .add(overSteps(uncertainty).mul(entropy))
    .neg()
}

/** The moving average b ← 0.9 b + 0.1 mean(log p(y|s)) that serves as the baseline. */
export function moveBaseline(baseline: TensorLike, logLikelihood: Tensor, keep = 0.9): Tensor {
  const before = typeof baseline === 'number' ? tensor(baseline) : baseline
  return logLikelihood
    .stopGradient()
    .mean()
    .mul(1 - keep)
    .add(tensor(keep).mul(before))
}
