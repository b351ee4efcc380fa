// Losses: one number per example, from predictions and targets.
import { oneHot, ShapeError, sizeOf, type Tensor } from '@deep-recipe/core-tensor'

/** [batch, ...] predictions and targets → [batch]. */
export type Loss = (predictions: Tensor, targets: Tensor) => Tensor

/** Mean over everything but the batch. */
function perExample(values: Tensor): Tensor {
  const count = sizeOf(values.shape.slice(1))
  return values.reshape([values.shape[0] as number, count]).mean(1)
}

function checkSameShape(what: string, predictions: Tensor, targets: Tensor): void {
  if (predictions.shape.join() === targets.shape.join()) return
  throw new ShapeError({
    what,
    expected: `targets of the shape [${predictions.shape.join(', ')}] of the predictions`,
    received: `[${targets.shape.join(', ')}]`,
    remedy: 'Reshape one of them.',
  })
}

/**
 * −log softmax(logits)[target], averaged over places other than batch and classes.
 *
 * @param logits [batch, ..., classes].
 * @param targets int32 class numbers [batch, ...], or probabilities [batch, ..., classes].
 */
export const softmaxCrossEntropy: Loss = (logits, targets) => {
  const logProbabilities = logits.logSoftmax()
  const probabilities = targets.dtype === 'int32' ? asProbabilities(logits, targets) : targets
  checkSameShape('softmaxCrossEntropy', logits, probabilities)
  return perExample(logProbabilities.mul(probabilities).sum(-1).neg().expandDims(1))
}

function asProbabilities(logits: Tensor, targets: Tensor): Tensor {
  const classes = logits.shape.at(-1) as number
  if (targets.shape.join() !== logits.shape.slice(0, -1).join()) {
    throw new ShapeError({
      what: 'softmaxCrossEntropy: targets',
      expected: `class numbers of the shape [${logits.shape.slice(0, -1).join(', ')}]`,
      received: `[${targets.shape.join(', ')}]`,
      remedy: 'Give one class number for each row of logits.',
    })
  }
  return oneHot(targets, classes)
}

/** max(x, 0) − x y + log(1 + e^−|x|): cross-entropy of σ(x) with targets from 0 to 1, without overflow. */
export const sigmoidCrossEntropy: Loss = (logits, targets) => {
  const wanted = targets.cast('float32')
  checkSameShape('sigmoidCrossEntropy', logits, wanted)
  return perExample(logits.softplus().sub(logits.mul(wanted)))
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
