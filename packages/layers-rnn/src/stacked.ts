// Recurrent layers on top of each other: each reads the steps of the one below.
import { type Shape, type Tensor, ValueError } from '@deep-recipe/core-tensor'
import { applyPart, type Context, inferOutputShape, initPart, type ParamsByPosition } from '@deep-recipe/layers-core'
import type { LayerRun, RecurrentLayer, RecurrentState } from './recurrent.ts'

/** States of several layers: `0`, `1`, … */
export type StatesByPosition = { readonly [position: number | string]: RecurrentState }

/**
 * Recurrent layers in turn, as one: with one state that holds theirs by position. Only the last may give a last step alone.
 *
 * @throws ValueError for no layers, or one in between that gives its last step only.
 */
export function stacked(...layers: readonly RecurrentLayer[]): RecurrentLayer<ParamsByPosition, StatesByPosition> {
  const top = layers.at(-1)
  const short = layers.findIndex((layer, position) => layer.output === 'last' && position < layers.length - 1)
  if (!top || short >= 0) {
    throw new ValueError({
      what: 'stacked',
      expected: 'recurrent layers of which all but the last give sequences',
      received: top ? `the output 'last' at position ${short}` : 'none',
      remedy: "Give only the last layer { output: 'last' }.",
    })
  }
  const run = (
    params: ParamsByPosition,
    input: Tensor,
    context: Context,
    initialState?: StatesByPosition,
  ): LayerRun<StatesByPosition> => {
    const states: [number, RecurrentState][] = []
    const output = layers.reduce((below, layer, position) => {
      const part: RecurrentLayer = {
        ...layer,
        apply: (own, given, inner) => {
          const result = layer.run(own, given, inner, initialState?.[position])
          states.push([position, result.lastState])
          return result.output
        },
      }
      return applyPart(part, position, params, below, context)
    }, input)
    return { output, lastState: Object.fromEntries(states) }
  }
  return {
    name: `stacked(${layers.map((layer) => layer.name).join(', ')})`,
    output: top.output,
    init: (key, inputShape) => {
      let shape: Shape = inputShape
      const entries = layers.map((layer, position) => {
        const params = initPart(layer, position, key, shape)
        shape = inferOutputShape(layer, params, shape)
        return [position, params] as const
      })
      return Object.fromEntries(entries)
    },
    apply: (params, input, context) => run(params, input, context).output,
    run,
    reversed: () => stacked(...layers.map((layer) => layer.reversed())),
  }
}
