// How the losses of single sequences become one number.
import { type Tensor, ValueError } from '@deep-recipe/core-tensor'

/** One loss for each sequence; their sum; or the mean over the batch of each loss divided by the length of its target. */
export type Reduction = 'none' | 'sum' | 'mean'

/**
 * @param losses [batch], one for each sequence.
 * @param lengths [batch], int32: how many symbols each target has; one without any counts as one.
 * @returns [batch] for `none`, else a scalar.
 * @throws ValueError for another reduction.
 */
export function reduceLosses(what: string, losses: Tensor, lengths: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return losses
  if (reduction === 'sum') return losses.sum()
  if (reduction === 'mean') return losses.div(lengths.maximum(1).cast('float32')).mean()
  throw new ValueError({
    what: `${what}: reduction`,
    expected: "'none', 'sum' or 'mean'",
    received: String(reduction),
    remedy: "Take 'none' for one loss per sequence.",
  })
}
