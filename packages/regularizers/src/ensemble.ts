// Ensembles: several networks, trained apart, that vote with their probabilities.
import { RecipeError, stack, type Tensor } from '@deep-recipe/core-tensor'
import { applyPart, initPart, type Layer, type ParamsByPosition } from '@deep-recipe/layers-core'

/**
 * A classifier that averages the probabilities of its members: log mean_k softmax(f_k(x)), so that its output can be
 * read as logits like theirs. Its parameters are theirs by position, each usually trained by itself.
 *
 * @throws RecipeError without members.
 */
export function ensemble(...models: readonly Layer[]): Layer<ParamsByPosition> {
  if (models.length === 0) failForNone('ensemble', 'Pass the models to average.')
  return {
    name: `ensemble(${models.map((model) => model.name).join(', ')})`,
    init: (key, inputShape) =>
      Object.fromEntries(models.map((model, member) => [member, initPart(model, member, key, inputShape)])),
    apply: (params, input, context) => {
      const logits = models.map((model, member) => applyPart(model, member, params, input, context))
      return averageProbabilities(logits)
    },
  }
}

/**
 * log of the mean of the softmax of several logits [..., classes], which stays exact where probabilities are tiny or 0.
 *
 * @throws RecipeError without logits, ShapeError for logits of different shapes.
 */
export function averageProbabilities(logits: readonly Tensor[]): Tensor {
  if (logits.length === 0) failForNone('averageProbabilities', 'Pass the logits of each member.')
  const logProbabilities = stack(logits.map((one) => one.logSoftmax()))
  return logProbabilities.logSumExp(0).sub(Math.log(logits.length))
}

function failForNone(what: string, remedy: string): never {
  throw new RecipeError({ what, expected: 'at least one member', received: 'none', remedy })
}
