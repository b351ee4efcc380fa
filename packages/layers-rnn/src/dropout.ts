// What recurrent layers and decoders leave out while training.
import { RecipeError, randomBernoulli, type Tensor } from '@deep-recipe/core-tensor'
import type { Context } from '@deep-recipe/layers-core'

/** 1 / (1 − rate) with probability 1 − rate, else 0. */
export function drawKept(key: Tensor, rate: number, shape: readonly number[]): Tensor {
  return randomBernoulli(key, 1 - rate, shape).where(1 / (1 - rate), 0)
}

/** The random key of a layer that draws. Throws a RecipeError if the context has none. */
export function keyOf(what: string, { key }: Context): Tensor {
  if (key) return key
  throw new RecipeError({
    what: `${what} while training`,
    expected: 'a random key in the context',
    received: 'none',
    remedy: 'Pass { training: true, key }, with a new key for each step.',
  })
}
