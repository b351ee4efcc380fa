// A layer for single examples, applied to every step of sequences.
import { formatShape, ShapeError } from '@deep-recipe/core-tensor'
import { applyPart, type Context, initPart, type Layer, type ParamsByPosition } from '@deep-recipe/layers-core'

/**
 * Applies a layer to each step: [batch, time, ...] → [batch, time, ...]. Steps become part of the batch, so layers that look
 * at the batch see them all, and the mask of the sequences is not passed on. (`dense` and `embedding` need none of this.)
 *
 * @throws ShapeError for inputs without a time axis.
 */
export function timeDistributed(layer: Layer): Layer<ParamsByPosition> {
  return {
    name: `timeDistributed(${layer.name})`,
    init: (key, inputShape) => ({ 0: initPart(layer, 0, key, inputShape.slice(1)) }),
    apply: (params, input, context) => {
      const [batch, time] = input.shape
      if (batch === undefined || time === undefined) {
        throw new ShapeError({
          what: 'timeDistributed: input',
          expected: '[batch, time, ...]',
          received: formatShape(input.shape),
          remedy: 'Give it sequences.',
        })
      }
      const steps = input.reshape([batch * time, ...input.shape.slice(2)])
      const output = applyPart(layer, 0, params, steps, withoutMask(context))
      return output.reshape([batch, time, ...output.shape.slice(1)])
    },
  }
}

function withoutMask({ mask: _, ...rest }: Context): Context {
  return rest
}
