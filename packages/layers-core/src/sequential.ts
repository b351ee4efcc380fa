// Layers one after the other.
import type { Shape, Tensor } from '@deep-recipe/core-tensor'
import { applyPart, initPart, type ParamsByPosition } from './composition.ts'
import { inferOutputShape, type Layer } from './layer.ts'

/**
 * A layer that passes its input through the given layers in turn. Its parameters are theirs by position.
 *
 * ```ts
 * const model = sequential(flatten(), dense(32, { activation: relu }), dense(10))
 * const params = model.init(randomKey(1), [28, 28])
 * console.log(countParameters(params)) // 25450
 * ```
 */
export function sequential(...layers: readonly Layer[]): Layer<ParamsByPosition> {
  return {
    name: `sequential(${layers.map((layer) => layer.name).join(', ')})`,
    init: (key: Tensor, inputShape: Shape) => {
      let shape = inputShape
      const entries = layers.map((layer, position) => {
        const params = initPart(layer, position, key, shape)
        shape = inferOutputShape(layer, params, shape)
        return [position, params] as const
      })
      return Object.fromEntries(entries)
    },
    apply: (params, input, context) =>
      layers.reduce((output, layer, position) => applyPart(layer, position, params, output, context), input),
  }
}
