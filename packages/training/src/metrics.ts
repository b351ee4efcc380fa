// Metrics: what a person wants to read beside the loss, one number per example.
import { oneHot, type Tensor, ValueError } from '@deep-recipe/core-tensor'

/** A named measure of predictions [batch, ...] and targets: [batch], averaged over examples. */
export interface Metric {
  readonly name: string
  readonly measure: (predictions: Tensor, targets: Tensor) => Tensor
}

/** Share of examples whose largest logit is at the target (class numbers, or probabilities, whose largest counts). */
export const accuracy: Metric = {
  name: 'accuracy',
  measure: (logits, targets) => {
    const right = logits.argMax(-1).equal(classNumbers(targets)).cast('float32')
    return right.reshape([right.shape[0] as number, -1]).mean(1)
  },
}

/** Share of examples whose target is among the k largest logits. */
export function topAccuracy(k: number): Metric {
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new ValueError({
      what: 'topAccuracy: k',
      expected: 'a positive whole number',
      received: String(k),
      remedy: 'Give 5 for top-5 accuracy.',
    })
  }
  return {
    name: `top${k}Accuracy`,
    measure: (logits, targets) => {
      // The target is among the k largest when fewer than k logits are larger than its own.
      const wanted = oneHot(classNumbers(targets), logits.shape.at(-1) as number).greater(0)
      const own = wanted.where(logits, Number.NEGATIVE_INFINITY).max(-1, { keepDims: true })
      const within = logits.greater(own).cast('float32').sum(-1).less(k).cast('float32')
      return within.reshape([within.shape[0] as number, -1]).mean(1)
    },
  }
}

function classNumbers(targets: Tensor): Tensor {
  return targets.dtype === 'int32' ? targets : targets.argMax(-1)
}
