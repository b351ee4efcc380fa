// Weights as PyTorch names and lays them out, turned into parameters of this toolkit's layers.
import { asTensor, ones, ShapeError, type Tensor, type TensorLike, ValueError, zeros } from '@deep-recipe/core-tensor'

/** Weights by PyTorch's names: what `importOnnxWeights` or a reader of safetensors files gives, or tensors. */
export type NamedWeights = { readonly [name: string]: TensorLike }

/** Parameters of a simple layer, by name. */
export type LayerWeights = { readonly [name: string]: Tensor }

/** Parameters of `batchNorm`. */
export type BatchNormWeights = {
  readonly scale: Tensor
  readonly offset: Tensor
  readonly state: { readonly mean: Tensor; readonly variance: Tensor }
}

/** `torch.nn.Linear`: weight [out, in], bias [out] → `dense`: weight [in, out], bias [out]. */
export function fromTorchLinear(weights: NamedWeights, name: string): LayerWeights {
  return withBias(weights, name, take(weights, `${name}.weight`, 2).transpose())
}

/** `torch.nn.Conv2d`: weight [out, in / groups, kh, kw], which is this toolkit's layout as well. */
export function fromTorchConv2d(weights: NamedWeights, name: string): LayerWeights {
  return withBias(weights, name, take(weights, `${name}.weight`, 4))
}

/** `torch.nn.Embedding`: weight [symbols, width] → `embedding`: table [symbols, width]. */
export function fromTorchEmbedding(weights: NamedWeights, name: string): LayerWeights {
  return { table: take(weights, `${name}.weight`, 2) }
}

/** `torch.nn.LayerNorm` over one axis, with a scale: weight, bias [width] → `layerNorm`: scale, offset [width]. */
export function fromTorchLayerNorm(weights: NamedWeights, name: string): LayerWeights {
  const scale = take(weights, `${name}.weight`, 1)
  return { scale, offset: takeOr(weights, `${name}.bias`, zeros(scale.shape)) }
}

/**
 * `torch.nn.BatchNorm1d`, `BatchNorm2d` or `BatchNorm3d`: weight, bias, running_mean, running_var [features] →
 * `batchNorm`: scale, offset, and the state's mean and variance. Without `affine`, the scale is 1 and the offset 0.
 * What PyTorch calls momentum is 1 − ours.
 */
export function fromTorchBatchNorm(weights: NamedWeights, name: string): BatchNormWeights {
  const mean = take(weights, `${name}.running_mean`, 1)
  return {
    scale: takeOr(weights, `${name}.weight`, ones(mean.shape)),
    offset: takeOr(weights, `${name}.bias`, zeros(mean.shape)),
    state: { mean, variance: take(weights, `${name}.running_var`, 1) },
  }
}

function withBias(weights: NamedWeights, name: string, weight: Tensor): LayerWeights {
  return `${name}.bias` in weights ? { weight, bias: take(weights, `${name}.bias`, 1) } : { weight }
}

function takeOr(weights: NamedWeights, name: string, otherwise: Tensor): Tensor {
  return name in weights ? take(weights, name, 1) : otherwise
}

function take(weights: NamedWeights, name: string, rank: number): Tensor {
  const value = weights[name]
  if (value === undefined) {
    throw new ValueError({
      what: `Weights named ${name}`,
      expected: `one of ${Object.keys(weights).slice(0, 20).join(', ')}`,
      received: 'a name that the file does not have',
      remedy: 'Give the name of the module as in its state_dict, without `.weight`.',
    })
  }
  const tensor = asTensor(value, 'float32')
  if (tensor.rank === rank) return tensor
  throw new ShapeError({
    what: `Weights named ${name}`,
    expected: `${rank} axes`,
    received: `[${tensor.shape.join(', ')}]`,
    remedy: 'Use the function for the kind of module that these weights are of.',
  })
}
