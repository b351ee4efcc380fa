// Weights as PyTorch names and lays them out, turned into parameters of this toolkit's layers.
import { type HostArray, ShapeError, ValueError } from '@deep-recipe/core-tensor'

/** Named arrays, as `importOnnxWeights` or a reader of safetensors files gives them. */
export type NamedWeights = Readonly<Record<string, HostArray>>

/** Parameters by name. */
export type LayerWeights = Record<string, HostArray>

/** `torch.nn.Linear`: weight [out, in], bias [out] → `dense`: weight [in, out], bias [out]. */
export function fromTorchLinear(weights: NamedWeights, name: string): LayerWeights {
  return withBias(weights, name, transpose(take(weights, `${name}.weight`, 2)))
}

/** `torch.nn.Conv2d`: weight [out, in / groups, kh, kw], which is this toolkit's layout as well. */
export function fromTorchConv2d(weights: NamedWeights, name: string): LayerWeights {
  return withBias(weights, name, take(weights, `${name}.weight`, 4))
}

/** `torch.nn.Embedding`: weight [symbols, width] → `embedding`: table [symbols, width]. */
export function fromTorchEmbedding(weights: NamedWeights, name: string): LayerWeights {
  return { table: take(weights, `${name}.weight`, 2) }
}

function withBias(weights: NamedWeights, name: string, weight: HostArray): LayerWeights {
  return `${name}.bias` in weights ? { weight, bias: take(weights, `${name}.bias`, 1) } : { weight }
}

function take(weights: NamedWeights, name: string, rank: number): HostArray {
  const array = weights[name]
  if (!array) {
    throw new ValueError({
      what: `Weights named ${name}`,
      expected: `one of ${Object.keys(weights).slice(0, 20).join(', ')}`,
      received: 'a name that the file does not have',
      remedy: 'Give the name of the module as in its state_dict, without `.weight`.',
    })
  }
  if (array.shape.length === rank) return array
  throw new ShapeError({
    what: `Weights named ${name}`,
    expected: `${rank} axes`,
    received: `[${array.shape.join(', ')}]`,
    remedy: 'Use the function for the kind of module that these weights are of.',
  })
}

function transpose({ shape, dtype, data }: HostArray): HostArray {
  const [rows, columns] = shape as readonly [number, number]
  const turned = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = data[row * columns + column] as number
    }
  }
  return { shape: [columns, rows], dtype, data: turned }
}
