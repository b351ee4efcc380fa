// What is learned: the CTC loss, in nats for each digit.

import { ctcLoss } from '@deep-recipe/sequence-losses'
import type { Loss } from '@deep-recipe/training'
import { targetWidth } from './batches.ts'
import { blank } from './digits.ts'

/** −log p(digits | sound) / number of digits, [batch]; targets as `packBatch` writes them. */
export const lossPerDigit: Loss = (logits, targets) => {
  const batch = targets.shape[0] as number
  const labels = targets.slice([0, 1], [batch, targetWidth - 1])
  const losses = ctcLoss(logits, labels, { inputLengths: targets.at(0, 1), blank, reduction: 'none' })
  const count = labels.greater(blank).cast('float32').sum(1)
  return losses.div(count.maximum(1))
}
