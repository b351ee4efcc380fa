// Dropout: each number is left out with some probability while training
// (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout", 2014).
import { flattenTree, RecipeError, randomBernoulli, Tensor } from '@deep-recipe/core-tensor'
import { type Context, type Layer, makeLayer, type Params } from '@deep-recipe/layers-core'
import { checkPositive, checkRate, keyOf } from './check.ts'

/** A share to drop: fixed, or a function of the share of the training that is done (a scalar from 0 to 1). */
export type DropRate = number | ((progress: Tensor) => Tensor)

/** Options of `dropout`. */
export interface DropoutOptions {
  /**
   * How training and test are brought to one scale. `inverted` (default): what is kept is divided by 1 − p while
   * training, and the test runs the network as it is. `original`: training keeps numbers as they are, and the test
   * multiplies by 1 − p, which is the same as scaling the weights that read them (`scaleOutgoingWeights`). With a rate
   * that changes, the test of `original` needs `progress` too, which `fit` and `evaluateModel` give in training only.
   */
  readonly scaling?: 'inverted' | 'original'
}

/**
 * Leaves each number out with probability p while training; shapes stay.
 *
 * @throws ValueError for a rate outside [0, 1), RecipeError while training without a random key.
 */
export function dropout(rate: DropRate, options: DropoutOptions = {}): Layer {
  if (typeof rate === 'number') checkRate('dropout: rate', rate)
  const original = options.scaling === 'original'
  return makeLayer(typeof rate === 'number' ? `dropout(${rate})` : 'dropout(annealed)', (input, context) => {
    if (rate === 0) return input
    if (!context.training && !original) return input
    const keep = keepProbability(rate, context)
    if (!context.training) return input.mul(keep)
    const kept = randomBernoulli(keyOf('dropout', context), keep, input.shape)
    return kept.where(original ? input : input.div(keep), 0)
  })
}

/**
 * A rate that starts at `first` and falls linearly to 0 when the share `until` of the training is done
 * (Rennie, Goel and Thomas, "Annealed dropout training of deep networks", 2014).
 *
 * @throws ValueError for a rate outside [0, 1) or a share that is not positive.
 */
export function annealed(first: number, until = 1): DropRate {
  checkRate('annealed: first', first)
  checkPositive('annealed: until', until, 'Give the share of the training after which nothing is dropped, such as 1.')
  return (progress) => progress.div(until).neg().add(1).maximum(0).mul(first)
}

/**
 * Test-time rule of the original dropout: the weights that read dropped numbers, times 1 − p.
 *
 * @param params parameters of a dense layer that follows a dropout of this rate; biases stay as they are.
 */
export function scaleOutgoingWeights<P extends Params>(params: P, rate: number): P {
  checkRate('scaleOutgoingWeights: rate', rate)
  const { weight } = params as { readonly weight?: Tensor }
  if (!(weight instanceof Tensor)) {
    const { paths } = flattenTree(params)
    throw new RecipeError({
      what: 'scaleOutgoingWeights: params',
      expected: 'the parameters of a layer with a weight',
      received: paths.join(', ') || 'none',
      remedy: 'Pass the parameters of the layer after the dropout.',
    })
  }
  return { ...params, weight: weight.mul(1 - rate) }
}

/** 1 − p, as a number or a scalar tensor. */
function keepProbability(rate: DropRate, context: Context): Tensor | number {
  if (typeof rate === 'number') return 1 - rate
  if (context.progress) return rate(context.progress).neg().add(1)
  throw new RecipeError({
    what: `dropout with a rate that changes${context.training ? '' : ', at the test'}`,
    expected: 'the progress of the training in the context',
    received: 'none',
    remedy: context.training
      ? 'Pass { progress: a scalar tensor from 0 to 1 }; `fit` does.'
      : 'Use the inverted scaling, whose test does not depend on the rate.',
  })
}
