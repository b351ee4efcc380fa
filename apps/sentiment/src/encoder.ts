// From words to the numbers that the network reads: each word's own number, and those of its letter trigrams.
import type { HostArray } from '@deep-recipe/core-tensor'
import {
  buildVocabularySync,
  buildWordHashing,
  makeVocabulary,
  makeWordHashing,
  type Vocabulary,
  type WordHashing,
} from '@deep-recipe/datasets/words'

/** Trigrams of a word that count; of longer words the first. */
export const trigramsPerWord = 12

/** Numbers for each word: its own, then those of its trigrams. */
export const columns: number = 1 + trigramsPerWord

/** What makes numbers of words. */
export interface Encoder {
  readonly vocabulary: Vocabulary
  readonly hashing: WordHashing
  /** A sentence as numbers, row-major [words, columns]. */
  encode(words: readonly string[]): Int32Array
}

/** What an encoder is made of, as a file keeps it. */
export interface EncoderTables {
  readonly words: readonly string[]
  readonly trigrams: readonly string[]
}

/** The encoder of these tables. Throws a DatasetError for tables with an entry twice, or with one that is none. */
export function makeEncoder({ words, trigrams }: EncoderTables): Encoder {
  const vocabulary = makeVocabulary(words)
  const hashing = makeWordHashing(trigrams)
  return {
    vocabulary,
    hashing,
    encode: (sentence) => {
      const numbers = new Int32Array(sentence.length * columns)
      const hashed = hashing.encodeIndices(sentence, trigramsPerWord)
      sentence.forEach((word, row) => {
        numbers[row * columns] = vocabulary.indexOf(word)
        for (let at = 0; at < trigramsPerWord; at++) numbers[row * columns + 1 + at] = hashed.get(row, at)
      })
      return numbers
    },
  }
}

/** The tables for training sentences: every word and every trigram that occurs in them. */
export function collectTables(sentences: Iterable<readonly string[]>): EncoderTables {
  const { words } = buildVocabularySync(sentences)
  return { words, trigrams: buildWordHashing(words).trigrams }
}

/** Sentences of one batch, filled up with zeros: int32 [sentences, length, columns]. */
export function padEncoded(sentences: readonly Int32Array[], length: number): HostArray {
  const size = length * columns
  const data = new Int32Array(sentences.length * size)
  for (const [row, numbers] of sentences.entries()) data.set(numbers, row * size)
  return { shape: [sentences.length, length, columns], dtype: 'int32', data }
}
