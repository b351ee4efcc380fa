// Two walks over the same sequences, one from each end (Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997).
import { concat, splitKey, type Tensor } from '@deep-recipe/core-tensor'
import type { Context, Params } from '@deep-recipe/layers-core'
import type { LayerRun, RecurrentLayer, RecurrentState } from './recurrent.ts'

/** How the outputs of the two walks become one. */
export type Merge = 'concat' | 'sum' | 'average' | 'multiply'

/** Options of `bidirectional`. */
export interface BidirectionalOptions {
  /** Default `concat`: twice the width, the forward walk first. */
  readonly merge?: Merge
}

/** Parameters, or states, of the two walks. */
export type BothWays<Each extends Params> = { readonly forward: Each; readonly backward: Each }

const merges: Readonly<Record<Merge, (forward: Tensor, backward: Tensor) => Tensor>> = {
  concat: (forward, backward) => concat([forward, backward], -1),
  sum: (forward, backward) => forward.add(backward),
  average: (forward, backward) => forward.add(backward).mul(0.5),
  multiply: (forward, backward) => forward.mul(backward),
}

/**
 * A layer forwards and, with parameters of its own, backwards. Padding is passed over: the backward walk begins at the last
 * real step of each sequence. With the output `last`, what each walk ends with is merged.
 */
export function bidirectional<P extends Params, S extends RecurrentState>(
  layer: RecurrentLayer<P, S>,
  options: BidirectionalOptions = {},
): RecurrentLayer<BothWays<P>, BothWays<S>> {
  const merge = options.merge ?? 'concat'
  const other = layer.reversed()
  const run = (
    params: BothWays<P>,
    input: Tensor,
    context: Context,
    initialState?: BothWays<S>,
  ): LayerRun<BothWays<S>> => {
    const [forwardKey, backwardKey] = context.key ? (splitKey(context.key) as [Tensor, Tensor]) : []
    const keyed = (key: Tensor | undefined): Context => ({ ...context, ...(key && { key }) })
    const forward = layer.run(params.forward, input, keyed(forwardKey), initialState?.forward)
    const backward = other.run(params.backward, input, keyed(backwardKey), initialState?.backward)
    return {
      output: merges[merge](forward.output, backward.output),
      lastState: { forward: forward.lastState, backward: backward.lastState },
    }
  }
  return {
    name: `bidirectional(${layer.name})`,
    output: layer.output,
    init: (key, inputShape) => {
      const [forwardKey, backwardKey] = splitKey(key) as [Tensor, Tensor]
      return { forward: layer.init(forwardKey, inputShape), backward: other.init(backwardKey, inputShape) }
    },
    apply: (params, input, context) => run(params, input, context).output,
    run,
    reversed: () => bidirectional(other, options),
  }
}
