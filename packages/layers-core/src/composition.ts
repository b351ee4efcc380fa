// Layers made of layers: how a layer hands parameters and keys to its parts, and how one looks at them at work.
import { foldInKey, type Shape, type Tensor } from '@deep-recipe/core-tensor'
import { type Context, evaluation, type Layer, type LayerCall, type Params } from './layer.ts'

/** Parameters of several layers: `0`, `1`, … */
export type ParamsByPosition = { readonly [position: number | string]: Params }

/** First parameters of one part of a layer: the parts draw independently. */
export function initPart(part: Layer, position: number, key: Tensor, inputShape: Shape): Params {
  return part.init(foldInKey(key, position), inputShape)
}

/**
 * Applies one part of a layer: with its own parameters, with a random key of its own, and seen by whoever observes.
 * A layer that applies its parts this way shows them in `summary` and `observeLayers`; nothing else is asked of it.
 *
 * @param params parameters of the whole layer, those of this part under `position`.
 */
export function applyPart(
  part: Layer,
  position: number,
  params: ParamsByPosition,
  input: Tensor,
  context: Context,
): Tensor {
  const { key, observe } = context
  const own = params[position] ?? {}
  const output = part.apply(own, input, {
    ...context,
    ...(key && { key: foldInKey(key, position) }),
    ...(observe && { observe: (call) => observe({ ...call, path: `${position}.${call.path}` }) }),
  })
  observe?.({ path: String(position), layer: part, params: own, input, output })
  return output
}

/**
 * Applies a model and lists every layer in it, with its input and output: first the model (path ''), then its parts in the
 * order in which they are applied, each before its own parts.
 *
 * @param input [batch, ...].
 */
export function observeLayers<P extends Params>(
  model: Layer<P>,
  params: P,
  input: Tensor,
  context: Context = evaluation,
): LayerCall[] {
  const calls: LayerCall[] = []
  const observe = (call: LayerCall): void => {
    // A layer is heard of when its output is there, so after its parts: it goes before them.
    let first = calls.length
    while (first > 0 && isInside(call.path, calls[first - 1]?.path as string)) first--
    calls.splice(first, 0, call)
  }
  const output = model.apply(params, input, { ...context, observe })
  observe({ path: '', layer: model as Layer, params, input, output })
  return calls
}

function isInside(outer: string, path: string): boolean {
  return outer === '' || path.startsWith(`${outer}.`)
}
