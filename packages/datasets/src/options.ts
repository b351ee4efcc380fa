// Checks of option values that several folders share.
import { DatasetError } from './errors.ts'

/** @throws DatasetError unless `value` is a whole number of at least `minimum`. */
export function checkCount(what: string, value: number, minimum: number): void {
  if (Number.isSafeInteger(value) && value >= minimum) return
  throw new DatasetError({
    what,
    expected: `a whole number of at least ${minimum}`,
    received: String(value),
    remedy: 'Give a whole number in that range.',
  })
}

/** @throws DatasetError unless `value` is finite and, where a minimum is given, at least that. */
export function checkAmount(what: string, value: number, minimum?: number): void {
  if (Number.isFinite(value) && (minimum === undefined || value >= minimum)) return
  throw new DatasetError({
    what,
    expected: minimum === undefined ? 'a finite number' : `a finite number of at least ${minimum}`,
    received: String(value),
    remedy: 'Give a number in that range.',
  })
}

/** @throws DatasetError unless `seed` is a safe integer. */
export function checkSeed(what: string, seed: number | undefined): asserts seed is number {
  if (Number.isSafeInteger(seed)) return
  throw new DatasetError({
    what,
    expected: 'a whole number as the seed',
    received: String(seed),
    remedy: 'Give a seed such as 1: the same seed gives the same result on every machine.',
  })
}
