// Saying captions: beam search over a trained captioner, with what it looked at for each word.
import { type Backend, type DeviceArray, mapTree } from '@deep-recipe/core-tensor'
import type { Vocabulary } from '@deep-recipe/datasets/words'
import { beamSearch, type Hypothesis } from '@deep-recipe/layers-rnn'
import type { HostParams } from '@deep-recipe/training'
import type { Captioner } from './captioner.ts'
import { joinViews, type Views } from './examples.ts'
import { decodeCaption, endWord, startWord } from './words.ts'

/** A caption. */
export interface Saying {
  readonly text: string
  /** Its words, and for each what the captioner looked at: shares of the places. Empty without attention. */
  readonly words: readonly string[]
  readonly weights: readonly Float32Array[]
  /** Natural logarithm of its probability. */
  readonly logProbability: number
}

/** A captioner that is ready to speak. */
export interface Speaker {
  /** For each view its best captions, best first. */
  say(views: Views, signal?: AbortSignal): Promise<Saying[][]>
  dispose(): void
}

/** How to search. */
export interface SpeakerOptions {
  readonly beams: number
  /** How many captions for each view. */
  readonly best: number
  readonly lengthNormalization?: number
}

/** Views that are decoded together. All batches have this size, so that one step is compiled. */
const batchSize = 50

/** Readies a captioner; its parameters are uploaded once. */
export function makeSpeaker(
  backend: Backend,
  captioner: Captioner,
  params: HostParams,
  vocabulary: Vocabulary,
  options: SpeakerOptions,
): Speaker {
  const { steps } = captioner.settings
  const search = beamSearch(backend, captioner.model, {
    beams: options.beams,
    best: options.best,
    start: vocabulary.indexOf(startWord),
    end: vocabulary.indexOf(endWord),
    // Neither padding nor a word that nobody knows.
    forbidden: [0, 1],
    maximumLength: steps,
    ...(options.lengthNormalization !== undefined && { lengthNormalization: options.lengthNormalization }),
  })
  const uploaded = mapTree(params, (leaf) => backend.upload(leaf as never)) as never as { [name: string]: DeviceArray }
  const toSaying = ({ symbols, weights, logProbability }: Hypothesis): Saying => ({
    text: decodeCaption(symbols, vocabulary),
    words: symbols.map((symbol) => vocabulary.wordAt(symbol)),
    weights: weights.slice(0, symbols.length),
    logProbability,
  })
  return {
    say: async (views, signal) => {
      const sayings: Saying[][] = []
      const size = Math.min(batchSize, views.count)
      for (let from = 0; from < views.count; from += size) {
        await new Promise((resolve) => setTimeout(resolve, 0)) // signals are heard only while the program waits
        signal?.throwIfAborted()
        // The last batch begins early enough to be full; what was said before is not said again.
        const start = Math.min(from, views.count - size)
        const found = await search(uploaded as never, joinViews(views, start, start + size) as never)
        for (const hypotheses of found.slice(from - start)) sayings.push(hypotheses.map(toSaying))
      }
      return sayings
    },
    dispose: () => {
      search.dispose()
      mapTree(uploaded, (leaf) => (leaf as DeviceArray).dispose())
    },
  }
}
