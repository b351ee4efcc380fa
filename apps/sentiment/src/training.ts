// Trains one network: batches by length, AdamW with a rate that falls to nothing, gradients clipped by norm.
import type { Backend } from '@deep-recipe/core-tensor'
import { batchByLength, type PolarSentence } from '@deep-recipe/datasets/words'
import {
  accuracy,
  adamW,
  type BatchSource,
  type Callback,
  cosineDecay,
  type FitResult,
  fit,
  softmaxCrossEntropy,
  withClipping,
} from '@deep-recipe/training'
import { columns, type Encoder, padEncoded } from './encoder.ts'
import type { SentimentModel } from './model.ts'
import type { Settings } from './options.ts'

/** Sentences as numbers, with their verdicts. */
export interface EncodedSentences {
  readonly sentences: readonly Int32Array[]
  /** 1 for positive, 0 for negative. */
  readonly verdicts: readonly number[]
}

/** Most words of a batch with padding: longer sentences come in smaller batches, so that memory stays bounded. */
export const mostSteps: number = 64 * 128
/** Lengths to which sentences are padded: as many shapes are compiled. */
const buckets = 5
/** Longest gradient (Pascanu and others, 2013). */
const clipNorm = 1

/** Makes numbers of sentences. */
export function encodeAll(sentences: readonly PolarSentence[], encoder: Encoder): EncodedSentences {
  return {
    sentences: sentences.map(({ words }) => encoder.encode(words)),
    verdicts: sentences.map(({ positive }) => (positive ? 1 : 0)),
  }
}

/** Batches of sentences of like length; shuffled where there is a seed. */
export function makeSource({ sentences, verdicts }: EncodedSentences, batchSize: number, seed?: number): BatchSource {
  const lengths = sentences.map((numbers) => numbers.length / columns)
  const cut = batchByLength(lengths, {
    batchSize,
    buckets,
    maximumSteps: mostSteps,
    ...(seed !== undefined && { seed }),
  })
  return {
    length: cut.length,
    *epoch(epoch, start) {
      for (const { examples, length, weights } of cut.epoch(epoch, start)) {
        const chosen = [...examples]
        yield {
          inputs: padEncoded(
            chosen.map((example) => sentences[example] as Int32Array),
            length,
          ),
          targets: Int32Array.from(chosen, (example) => verdicts[example] as number),
          weights,
        }
      }
    },
  }
}

/** What a training needs beside its network. */
export interface Training {
  readonly train: EncodedSentences
  readonly validation: EncodedSentences
  readonly settings: Settings
  readonly epochs: number
  readonly seed: number
  readonly backend: Backend
  /** Of this network's checkpoints. */
  readonly folder: string
  readonly resume: boolean
  readonly signal: AbortSignal
  readonly callbacks: readonly Callback[]
}

/** Trains a network, or goes on with it. */
export function trainModel(model: SentimentModel, training: Training): Promise<FitResult> {
  const { settings, epochs, seed, backend, folder, resume, signal, callbacks } = training
  const source = makeSource(training.train, settings.batchSize, seed)
  const learningRate = cosineDecay(settings.learningRate, epochs * source.length)
  return fit(model.layer, source, {
    backend,
    loss: softmaxCrossEntropy,
    optimizer: withClipping(adamW({ learningRate, weightDecay: settings.weightDecay }), { norm: clipNorm }),
    epochs,
    seed,
    signal,
    inputShape: [1, columns],
    metrics: [accuracy],
    validation: makeSource(training.validation, settings.batchSize),
    callbacks,
    checkpoint: { folder, resume },
  })
}
