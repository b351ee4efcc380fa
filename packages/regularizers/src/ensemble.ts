// Ensembles: several networks, trained apart, that vote with their probabilities.
import { foldInKey, RecipeError, type Tensor } from '@deep-recipe/core-tensor'
import type { Context, Layer, ParamsByPosition } from '@deep-recipe/layers-core'

/**
 * A classifier that averages the probabilities of its members: log mean_k softmax(f_k(x)), so that its output can be
 * read as logits like theirs. Its parameters are theirs by position, each usually trained by itself.
 *
 * @throws RecipeError without members.
 */
export function ensemble(...models: readonly Layer[]): Layer<ParamsByPosition> {
  if (models.length === 0) {
    throw new RecipeError({
      what: 'ensemble',
      expected: 'at least one member',
      received: 'none',
      remedy: 'Pass the models to average.',
    })
  }
  const keyed = (context: Context, member: number): Context =>
    context.key ? { ...context, key: foldInKey(context.key, member) } : context
  return {
    name: `ensemble(${models.map((model) => model.name).join(', ')})`,
    init: (key, inputShape) =>
      Object.fromEntries(models.map((model, member) => [member, model.init(foldInKey(key, member), inputShape)])),
    apply: (params, input, context) => {
      const logits = models.map((model, member) => model.apply(params[member] ?? {}, input, keyed(context, member)))
      return averageProbabilities(logits)
    },
  }
}

/** log of the mean of the softmax of several logits [..., classes]. */
export function averageProbabilities(logits: readonly Tensor[]): Tensor {
  const [first, ...rest] = logits.map((one) => one.logSoftmax())
  if (!first) throw new RangeError('averageProbabilities needs at least one tensor')
  const largest = rest.reduce((a, b) => a.maximum(b), first).stopGradient()
  const total = rest.reduce((sum, one) => sum.add(one.sub(largest).exp()), first.sub(largest).exp())
  return total.log().add(largest).sub(Math.log(logits.length))
}
