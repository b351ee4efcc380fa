// Schedules: the learning rate as a function of the number of steps done.
import { type Tensor, tensor, ValueError } from '@deep-recipe/core-tensor'

/** Number of steps done (a float32 scalar) → learning rate (a float32 scalar). */
export type Schedule = (step: Tensor) => Tensor

/** The same rate throughout. */
export function constant(rate: number): Schedule {
  checkPositive('learning rate', rate, true)
  return () => tensor(rate)
}

/** rate · factor^(step / every) */
export function exponentialDecay(rate: number, factor: number, every: number): Schedule {
  checkPositive('exponentialDecay: every', every)
  return (step) => tensor(factor).pow(step.div(every)).mul(rate)
}

/** rate · factor^⌊step / every⌋ */
export function stepDecay(rate: number, factor: number, every: number): Schedule {
  checkPositive('stepDecay: every', every)
  return (step) => tensor(factor).pow(step.div(every).floor()).mul(rate)
}

/** From the first rate to the last in a straight line over `steps`, and the last from then on. */
export function linearDecay(first: number, last: number, steps: number): Schedule {
  checkPositive('linearDecay: steps', steps)
  return (step) =>
    step
      .div(steps)
      .minimum(1)
      .mul(last - first)
      .add(first)
}

/** Half a cosine from the rate to `last` over `steps` (Loshchilov and Hutter, 2017). */
export function cosineDecay(rate: number, steps: number, last = 0): Schedule {
  checkPositive('cosineDecay: steps', steps)
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
  checkPositive('warmup: steps', steps)
  return (step) => {
    const rising = after(tensor(0)).mul(step.add(1).div(steps))
    return step.less(steps).where(rising, after(step.sub(steps).maximum(0)))
  }
}

function checkPositive(what: string, value: number, orZero = false): void {
  if (Number.isFinite(value) && (value > 0 || (orZero && value === 0))) return
  throw new ValueError({
    what,
    expected: orZero ? 'a finite number, 0 or more' : 'a positive number',
    received: String(value),
    remedy: 'Check the units: steps, not epochs.',
  })
}
