// Losses: one number per example, from predictions and targets.
import { oneHot, ShapeError, sizeOf, type Tensor } from '@deep-recipe/core-tensor'

/** [batch, ...] predictions and targets → [batch]. */
export type Loss = (predictions: Tensor, targets: Tensor) => Tensor

/** Mean over everything but the batch. */
function perExample(values: Tensor): Tensor {
  const count = sizeOf(values.shape.slice(1))
  return values.reshape([values.shape[0] as number, count]).mean(1)
}

function checkSameShape(what: string, predictions: Tensor, targets: Tensor, remedy = 'Reshape one of them.'): void {
  if (predictions.shape.join() === targets.shape.join()) return
  throw new ShapeError({
    what: `${what}: targets`,
    expected: `the shape [${predictions.shape.join(', ')}] of the predictions`,
    received: `[${targets.shape.join(', ')}]`,
    remedy,
  })
}

/**
 * −log softmax(logits)[target], averaged over places other than batch and classes. Logits may be −∞ where a class is
 * ruled out.
 *
 * @param logits [batch, ..., classes].
 * @param targets int32 class numbers [batch, ...], or probabilities [batch, ..., classes]. A class number out of range has
 *   the probability 0, so its loss is infinite.
 */
export const softmaxCrossEntropy: Loss = (logits, targets) => {
  const logProbabilities = logits.logSoftmax()
  const losses =
    targets.dtype === 'int32' ? pickTarget(logProbabilities, targets) : weighTargets(logProbabilities, targets)
  return perExample(losses.neg().expandDims(1))
}

/** log p[target]: a choice, because 0 · −∞ is not 0. */
function pickTarget(logProbabilities: Tensor, targets: Tensor): Tensor {
  const places = logProbabilities.shape.slice(0, -1)
  if (targets.shape.join() !== places.join()) {
    throw new ShapeError({
      what: 'softmaxCrossEntropy: targets',
      expected: `class numbers of the shape [${places.join(', ')}]`,
      received: `[${targets.shape.join(', ')}]`,
      remedy: 'Give one class number for each row of logits, or probabilities as float32.',
    })
  }
  const marks = oneHot(targets, logProbabilities.shape.at(-1) as number)
  // log 1 = 0 for a class that is there; log 0 = −∞ for one that is not.
  return marks.greater(0).where(logProbabilities, 0).sum(-1).add(marks.sum(-1).log())
}

/** Σ y log p, with 0 log 0 = 0. */
function weighTargets(logProbabilities: Tensor, targets: Tensor): Tensor {
  const remedy = 'Give probabilities for each class, or class numbers as int32.'
  checkSameShape('softmaxCrossEntropy', logProbabilities, targets, remedy)
  const probabilities = targets.cast('float32')
  const impossible = logProbabilities.equal(Number.NEGATIVE_INFINITY).and(probabilities.equal(0))
  return impossible.where(0, logProbabilities).mul(probabilities).sum(-1)
}

/** max(x, 0) − x y + log(1 + e^−|x|): cross-entropy of σ(x) with targets from 0 to 1, without overflow. */
export const sigmoidCrossEntropy: Loss = (logits, targets) => {
  const wanted = targets.cast('float32')
  checkSameShape('sigmoidCrossEntropy', logits, wanted)
  // In this order small losses keep their digits: for large x and y = 1 the first two cancel exactly.
  return perExample(logits.maximum(0).sub(logits.mul(wanted)).add(logits.abs().neg().exp().add(1).log()))
}

/** (prediction − target)², averaged over the example. */
export const meanSquaredError: Loss = (predictions, targets) => {
  const wanted = targets.cast('float32')
  checkSameShape('meanSquaredError', predictions, wanted)
  return perExample(predictions.sub(wanted).square())
}

/** |prediction − target|, averaged over the example. */
export const meanAbsoluteError: Loss = (predictions, targets) => {
  const wanted = targets.cast('float32')
  checkSameShape('meanAbsoluteError', predictions, wanted)
  return perExample(predictions.sub(wanted).abs())
}
