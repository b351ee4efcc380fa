// Sentences as the arrays of a batch, padded to the length of their bucket.
import { type HostArray, HostRandom } from '@deep-recipe/core-tensor'
import { batchByLength, type LengthBatch, otherIndex, type TaggedSentence } from '@deep-recipe/datasets/words'
import type { BatchSource } from '@deep-recipe/training'
import type { Coder } from './coder.ts'

/** A sentence as numbers. */
export interface EncodedSentence {
  /** [words · width], row by row. */
  readonly codes: Int32Array
  /** [words]: 1 + the number of each tag; 0 for a tag that is not known. */
  readonly tags: Int32Array
  /** 1 + the number of the intent; 0 for none or one that is not known. */
  readonly intent: number
}

/** Sentences as numbers. */
export function encodeSentences(coder: Coder, sentences: readonly TaggedSentence[]): EncodedSentence[] {
  return sentences.map(({ words, tags, intent }) => ({
    codes: coder.encodeWords(words),
    tags: Int32Array.from(tags, (tag) => 1 + coder.tagIndex(tag)),
    intent: 1 + coder.intentIndex(intent),
  }))
}

/** How to cut sentences into batches for training. */
export interface SourceOptions {
  readonly batchSize: number
  /** Lengths to which sentences are padded, at most. */
  readonly buckets: number
  readonly seed: number
  /**
   * α of word dropout: a word that occurs n times becomes "other" with probability α / (α + n), so that the tagger learns what
   * to do with words that it does not know (Kiperwasser and Goldberg, 2016). 0 for none. Trigrams stay.
   */
  readonly wordDropout: number
}

/** Most steps in a batch: sentences of 10,000 words go one by one. */
const maximumSteps = 4096

/** Batches `{ inputs: [batch, time, width], targets: [batch, time + 1] }` by length; the same ones for the same seed and epoch. */
export function trainingSource(
  coder: Coder,
  sentences: readonly EncodedSentence[],
  { batchSize, buckets, seed, wordDropout }: SourceOptions,
): BatchSource {
  const lengths = sentences.map(({ tags }) => tags.length)
  const cut = batchByLength(lengths, { batchSize, buckets, seed, maximumSteps })
  const rates = dropRates(coder, sentences, wordDropout)
  return {
    length: cut.length,
    *epoch(epoch, start) {
      for (const batch of cut.epoch(epoch, start)) {
        const inputs = padCodes(coder, sentences, batch)
        if (wordDropout > 0)
          dropWords(inputs.data, coder.width, rates, new HostRandom(seed).fork(epoch).fork(batch.index))
        yield { inputs, targets: padTargets(sentences, batch), weights: batch.weights }
      }
    },
  }
}

/** Words and their trigrams, 0 where sentences have ended: int32 [batch, time, width]. */
export function padCodes(
  { width }: Pick<Coder, 'width'>,
  sentences: readonly Pick<EncodedSentence, 'codes'>[],
  { examples, length }: Pick<LengthBatch, 'examples' | 'length'>,
): HostArray & { readonly data: Int32Array } {
  const data = new Int32Array(examples.length * length * width)
  examples.forEach((example, row) => {
    data.set((sentences[example] as EncodedSentence).codes, row * length * width)
  })
  return { shape: [examples.length, length, width], dtype: 'int32', data }
}

/** Tags, 0 where sentences have ended, and the intent at the end: int32 [batch, time + 1]. */
function padTargets(sentences: readonly EncodedSentence[], { examples, length }: LengthBatch): HostArray {
  const data = new Int32Array(examples.length * (length + 1))
  examples.forEach((example, row) => {
    const { tags, intent } = sentences[example] as EncodedSentence
    data.set(tags, row * (length + 1))
    data[row * (length + 1) + length] = intent
  })
  return { shape: [examples.length, length + 1], dtype: 'int32', data }
}

/** α / (α + n) of each word's number. */
function dropRates(coder: Coder, sentences: readonly EncodedSentence[], alpha: number): Float64Array {
  const counts = new Float64Array(coder.vocabulary.size)
  for (const { codes } of sentences) {
    for (let at = 0; at < codes.length; at += coder.width)
      counts[codes[at] as number] = 1 + (counts[codes[at] as number] as number)
  }
  return counts.map((count) => (count > 0 ? alpha / (alpha + count) : 0))
}

function dropWords(codes: Int32Array, width: number, rates: Float64Array, random: HostRandom): void {
  for (let at = 0; at < codes.length; at += width) {
    const word = codes[at] as number
    if (word !== 0 && random.uniform() < (rates[word] as number)) codes[at] = otherIndex
  }
}
