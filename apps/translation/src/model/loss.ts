// What training minimises: −log p of the right symbols, averaged over the real ones of a batch.
import type { Tensor } from '@deep-recipe/core-tensor'
import { maskedCrossEntropy } from '@deep-recipe/sequence-losses'
import type { Loss } from '@deep-recipe/training'

/**
 * Cross-entropy with label smoothing for `fit`, which averages over sentences: each sentence counts by its length, so that
 * every symbol counts alike.
 */
export function makeLoss(labelSmoothing: number): Loss {
  return (logits, targets) => {
    const sums = maskedCrossEntropy(logits, targets, { padding: 0, labelSmoothing, reduction: 'sequence-sum' })
    return sums.div(meanLength(targets))
  }
}

function meanLength(targets: Tensor): Tensor {
  return targets.notEqual(0).cast('float32').sum(-1).mean().maximum(1)
}
