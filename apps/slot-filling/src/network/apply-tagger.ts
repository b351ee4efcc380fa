// A trained tagger at work: the tag of every word, the intent of every sentence, and how sure it is of them.
import { type Backend, compile, type Tensor } from '@deep-recipe/core-tensor'
import { batchByLength } from '@deep-recipe/datasets/words'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import type { HostParams } from '@deep-recipe/training'
import { padCodes } from '../text/batches.ts'
import type { Coder } from '../text/coder.ts'
import type { Tagger } from './tagger.ts'

/** What a tagger says of one sentence. */
export interface Answer {
  /** The likeliest tag of each word, and its probability. */
  readonly tags: readonly string[]
  readonly probabilities: readonly number[]
  /** The likeliest intent and its probability; undefined for data without intents. */
  readonly intent: string | undefined
  readonly intentProbability: number | undefined
}

/** A tagger that is compiled once and answers as often as needed. */
export interface TaggerRunner {
  /**
   * Answers for sentences, in their order.
   *
   * @param params of the tagger.
   * @param sentences lists of words; one without words gets no tags and no intent.
   */
  answer(params: HostParams, sentences: readonly (readonly string[])[], signal?: AbortSignal): Promise<Answer[]>
  /** Probabilities of all tags for one sentence: for each word a list in the order of the coder's tags. */
  distributions(params: HostParams, words: readonly string[]): Promise<number[][]>
  dispose(): void
}

const batchSize = 32
/** Most steps in a batch. */
const maximumSteps = 8192
const nothing: Answer = { tags: [], probabilities: [], intent: undefined, intentProbability: undefined }

/** Readies a tagger; nothing is compiled before the first sentence. */
export function runTagger(tagger: Tagger, coder: Coder, backend: Backend): TaggerRunner {
  const best = compile(backend, (params: Params, input: Tensor) => {
    const { tags, intents } = tagger.unpack(tagger.apply(params, input, evaluation), input.shape[1] as number)
    const choose = (logits: Tensor) => ({ index: logits.argMax(-1), probability: logits.softmax().max(-1) })
    return { tags: choose(tags), ...(intents && { intents: choose(intents) }) }
  })
  const all = compile(backend, (params: Params, input: Tensor) =>
    tagger.unpack(tagger.apply(params, input, evaluation), input.shape[1] as number).tags.softmax(),
  )
  return {
    answer: async (params, sentences, signal) => {
      const encoded = sentences.map((words) => ({ codes: coder.encodeWords(words) }))
      const lengths = sentences.map((words) => words.length)
      const answers: Answer[] = sentences.map(() => nothing)
      const cut = batchByLength(lengths, { batchSize, bucketLengths: listLengths(lengths), maximumSteps })
      for (const batch of cut.epoch(0)) {
        signal?.throwIfAborted()
        const output = await best(params, padCodes(coder, encoded, batch))
        const [tagIndices, tagShares] = [await output.tags.index.data(), await output.tags.probability.data()]
        const intents = output.intents && [await output.intents.index.data(), await output.intents.probability.data()]
        batch.examples.subarray(0, batch.count).forEach((example, row) => {
          const length = lengths[example] as number
          if (length === 0) return
          const from = row * batch.length
          const intent = intents?.[0]?.[row]
          answers[example] = {
            tags: Array.from(tagIndices.subarray(from, from + length), (index) => coder.tags[index] as string),
            probabilities: Array.from(tagShares.subarray(from, from + length)),
            intent: intent === undefined ? undefined : coder.intents[intent],
            intentProbability: intents?.[1]?.[row],
          }
        })
      }
      return answers
    },
    distributions: async (params, words) => {
      const [length = 1] = listLengths([words.length])
      const batch = { examples: Int32Array.of(0), length }
      const output = await all(params, padCodes(coder, [{ codes: coder.encodeWords(words) }], batch))
      const shares = await output.data()
      const size = coder.tags.length
      return words.map((_, at) => Array.from(shares.subarray(at * size, (at + 1) * size)))
    },
    dispose: () => {
      best.dispose()
      all.dispose()
    },
  }
}

/** Lengths to pad to: few, and the same ones for any sentences, so that little is compiled. */
function listLengths(lengths: readonly number[]): number[] {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 1)
  const steps = [12, 24, 48]
  while ((steps.at(-1) as number) < longest) steps.push(2 * (steps.at(-1) as number))
  return steps.slice(0, steps.findIndex((step) => step >= longest) + 1)
}
