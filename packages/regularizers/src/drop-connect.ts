// DropConnect: weights are left out instead of units (Wan, Zeiler, Zhang, LeCun and Fergus, 2013).
import { randomBernoulli, splitKey, type Tensor } from '@deep-recipe/core-tensor'
import { type DenseOptions, dense, type Layer, linear, type TensorRecord } from '@deep-recipe/layers-core'
import { checkRate, keyOf } from './check.ts'

/**
 * A dense layer whose every weight is left out with probability p while training, kept ones divided by 1 − p.
 *
 * [batch, inputs] → [batch, units]. One mask serves the whole batch, as a mask per example would cost batch × inputs × units draws.
 */
export function dropConnect(units: number, rate: number, options: DenseOptions = {}): Layer<TensorRecord> {
  checkRate('dropConnect: rate', rate)
  const inner = dense(units, { ...options, activation: linear })
  const activation = options.activation ?? linear
  return {
    name: `dropConnect(${units}, ${rate})`,
    init: inner.init,
    apply: (params, input, context) => {
      if (!context.training || rate === 0) return activation(inner.apply(params, input, context))
      const weight = params.weight as Tensor
      const kept = randomBernoulli(keyOf('dropConnect', context), 1 - rate, weight.shape)
      const masked = kept.where(weight.div(1 - rate), 0)
      return activation(inner.apply({ ...params, weight: masked }, input, context))
    },
  }
}

/** Options of `standout`. */
export interface StandoutOptions extends DenseOptions {
  /** Scale of the net input in the keep probability. Default 1. */
  readonly alpha?: number
  /** Offset in the keep probability. Default 0. */
  readonly beta?: number
}

/**
 * Standout: a dense layer that keeps unit j with probability π_j = σ(α (x W + b)_j + β), so that units which matter for
 * this input are kept; the test multiplies by π_j (Ba and Frey, "Adaptive dropout for training deep neural
 * networks", 2013, with the standout weights tied to the layer's own).
 *
 * [batch, inputs] → [batch, units].
 */
export function standout(units: number, options: StandoutOptions = {}): Layer<TensorRecord> {
  const { alpha = 1, beta = 0, activation = linear, ...rest } = options
  const inner = dense(units, rest)
  return {
    name: `standout(${units})`,
    init: inner.init,
    apply: (params, input, context) => {
      const net = inner.apply(params, input, context)
      // The mask's own dependence on the weights gets no gradient, as in the paper.
      const keep = net.mul(alpha).add(beta).sigmoid().stopGradient()
      const output = activation(net)
      if (!context.training) return output.mul(keep)
      const [key] = splitKey(keyOf('standout', context), 1) as [Tensor]
      return randomBernoulli(key, keep, output.shape).where(output, 0)
    },
  }
}
