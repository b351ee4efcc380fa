// Initializers: the distributions from which weights are first drawn.
import { full, randomNormal, randomUniform, type Shape, type Tensor, zeros } from '@deep-recipe/core-tensor'

/** How many numbers flow into and out of one unit; for a convolution each counts the window's places. */
export interface Fans {
  readonly fanIn: number
  readonly fanOut: number
}

/** Draws the first values of a weight. */
export type Initializer = (key: Tensor, shape: Shape, fans: Fans) => Tensor

/** Zeros, for biases. */
export const zerosInitializer: Initializer = (_key, shape) => zeros(shape)

/** One number everywhere. */
export function constantInitializer(value: number): Initializer {
  return (_key, shape) => full(shape, value)
}

/** Uniform over [low, high). */
export function uniformInitializer(low = -0.05, high = 0.05): Initializer {
  return (key, shape) => randomUniform(key, shape, low, high)
}

/** Normal with the given deviation and mean 0. */
export function normalInitializer(deviation = 0.05): Initializer {
  return (key, shape) => randomNormal(key, shape).mul(deviation)
}

/** Variance 2 / (fan in + fan out), uniform: for tanh and sigmoid (Glorot and Bengio, 2010). */
export const glorotUniform: Initializer = (key, shape, fans) => uniformWithVariance(key, shape, glorotVariance(fans))

/** Variance 2 / (fan in + fan out), normal (Glorot and Bengio, 2010). */
export const glorotNormal: Initializer = (key, shape, fans) => normalWithVariance(key, shape, glorotVariance(fans))

/** Variance 2 / fan in, uniform: for ReLU (He, Zhang, Ren and Sun, 2015). */
export const heUniform: Initializer = (key, shape, { fanIn }) => uniformWithVariance(key, shape, 2 / fanIn)

/** Variance 2 / fan in, normal (He, Zhang, Ren and Sun, 2015). */
export const heNormal: Initializer = (key, shape, { fanIn }) => normalWithVariance(key, shape, 2 / fanIn)

/** Variance 1 / fan in, normal: for SELU and for linear units (LeCun and others, 1998). */
export const lecunNormal: Initializer = (key, shape, { fanIn }) => normalWithVariance(key, shape, 1 / fanIn)

function glorotVariance({ fanIn, fanOut }: Fans): number {
  return 2 / (fanIn + fanOut)
}

function normalWithVariance(key: Tensor, shape: Shape, variance: number): Tensor {
  return randomNormal(key, shape).mul(Math.sqrt(variance))
}

function uniformWithVariance(key: Tensor, shape: Shape, variance: number): Tensor {
  // U(−a, a) has the variance a² / 3.
  const limit = Math.sqrt(3 * variance)
  return randomUniform(key, shape, -limit, limit)
}
