// Normalisation: activations with mean 0 and deviation 1, then rescaled by what is learned.
import { ones, type Shape, ShapeError, type Tensor, ValueError, zeros } from '@deep-recipe/core-tensor'
import type { Layer, TensorRecord } from '../layer.ts'
import { checkCount, lastAxis } from './dense.ts'

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number
}

/**
 * Normalises over the last axis of each example by itself: y = γ (x − μ) / √(σ² + ε) + β
 * (Ba, Kiros and Hinton, "Layer normalization", 2016). Shapes stay.
 *
 * @throws ValueError for an ε that is not positive.
 */
export function layerNorm(options: LayerNormOptions = {}): Layer<TensorRecord> {
  const epsilon = options.epsilon ?? 1e-5
  checkEpsilon('layerNorm', epsilon)
  return {
    name: 'layerNorm',
    init: (_key, inputShape) => {
      const width = lastAxis('layerNorm', inputShape)
      return { scale: ones([width]), offset: zeros([width]) }
    },
    apply: ({ scale, offset }, input) => {
      const centred = input.sub(input.mean(-1, { keepDims: true }))
      const variance = centred.square().mean(-1, { keepDims: true })
      return centred
        .div(variance.add(epsilon).sqrt())
        .mul(scale as Tensor)
        .add(offset as Tensor)
    },
  }
}

/** Options of `batchNorm`. */
export interface BatchNormOptions extends LayerNormOptions {
  /** Axis of the features, counted with the batch axis. Default 1: channels of images, features of vectors. */
  readonly axis?: number
  /** Share of the running statistics that each batch leaves in place. Default 0.9. */
  readonly momentum?: number
}

/** Learned scale and offset, and the running statistics that evaluation uses. */
export type BatchNormParams = {
  readonly scale: Tensor
  readonly offset: Tensor
  readonly state: { readonly mean: Tensor; readonly variance: Tensor }
}

/**
 * Normalises each feature over the batch (and over places): y = γ (x − μ) / √(σ² + ε) + β. While training, μ and σ² are the
 * batch's, and are recorded as running means; evaluation uses these (Ioffe and Szegedy, "Batch normalization", 2015).
 * Whatever fills up a batch, of weight 0 to the loss, counts in the batch's statistics.
 *
 * @throws ValueError for an ε that is not positive, a momentum outside [0, 1), or an axis that is not 1 or more; ShapeError
 *   from `init` for examples without that axis.
 */
export function batchNorm(options: BatchNormOptions = {}): Layer<BatchNormParams> {
  const { axis = 1, momentum = 0.9, epsilon = 1e-5 } = options
  checkEpsilon('batchNorm', epsilon)
  checkCount('batchNorm: axis', axis)
  if (!(momentum >= 0 && momentum < 1)) {
    throw new ValueError({
      what: 'batchNorm: momentum',
      expected: 'a number from 0 up to, but not including, 1',
      received: String(momentum),
      remedy: 'Give the share of the running statistics that stays, such as 0.9.',
    })
  }
  return {
    name: 'batchNorm',
    init: (_key, inputShape) => {
      const width = widthAlong(axis, inputShape)
      const state = { mean: zeros([width]), variance: ones([width]) }
      return { scale: ones([width]), offset: zeros([width]), state }
    },
    apply: ({ scale, offset, state }, input, context) => {
      const along: Shape = input.shape.map((length, i) => (i === axis ? length : 1))
      const others = input.shape.flatMap((_, i) => (i === axis ? [] : [i]))
      const mean = context.training ? input.mean(others) : state.mean
      const centred = input.sub(mean.reshape(along))
      const variance = context.training ? centred.square().mean(others) : state.variance
      if (context.training && context.record) {
        const count = others.reduce((n, i) => n * (input.shape[i] as number), 1)
        const blend = (running: Tensor, batch: Tensor): Tensor => running.mul(momentum).add(batch.mul(1 - momentum))
        context.record(state.mean, blend(state.mean, mean))
        // The running variance is the unbiased one.
        context.record(state.variance, blend(state.variance, variance.mul(count / Math.max(1, count - 1))))
      }
      const normal = centred.div(variance.add(epsilon).sqrt().reshape(along))
      return normal.mul(scale.reshape(along)).add(offset.reshape(along))
    },
  }
}

function checkEpsilon(layer: string, epsilon: number): void {
  if (epsilon > 0 && Number.isFinite(epsilon)) return
  throw new ValueError({
    what: `${layer}: epsilon`,
    expected: 'a positive number',
    received: String(epsilon),
    remedy: 'It keeps the division from being by 0: give something like 1e-5.',
  })
}

/** Number of features: the length of an axis, which is counted with the batch axis. */
function widthAlong(axis: number, inputShape: Shape): number {
  const width = inputShape[axis - 1]
  if (width !== undefined) return width
  throw new ShapeError({
    what: 'batchNorm: input',
    expected: `examples with an axis ${axis}, counted with the batch axis`,
    received: `[batch${inputShape.map((length) => `, ${length}`).join('')}]`,
    remedy: 'Choose an axis that the examples have.',
  })
}
