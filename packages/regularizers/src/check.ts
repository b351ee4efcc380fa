// Checks that regularizers share.
import { RecipeError, type Tensor, ValueError } from '@deep-recipe/core-tensor'
import type { Context } from '@deep-recipe/layers-core'

/** Throws unless `rate` lies in [0, 1). */
export function checkRate(what: string, rate: number, remedy = 'Give the share to drop, such as 0.5.'): void {
  if (rate >= 0 && rate < 1) return
  throw new ValueError({
    what,
    expected: 'a share from 0 up to, but not including, 1',
    received: String(rate),
    remedy,
  })
}

/** Throws unless `amount` is a number ≥ 0. */
export function checkAmount(what: string, amount: number): void {
  if (amount >= 0 && Number.isFinite(amount)) return
  throw new ValueError({
    what,
    expected: 'a finite number, 0 or more',
    received: String(amount),
    remedy: 'Give 0 to switch it off.',
  })
}

/** Throws unless `amount` is a number > 0. */
export function checkPositive(what: string, amount: number, remedy: string): void {
  if (amount > 0 && Number.isFinite(amount)) return
  throw new ValueError({ what, expected: 'a positive number', received: String(amount), remedy })
}

/** The context's random key. Throws while training without one. */
export function keyOf(what: string, context: Context): Tensor {
  if (context.key) return context.key
  throw new RecipeError({
    what: `${what} while training`,
    expected: 'a random key in the context',
    received: 'none',
    remedy: 'Pass { training: true, key }, with a new key for each step.',
  })
}
