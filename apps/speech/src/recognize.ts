// Recognition: the network over any number of utterances, in batches of a few shapes.
import { type Backend, compile, type DeviceArray, type HostArray, type Tensor } from '@deep-recipe/core-tensor'
import type { HostNdArray } from '@deep-recipe/datasets'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import { cutBatch, type Float32Array2d } from '@deep-recipe/sequence-losses'
import type { HostParams } from '@deep-recipe/training'
import { packFeatures } from './batches.ts'
import { countSteps, type Network } from './network.ts'

/** A network ready to listen. */
export interface Recognizer {
  readonly stride: number
  /** Logits [steps, classes] of each utterance [frames, filters], in their order. */
  listen(utterances: readonly HostNdArray<Float32Array>[]): Promise<Float32Array2d[]>
  dispose(): void
}

/** Frames of the shapes that are compiled; multiples of every stride. Longer utterances have lengths of their own. */
const lengths = [60, 144, 288, 480, 780, 1200]
const batchSize = 16

/** Puts a network on a backend. */
export function openRecognizer({ layer, stride }: Network, params: HostParams, backend: Backend): Recognizer {
  const run = compile(backend, (weights: Params, inputs: Tensor) => layer.apply(weights, inputs, evaluation))
  return {
    stride,
    async listen(utterances) {
      const results: Float32Array2d[] = new Array(utterances.length)
      const order = utterances.map((_, i) => i).sort((a, b) => framesOf(utterances, a) - framesOf(utterances, b))
      for (let at = 0; at < order.length; ) {
        const frames = roundUp(framesOf(utterances, order[at] as number))
        const chosen = order.slice(at, at + batchSize).filter((i) => framesOf(utterances, i) <= frames)
        const inputs = packFeatures(
          chosen.map((i) => ({ features: utterances[i] as HostNdArray<Float32Array> })),
          utterances.length === 1 ? 1 : batchSize,
          frames,
        )
        const output: DeviceArray = await run(params as never, inputs)
        const host: HostArray = await output.host()
        output.dispose()
        const steps = Array.from({ length: host.shape[0] as number }, (_, row) =>
          row < chosen.length ? countSteps(framesOf(utterances, chosen[row] as number), stride) : 0,
        )
        const rows = cutBatch(host, steps)
        chosen.forEach((i, row) => {
          results[i] = rows[row] as Float32Array2d
        })
        at += chosen.length
      }
      return results
    },
    dispose: () => run.dispose(),
  }
}

function framesOf(utterances: readonly HostNdArray[], i: number): number {
  return (utterances[i] as HostNdArray).shape[0] as number
}

function roundUp(frames: number): number {
  return lengths.find((length) => length >= frames) ?? 600 * Math.ceil(frames / 600)
}
