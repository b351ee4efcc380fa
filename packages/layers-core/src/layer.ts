// The layer contract: a pure function of parameters and input, and the way to its first parameters.
import { makeInput, type Shape, Tensor } from '@deep-recipe/core-tensor'

/** Parameters of a layer: a plain tree of tensors. What stands under the name `state` is not trained. */
export type Params = { readonly [name: string]: Params | Tensor }

/** Parameters of a simple layer: tensors by name. */
export type TensorRecord = { readonly [name: string]: Tensor }

/** What a layer is told beside its parameters and its input. */
export interface Context {
  /** True while training: dropout drops, noise is added, batch normalisation uses the batch. */
  readonly training: boolean
  /** Random key for this call; layers that draw need it while training. */
  readonly key?: Tensor
  /** Share of the training that is done, a float32 scalar from 0 to 1; for schedules such as annealed dropout. */
  readonly progress?: Tensor
  /**
   * Which steps of padded sequences are real: bool [batch, time]. It travels here and not with the input, so that layers
   * which treat every step alike pass it on unseen. A mask says all that lengths say, padding in front as well, and comes
   * from symbols by one comparison.
   */
  readonly mask?: Tensor
  /** Takes note of the next value of a `state` parameter, e.g. a running mean. */
  readonly record?: (parameter: Tensor, next: Tensor) => void
  /** Is told of every layer inside the one applied (see `applyPart`); for summaries and feature maps. */
  readonly observe?: (call: LayerCall) => void
}

/** A layer. It holds no numbers itself: they are in `Params`. */
export interface Layer<P extends Params = Params> {
  /** For summaries and messages, e.g. `dense(10)`. */
  readonly name: string
  /**
   * First parameters.
   *
   * @param key random key.
   * @param inputShape shape of one example, without the batch axis.
   */
  init(key: Tensor, inputShape: Shape): P
  /**
   * The output for a batch.
   *
   * @param input [batch, ...inputShape].
   */
  apply(params: P, input: Tensor, context: Context): Tensor
}

/** One application of a layer that is part of another. */
export interface LayerCall {
  /** Positions on the way to it, such as `2.0`; its parameters' names begin with this. Empty for the whole model. */
  readonly path: string
  readonly layer: Layer
  readonly params: Params
  readonly input: Tensor
  readonly output: Tensor
}

/** A layer without parameters, made of a function. */
export function makeLayer(name: string, apply: (input: Tensor, context: Context) => Tensor): Layer {
  return { name, init: () => ({}), apply: (_params, input, context) => apply(input, context) }
}

/** The context of evaluation and prediction. */
export const evaluation: Context = { training: false }

/**
 * Shape of one example of a layer's output, found by tracing it; nothing is computed.
 *
 * @param inputShape shape of one example of the input.
 */
export function inferOutputShape<P extends Params>(layer: Layer<P>, params: P, inputShape: Shape): Shape {
  const input = new Tensor(makeInput('example', { shape: [1, ...inputShape], dtype: 'float32' }))
  return layer.apply(params, input, evaluation).shape.slice(1)
}
