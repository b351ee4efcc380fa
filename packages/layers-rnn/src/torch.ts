// PyTorch's weights of recurrent layers as parameters of ours: transposed, gates in another order, two biases made one.
import { asTensor, concat, RecipeError, split, type Tensor, type TensorLike, zeros } from '@deep-recipe/core-tensor'
import type { ParamsByPosition, TensorRecord } from '@deep-recipe/layers-core'
import type { BothWays } from './bidirectional.ts'
import type { GateParams } from './cell.ts'
import type { GruParams } from './cells/gru.ts'

/** Weights by PyTorch's names, such as `weight_ih_l0` and `bias_hh_l1_reverse`: a state dict, however it was read. */
export type TorchWeights = { readonly [name: string]: TensorLike }

/** Which of the weights of a PyTorch module are meant. */
export interface TorchPlace {
  /** Layer of a stack. Default 0. */
  readonly layer?: number
  /** Those of the backward walk. Default false. */
  readonly reverse?: boolean
  /** What stands before the names in the state dict of a larger model, such as `encoder.`. Default nothing. */
  readonly prefix?: string
}

/** Makes parameters of one cell from the weights at one place. */
export type TorchConverter<P extends TensorRecord> = (weights: TorchWeights, place?: TorchPlace) => P

/** What PyTorch stores for one walk of one layer, transposed and cut into gates. */
interface TorchGates {
  readonly input: Tensor[]
  readonly recurrent: Tensor[]
  readonly inputBias: Tensor[]
  readonly recurrentBias: Tensor[]
}

/** Weights of `torch.nn.RNN` as parameters of `simpleRnn`. Throws a RecipeError for weights of something else. */
export const simpleRnnFromTorch: TorchConverter<GateParams> = (weights, place) =>
  joinGates(readGates('simpleRnnFromTorch', weights, 1, place), [0])

/** Weights of `torch.nn.LSTM` as parameters of `lstm`. Throws a RecipeError for weights of something else. */
export const lstmFromTorch: TorchConverter<GateParams> = (weights, place) =>
  // PyTorch's order is i, f, g, o, where g is our u.
  joinGates(readGates('lstmFromTorch', weights, 4, place), [0, 1, 3, 2])

/** Weights of `torch.nn.GRU` as parameters of `gru`. Throws a RecipeError for weights of something else. */
export const gruFromTorch: TorchConverter<GruParams> = (weights, place) => {
  const gates = readGates('gruFromTorch', weights, 3, place)
  // The recurrent bias of n is reached by the reset gate; those of r and z are not told from the input's.
  const recurrentBias = gates.recurrentBias[2] as Tensor
  const outside = gates.recurrentBias.map((bias, gate) => (gate === 2 ? zeros(bias.shape) : bias))
  return { ...joinGates({ ...gates, recurrentBias: outside }, [0, 1, 2]), recurrentBias }
}

/**
 * All layers of a PyTorch module as parameters of `stacked(layer, layer, …)`, or of `stacked(bidirectional(layer), …)` if
 * it walks both ways.
 *
 * ```ts
 * const lstmWeights = (width: number, end: string) => ({
 *   [`weight_ih_${end}`]: zeros([8, width]), [`weight_hh_${end}`]: zeros([8, 2]), [`bias_ih_${end}`]: zeros([8]), [`bias_hh_${end}`]: zeros([8]),
 * })
 * const params = stackFromTorch(lstmFromTorch, { ...lstmWeights(3, 'l0'), ...lstmWeights(2, 'l1') })
 * console.log(stacked(lstm(2), lstm(2)).apply(params, zeros([1, 5, 3]), evaluation).shape) // [1, 5, 2]
 * ```
 *
 * @param convert `simpleRnnFromTorch`, `lstmFromTorch` or `gruFromTorch`.
 * @throws RecipeError when weights are missing or of other shapes.
 */
export function stackFromTorch<P extends TensorRecord>(
  convert: TorchConverter<P>,
  weights: TorchWeights,
  prefix = '',
): ParamsByPosition {
  const layers: [number, P | BothWays<P>][] = []
  const has = (layer: number, ending = ''): boolean => `${prefix}weight_ih_l${layer}${ending}` in weights
  for (let layer = 0; layer === 0 || has(layer); layer++) {
    const forward = convert(weights, { layer, prefix })
    layers.push([
      layer,
      has(layer, '_reverse') ? { forward, backward: convert(weights, { layer, prefix, reverse: true }) } : forward,
    ])
  }
  return Object.fromEntries(layers)
}

function joinGates({ input, recurrent, inputBias, recurrentBias }: TorchGates, order: readonly number[]): GateParams {
  const join = (gates: readonly Tensor[]): Tensor =>
    concat(
      order.map((gate) => gates[gate] as Tensor),
      -1,
    )
  return {
    inputWeight: join(input),
    recurrentWeight: join(recurrent),
    bias: join(inputBias).add(join(recurrentBias)),
  }
}

function readGates(what: string, weights: TorchWeights, count: number, place: TorchPlace = {}): TorchGates {
  const { layer = 0, reverse = false, prefix = '' } = place
  const nameOf = (kind: string): string => `${prefix}${kind}_l${layer}${reverse ? '_reverse' : ''}`
  const find = (kind: string): Tensor | undefined => {
    const value = weights[nameOf(kind)]
    return value === undefined ? undefined : asTensor(value, 'float32')
  }
  const complain = (expected: string, received: string, remedy: string): never => {
    throw new RecipeError({ what, expected, received, remedy })
  }
  const [input, recurrent] = [find('weight_ih'), find('weight_hh')]
  if (!input || !recurrent) {
    const names = Object.keys(weights).join(', ') || 'none'
    return complain(`${nameOf('weight_ih')} and ${nameOf('weight_hh')}`, names, 'Check the layer and the prefix.')
  }
  if (find('weight_hr')) {
    complain('an LSTM without projection', nameOf('weight_hr'), 'Layers of this package have no projection.')
  }
  const units = recurrent.shape[1] ?? 0
  const rows = count * units
  const biases = ['bias_ih', 'bias_hh'].map((kind) => find(kind) ?? zeros([rows])) as [Tensor, Tensor]
  for (const [kind, value, rank] of [
    ['weight_ih', input, 2],
    ['weight_hh', recurrent, 2],
    ['bias_ih', biases[0], 1],
    ['bias_hh', biases[1], 1],
  ] as const) {
    if (value.rank === rank && value.shape[0] === rows) continue
    const wanted = `${nameOf(kind)} with ${rows} rows for ${count} gates of ${units} units`
    complain(wanted, value.toString(), 'Use the converter of the module that the weights are from.')
  }
  return {
    input: split(input.transpose(), count, 1),
    recurrent: split(recurrent.transpose(), count, 1),
    inputBias: split(biases[0], count),
    recurrentBias: split(biases[1], count),
  }
}
