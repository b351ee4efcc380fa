// Layers one after the other.
import { foldInKey, type Shape, type Tensor } from '@deep-recipe/core-tensor'
import { type Context, inferOutputShape, type Layer, type Params } from './layer.ts'

/** Parameters of several layers: `0`, `1`, … */
export type ParamsByPosition = { readonly [position: number | string]: Params }

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
        const params = layer.init(foldInKey(key, position), shape)
        shape = inferOutputShape(layer, params, shape)
        return [position, params] as const
      })
      return Object.fromEntries(entries)
    },
    apply: (params, input, context) =>
      layers.reduce(
        (output, layer, position) => layer.apply(params[position] ?? {}, output, keyed(context, position)),
        input,
      ),
  }
}

/** The context with a key of its own for each layer. */
function keyed(context: Context, position: number): Context {
  return context.key ? { ...context, key: foldInKey(context.key, position) } : context
}
