// Activations: elementwise functions of tensors, and the layers made of them.
import type { Tensor } from '@deep-recipe/core-tensor'
import { type Layer, makeLayer } from './layer.ts'

/** A function applied to each number (softmax: to each row). */
export type Activation = (input: Tensor) => Tensor

/** x */
export const linear: Activation = (x) => x
/** max(x, 0) */
export const relu: Activation = (x) => x.relu()
/** 1 / (1 + e⁻ˣ) */
export const sigmoid: Activation = (x) => x.sigmoid()
/** tanh x */
export const tanh: Activation = (x) => x.tanh()
/** log(1 + eˣ) */
export const softplus: Activation = (x) => x.softplus()
/** x σ(x) (Ramachandran and others, 2017), also called SiLU. */
export const swish: Activation = (x) => x.mul(x.sigmoid())
/** x Φ(x) by the tanh approximation (Hendrycks and Gimpel, 2016). */
export const gelu: Activation = (x) =>
  x.mul(
    x
      .add(x.pow(3).mul(0.044715))
      .mul(Math.sqrt(2 / Math.PI))
      .tanh()
      .add(1)
      .mul(0.5),
  )
/** eˣ / Σ eˣ over the last axis. */
export const softmax: Activation = (x) => x.softmax()

/** max(x, 0) + slope · min(x, 0) */
export function leakyRelu(slope = 0.01): Activation {
  return (x) => x.greater(0).where(x, x.mul(slope))
}

/** x where x > 0, else scale · (eˣ − 1) (Clevert and others, 2015). */
export function elu(scale = 1): Activation {
  return (x) => {
    const isPositive = x.greater(0)
    // A choice, not a minimum, whose slope at 0 would be shared between its two arguments.
    return isPositive.where(x, isPositive.where(0, x).exp().sub(1).mul(scale))
  }
}

/** A layer that applies an activation. */
export function activation(fn: Activation, name = 'activation'): Layer {
  return makeLayer(name, (input) => fn(input))
}
