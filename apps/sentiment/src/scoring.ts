// Verdicts of trained networks on many sentences, and the figures that come of them.
import { type Backend, compile, type DeviceArray, type HostArray, mapTree, type Tensor } from '@deep-recipe/core-tensor'
import { batchByLength } from '@deep-recipe/datasets/words'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import type { EpochFigures, HostParams } from '@deep-recipe/training'
import { columns, padEncoded } from './encoder.ts'
import { marginOf, type SentimentModel } from './model.ts'
import { mostSteps } from './training.ts'

/** A network with trained parameters. */
export interface TrainedModel {
  readonly model: SentimentModel
  readonly params: HostParams
}

/** One with its figures by epoch. */
export interface TrainedNetwork extends TrainedModel {
  readonly history: readonly EpochFigures[]
}

/** Gives the probabilities of positive. */
export interface Scorer {
  /** For sentences as numbers; one of no words has 0.5. */
  score(sentences: readonly Int32Array[]): Promise<number[]>
  dispose(): void
}

const batchSize = 128

/** Readies a network: its parameters go to the backend once, and shapes are compiled as they come. */
export function makeScorer({ model, params }: TrainedModel, backend: Backend): Scorer {
  const run = compile(backend, (weights: Params, input: Tensor) =>
    marginOf(model.layer.apply(weights, input, evaluation)).sigmoid(),
  )
  const device = upload(params, backend)
  return {
    score: async (sentences) => {
      const lengths = sentences.map((numbers) => roundUp(numbers.length / columns))
      const probabilities = new Array<number>(sentences.length).fill(0.5)
      const cut = batchByLength(lengths, {
        batchSize,
        maximumSteps: mostSteps,
        bucketLengths: [...new Set(lengths)].sort((a, b) => a - b),
      })
      for (const { examples, length, count } of cut.epoch(0)) {
        const chosen = [...examples].map((example) => sentences[example] as Int32Array)
        const output = await run(device.params, padEncoded(chosen, length))
        const values = await output.data()
        output.dispose()
        for (let at = 0; at < count; at++) {
          const example = examples[at] as number
          if ((sentences[example] as Int32Array).length > 0) probabilities[example] = values[at] as number
        }
      }
      return probabilities
    },
    dispose: () => {
      run.dispose()
      device.dispose()
    },
  }
}

/** Parameters on a device. */
export interface DeviceParams {
  /** In the structure of `Params`: what compiled functions take in its place. */
  readonly params: OnDevice
  dispose(): void
}

type OnDevice = { readonly [name: string]: OnDevice | DeviceArray }

/** Puts parameters on a device, for many runs. */
export function upload(params: HostParams, backend: Backend): DeviceParams {
  const uploaded = mapTree(params, (leaf) => backend.upload(leaf as HostArray)) as OnDevice
  return { params: uploaded, dispose: () => void mapTree(uploaded, (leaf) => (leaf as DeviceArray).dispose()) }
}

/** Few lengths are compiled: 8, 16, 24, 32, 48, 64, 96, 128, 192, … */
export function roundUp(length: number): number {
  if (length <= 32) return Math.max(8, 8 * Math.ceil(length / 8))
  const power = 2 ** Math.floor(Math.log2(length - 1))
  return length <= 1.5 * power ? 1.5 * power : 2 * power
}

/** Means over several networks, sentence by sentence. */
export function averageAll(probabilities: readonly (readonly number[])[]): number[] {
  return (probabilities[0] ?? []).map(
    (_, sentence) => probabilities.reduce((sum, own) => sum + (own[sentence] as number), 0) / probabilities.length,
  )
}

/** How good verdicts are. */
export interface Score {
  /** Share of right ones; what is as likely as not counts as negative. */
  readonly accuracy: number
  /** Mean of −log p(truth). */
  readonly loss: number
}

/** Compares probabilities of positive with the truth. */
export function measure(probabilities: readonly number[], verdicts: readonly number[]): Score {
  let [right, loss] = [0, 0]
  probabilities.forEach((probability, i) => {
    const isPositive = verdicts[i] === 1
    if (probability > 0.5 === isPositive) right++
    loss -= Math.log(Math.max(isPositive ? probability : 1 - probability, 1e-12))
  })
  return { accuracy: right / probabilities.length, loss: loss / probabilities.length }
}
