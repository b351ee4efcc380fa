// The fully connected layer.
import { type Shape, splitKey, type Tensor, ValueError } from '@deep-recipe/core-tensor'
import { type Activation, linear } from '../activations.ts'
import { glorotUniform, type Initializer, zerosInitializer } from '../initializers.ts'
import type { Layer, TensorRecord } from '../layer.ts'

/** Options of `dense`. */
export interface DenseOptions {
  /** Default linear. */
  readonly activation?: Activation
  /** Default true. */
  readonly useBias?: boolean
  /** Default Glorot uniform. */
  readonly weightInitializer?: Initializer
  /** Default zeros. */
  readonly biasInitializer?: Initializer
}

/**
 * y = f(x W + b): every unit sees the whole last axis of the input.
 *
 * [batch, ..., inputs] → [batch, ..., units].
 *
 * @throws ValueError when `units` is not a positive whole number.
 */
export function dense(units: number, options: DenseOptions = {}): Layer<TensorRecord> {
  checkCount('dense: units', units)
  const activation = options.activation ?? linear
  const useBias = options.useBias ?? true
  return {
    name: `dense(${units})`,
    init: (key, inputShape): TensorRecord => {
      const inputs = lastAxis('dense', inputShape)
      const fans = { fanIn: inputs, fanOut: units }
      const [weightKey, biasKey] = splitKey(key) as [Tensor, Tensor]
      const weight = (options.weightInitializer ?? glorotUniform)(weightKey, [inputs, units], fans)
      if (!useBias) return { weight }
      return { weight, bias: (options.biasInitializer ?? zerosInitializer)(biasKey, [units], fans) }
    },
    apply: ({ weight, bias }, input) => {
      const product = input.matmul(weight as Tensor)
      return activation(bias ? product.add(bias) : product)
    },
  }
}

/** Throws unless `count` is a positive whole number. */
export function checkCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return
  throw new ValueError({
    what,
    expected: 'a positive whole number',
    received: String(count),
    remedy: 'Give how many there shall be.',
  })
}

/** Length of the last axis of an example. Throws when an example is a single number. */
export function lastAxis(what: string, inputShape: Shape): number {
  const length = inputShape.at(-1)
  if (length !== undefined) return length
  throw new ValueError({
    what: `${what}: input`,
    expected: 'examples with at least one axis',
    received: 'single numbers',
    remedy: 'Reshape the input to [batch, 1].',
  })
}
