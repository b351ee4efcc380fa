// Schedules: the learning rate as a function of the number of steps done.
import { type Tensor, tensor } from '@deep-recipe/core-tensor'
import { checkNotNegative, checkPositive } from './check.ts'

/** Number of steps done (a float32 scalar) → learning rate (a float32 scalar). */
export type Schedule = (step: Tensor) => Tensor

const inSteps = 'Count in optimizer steps, not epochs.'

/** The same rate throughout. */
export function constant(rate: number): Schedule {
  checkRate('constant: rate', rate)
  return () => tensor(rate)
}

/** rate · factor^(step / every) */
export function exponentialDecay(rate: number, factor: number, every: number): Schedule {
  checkRate('exponentialDecay: rate', rate)
  checkFactor('exponentialDecay: factor', factor)
  checkPositive('exponentialDecay: every', every, inSteps)
  return (step) => tensor(factor).pow(step.div(every)).mul(rate)
}

/** rate · factor^⌊step / every⌋ */
export function stepDecay(rate: number, factor: number, every: number): Schedule {
  checkRate('stepDecay: rate', rate)
  checkFactor('stepDecay: factor', factor)
  checkPositive('stepDecay: every', every, inSteps)
  return (step) => tensor(factor).pow(step.div(every).floor()).mul(rate)
}

/** From the first rate to the last in a straight line over `steps`, and the last from then on. */
export function linearDecay(first: number, last: number, steps: number): Schedule {
  checkRate('linearDecay: first', first)
  checkRate('linearDecay: last', last)
  checkPositive('linearDecay: steps', steps, inSteps)
  return (step) =>
    step
      .div(steps)
      .minimum(1)
      .mul(last - first)
      .add(first)
}

/** Half a cosine from the rate to `last` over `steps` (Loshchilov and Hutter, 2017). */
export function cosineDecay(rate: number, steps: number, last = 0): Schedule {
  checkRate('cosineDecay: rate', rate)
  checkRate('cosineDecay: last', last)
  checkPositive('cosineDecay: steps', steps, inSteps)
  return (step) =>
    step
      .div(steps)
      .minimum(1)
      .mul(Math.PI)
      .cos()
      .add(1)
      .mul((rate - last) / 2)
      .add(last)
}

/** Rises in a straight line over the first `steps` and follows `after` (which counts from its own 0) from then on. */
export function warmup(steps: number, after: Schedule): Schedule {
  checkPositive('warmup: steps', steps, inSteps)
  return (step) => {
    const rising = after(tensor(0)).mul(step.add(1).div(steps))
    return step.less(steps).where(rising, after(step.sub(steps).maximum(0)))
  }
}

/** Stays for the first `steps` where `after` begins, and follows `after` (which counts from its own 0) from then on. */
export function hold(steps: number, after: Schedule): Schedule {
  checkNotNegative('hold: steps', steps, inSteps)
  return (step) => after(step.sub(steps).maximum(0))
}

function checkRate(what: string, rate: number): void {
  checkNotNegative(what, rate, 'Give a learning rate such as 0.001.')
}

function checkFactor(what: string, factor: number): void {
  checkPositive(what, factor, 'Give the share of the rate that is kept, such as 0.5.')
}
