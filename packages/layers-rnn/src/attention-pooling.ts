// Many to one by attention: the mean of all steps, weighted by how much each has to say.
import type { Tensor } from '@deep-recipe/core-tensor'
import { type Context, dense, type Layer, type TensorRecord, tanh } from '@deep-recipe/layers-core'
import { checkCount, checkType, readSequenceShape } from './check.ts'

/** Parameters of `attentionPooling`. */
export type AttentionPoolingParams = {
  /** W and b: [features, units] and [units]. */
  readonly projection: TensorRecord
  /** v: [units]. */
  readonly query: Tensor
}

/** A layer that pools steps, and tells by which weights. */
export interface AttentionPooling extends Layer<AttentionPoolingParams> {
  /** α of every step, [batch, time]: 0 at padded steps, 1 in sum over the real ones. */
  attend(params: AttentionPoolingParams, input: Tensor, context: Context): Tensor
}

/**
 * Pools sequences by attention to a learned query (Yang and others, "Hierarchical attention networks for document
 * classification", 2016): [batch, time, features] → [batch, features].
 *
 *   α_t = softmax_t(v · tanh(h_t W + b))     z = Σ_t α_t h_t
 *
 * It obeys the mask in the context; a sequence without any real step gives zeros.
 *
 * @param units width of the projection W.
 * @throws ValueError unless `units` is a positive whole number.
 */
export function attentionPooling(units: number): AttentionPooling {
  checkCount('attentionPooling: units', units)
  const projection = dense(units, { activation: tanh })
  const score = dense(1, { useBias: false })
  const attend = (params: AttentionPoolingParams, input: Tensor, context: Context): Tensor => {
    const [batch, time] = readSequenceShape('attentionPooling', input)
    const { mask } = context
    const remedy = 'The mask must belong to these sequences.'
    if (mask) checkType('attentionPooling: mask', mask, 'bool', [batch, time], remedy)
    const projected = projection.apply(params.projection, clearPadding(input, mask), context)
    const scores = projected.matmul(params.query.expandDims(-1)).reshape([batch, time])
    // Padded steps take no part, not even in the largest score; where no step is real there is nothing to attend to.
    return mask ? mask.where(mask.where(scores, -1e30).softmax(), 0) : scores.softmax()
  }
  return {
    name: `attentionPooling(${units})`,
    init: (key, inputShape) => ({
      projection: projection.init(key, inputShape),
      query: (score.init(key, [units]).weight as Tensor).reshape([units]),
    }),
    apply: (params, input, context) => {
      const weights = attend(params, input, context).expandDims(-1)
      return clearPadding(input, context.mask).mul(weights).sum(1)
    },
    attend,
  }
}

/** Zeros at padded steps: NaN there would reach the gradients as 0 · NaN. */
function clearPadding(input: Tensor, mask: Tensor | undefined): Tensor {
  return mask ? mask.expandDims(-1).where(input, 0) : input
}
