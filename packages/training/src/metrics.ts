// Metrics: what a person wants to read beside the loss, one number per example.
import { arange, ShapeError, sizeOf, type Tensor } from '@deep-recipe/core-tensor'
import { checkWhole } from './check.ts'

/** A named measure of predictions [batch, ...] and targets: [batch], averaged over examples. */
export interface Metric {
  readonly name: string
  readonly measure: (predictions: Tensor, targets: Tensor) => Tensor
}

/**
 * Share of places whose largest logit is at the target (int32 class numbers, or probabilities, whose largest counts).
 * Of equal logits the first counts as the largest.
 */
export const accuracy: Metric = {
  name: 'accuracy',
  measure: (logits, targets) => averagePlaces(logits.argMax(-1).equal(classNumbers('accuracy', logits, targets))),
}

/**
 * Share of places whose target is among the k largest logits. Of equal logits the first counts as larger, so that
 * `topAccuracy(1)` is `accuracy`, and a model that says nothing gets no more than chance.
 *
 * @throws ValueError unless k is a positive whole number.
 */
export function topAccuracy(k: number): Metric {
  checkWhole('topAccuracy: k', k, 1, 'Give 5 for top-5 accuracy.')
  const name = `top${k}Accuracy`
  return {
    name,
    measure: (logits, targets) => {
      const wanted = classNumbers(name, logits, targets).expandDims(-1)
      const classes = arange(logits.shape.at(-1) as number)
      const isWanted = wanted.equal(classes)
      const own = isWanted.where(logits, Number.NEGATIVE_INFINITY).max(-1, { keepDims: true })
      // Not "greater": a logit that is NaN counts as ahead.
      const larger = logits.lessEqual(own).not()
      const earlier = logits.equal(own).and(classes.less(wanted))
      const ahead = larger.or(earlier).cast('float32').sum(-1)
      const exists = isWanted.cast('float32').sum(-1).greater(0)
      return averagePlaces(ahead.less(k).and(exists))
    },
  }
}

/** Mean over all places of an example. */
function averagePlaces(right: Tensor): Tensor {
  const places = sizeOf(right.shape.slice(1))
  return right
    .cast('float32')
    .reshape([right.shape[0] as number, places])
    .mean(1)
}

/** Class numbers [batch, ...] of targets in either form. */
function classNumbers(what: string, logits: Tensor, targets: Tensor): Tensor {
  const isNumbers = targets.dtype === 'int32'
  const expected = isNumbers ? logits.shape.slice(0, -1) : logits.shape
  if (targets.shape.join() === expected.join()) return isNumbers ? targets : targets.cast('float32').argMax(-1)
  throw new ShapeError({
    what: `${what}: targets`,
    expected: `${isNumbers ? 'class numbers' : 'probabilities'} of the shape [${expected.join(', ')}]`,
    received: `[${targets.shape.join(', ')}]`,
    remedy: 'Give an int32 class number for each row of logits, or probabilities of the same shape as the logits.',
  })
}
