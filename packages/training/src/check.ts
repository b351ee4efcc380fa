// Checks of the numbers that optimizers, schedules and fit are given.
import { ValueError } from '@deep-recipe/core-tensor'

/** Throws unless `value` is a finite number above 0. */
export function checkPositive(what: string, value: number, remedy: string): void {
  if (!(value > 0 && Number.isFinite(value))) fail(what, 'a positive number', value, remedy)
}

/** Throws unless `value` is a finite number, 0 or more. */
export function checkNotNegative(what: string, value: number, remedy: string): void {
  if (!(value >= 0 && Number.isFinite(value))) fail(what, 'a finite number, 0 or more', value, remedy)
}

/** Throws unless `value` lies in [0, 1). */
export function checkShare(what: string, value: number, remedy: string): void {
  if (!(value >= 0 && value < 1)) fail(what, 'a number from 0 up to, but not including, 1', value, remedy)
}

/** Throws unless `value` is a whole number of at least `least`. */
export function checkWhole(what: string, value: number, least: number, remedy: string): void {
  if (!(Number.isSafeInteger(value) && value >= least)) fail(what, `a whole number, ${least} or more`, value, remedy)
}

function fail(what: string, expected: string, value: unknown, remedy: string): never {
  throw new ValueError({ what, expected, received: String(value), remedy })
}
