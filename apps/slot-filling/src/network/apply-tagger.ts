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
  const run = compile(backend, (params: Params, input: Tensor) => {
    const { tags, intents } = tagger.unpack(tagger.apply(params, input, evaluation), input.shape[1] as number)
    return { tags: tags.softmax(), ...(intents && { intents: intents.softmax() }) }
  })
  /** Calls `take` for each sentence that has words, with the probabilities of its tags, row by row, and of its intents. */
  const askAll = async (
    params: HostParams,
    sentences: readonly (readonly string[])[],
    take: (example: number, tags: Shares, intents: Shares | undefined) => void,
    signal?: AbortSignal,
  ): Promise<void> => {
    const encoded = sentences.map((words) => ({ codes: coder.encodeWords(words) }))
    const lengths = sentences.map((words) => words.length)
    const cut = batchByLength(lengths, { batchSize, bucketLengths: listLengths(lengths), maximumSteps })
    const [tagCount, intentCount] = [coder.tags.length, coder.intents.length]
    for (const { examples, length, count } of cut.epoch(0)) {
      signal?.throwIfAborted()
      // Always as many rows: a compiled shape serves a single sentence and a file of them.
      const rows = Math.max(1, Math.min(batchSize, Math.floor(maximumSteps / length)))
      const filled = Int32Array.from({ length: rows }, (_, row) => examples[row % count] as number)
      const output = await run(params, padCodes(coder, encoded, { examples: filled, length }))
      const tags = await output.tags.data()
      const intents = await output.intents?.data()
      examples.subarray(0, count).forEach((example, row) => {
        const from = row * length * tagCount
        const own = tags.subarray(from, from + (lengths[example] as number) * tagCount)
        if (own.length > 0) take(example, own, intents?.subarray(row * intentCount, (row + 1) * intentCount))
      })
    }
  }
  const size = coder.tags.length
  return {
    answer: async (params, sentences, signal) => {
      const answers: Answer[] = sentences.map(() => nothing)
      const take = (example: number, tags: Shares, intents: Shares | undefined): void => {
        const best = Array.from({ length: tags.length / size }, (_, at) =>
          findLargest(tags.subarray(at * size, (at + 1) * size)),
        )
        const intent = intents && findLargest(intents)
        answers[example] = {
          tags: best.map(({ index }) => coder.tags[index] as string),
          probabilities: best.map(({ share }) => share),
          intent: intent && coder.intents[intent.index],
          intentProbability: intent?.share,
        }
      }
      await askAll(params, sentences, take, signal)
      return answers
    },
    distributions: async (params, words) => {
      let shares: number[][] = []
      await askAll(params, [words], (_, tags) => {
        shares = words.map((_word, at) => Array.from(tags.subarray(at * size, (at + 1) * size)))
      })
      return shares
    },
    dispose: () => run.dispose(),
  }
}

/** Probabilities. */
type Shares = { readonly length: number; subarray(from: number, to: number): Shares; readonly [index: number]: number }

function findLargest(shares: Shares): { readonly index: number; readonly share: number } {
  let index = 0
  for (let at = 1; at < shares.length; at++) if ((shares[at] as number) > (shares[index] as number)) index = at
  return { index, share: shares[index] as number }
}

/** Lengths to pad to: few, and the same ones for any sentences, so that little is compiled. */
function listLengths(lengths: readonly number[]): number[] {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 1)
  const steps = [16]
  while ((steps.at(-1) as number) < longest) steps.push(2 * (steps.at(-1) as number))
  return steps.slice(0, steps.findIndex((step) => step >= longest) + 1)
}
