// Recognition: the network over any number of utterances, in batches of a few shapes.
import { type Backend, compile, type DeviceArray, type HostArray, type Tensor } from '@deep-recipe/core-tensor'
import type { HostNdArray } from '@deep-recipe/datasets'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import { cutBatch, type Float32Array2d } from '@deep-recipe/sequence-losses'
import type { HostParams } from '@deep-recipe/training'
import { type Example, packBatch, packFeatures } from './batches.ts'
import { countSteps, type Network } from './network.ts'
import { lossPerDigit } from './objective.ts'

/** A network ready to listen. */
export interface Recognizer {
  readonly stride: number
  /** Logits [steps, classes] of one utterance [frames, filters]. */
  listen(features: HostNdArray<Float32Array>): Promise<Float32Array2d>
  /** Logits of many utterances, in their order, and the loss of each, nats for each digit. */
  examine(examples: readonly Example[]): Promise<Examined[]>
  dispose(): void
}

/** What a network makes of an utterance of which the digits are known. */
export interface Examined {
  readonly scores: Float32Array2d
  readonly loss: number
}

/** Frames of the shapes that are compiled; multiples of every stride. Longer utterances have lengths of their own. */
const lengths = [144, 288, 480, 780]
const batchSize = 16

/** Puts a network on a backend. */
export function openRecognizer({ layer, stride }: Network, params: HostParams, backend: Backend): Recognizer {
  const hearOne = compile(backend, (weights: Params, inputs: Tensor) => layer.apply(weights, inputs, evaluation))
  const hearBatch = compile(backend, (weights: Params, inputs: Tensor, targets: Tensor) => {
    const logits = layer.apply(weights, inputs, evaluation)
    return { logits, losses: lossPerDigit(logits, targets) }
  })
  const weights = params as never
  return {
    stride,
    async listen(features) {
      const [frames] = features.shape as [number, number]
      const output = await hearOne(weights, packFeatures([{ features }], 1, roundUp(frames)))
      const host = await takeHome(output)
      return cutBatch(host, [countSteps(frames, stride)])[0] as Float32Array2d
    },
    async examine(examples) {
      const results: Examined[] = new Array(examples.length)
      for (const { frames, members } of groupByLength(examples)) {
        const chosen = members.map((i) => examples[i] as Example)
        const { inputs, targets } = packBatch(chosen, batchSize, frames, stride)
        const output = await hearBatch(weights, inputs, targets)
        const [logits, losses] = [await takeHome(output.logits), await takeHome(output.losses)]
        const rows = cutBatch(
          logits,
          Array.from({ length: batchSize }, (_, row) =>
            row < chosen.length ? countSteps(framesOf(chosen[row] as Example), stride) : 0,
          ),
        )
        members.forEach((i, row) => {
          results[i] = { scores: rows[row] as Float32Array2d, loss: losses.data[row] as number }
        })
      }
      return results
    },
    dispose: () => {
      hearOne.dispose()
      hearBatch.dispose()
    },
  }
}

async function takeHome(array: DeviceArray): Promise<HostArray> {
  const host = await array.host()
  array.dispose()
  return host
}

/** Batches of utterances that fit one shape: their places among all. */
function groupByLength(
  examples: readonly Example[],
): { readonly frames: number; readonly members: readonly number[] }[] {
  const groups = new Map<number, number[]>()
  for (const [i, example] of examples.entries()) {
    const frames = roundUp(framesOf(example))
    const group = groups.get(frames)
    if (group) group.push(i)
    else groups.set(frames, [i])
  }
  return [...groups].flatMap(([frames, members]) =>
    Array.from({ length: Math.ceil(members.length / batchSize) }, (_, k) => ({
      frames,
      members: members.slice(k * batchSize, (k + 1) * batchSize),
    })),
  )
}

function framesOf({ features }: Pick<Example, 'features'>): number {
  return features.shape[0] as number
}

function roundUp(frames: number): number {
  return lengths.find((length) => length >= frames) ?? 600 * Math.ceil(frames / 600)
}
