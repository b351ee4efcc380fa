// Word hashing: a word as the letter trigrams in it, so that words that were never seen still look like some that were
// (Huang and others, "Learning deep structured semantic models for web search", 2013).
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { DatasetError } from '../../errors.ts'
import { padSequences } from '../batch/pad-sequences.ts'
import { buildVocabularySync, makeVocabulary, otherIndex, type Vocabulary } from './vocabulary.ts'

/**
 * The letter trigrams of a word between marks of its ends, in their order: apple → #ap, app, ppl, ple, le#. Letters are code
 * points. The empty word has none.
 */
export function letterTrigrams(word: string): string[] {
  if (word === '') return []
  const letters = ['#', ...word, '#']
  return letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(''))
}

/** Trigrams and their numbers, from 2 on; 0 is padding, 1 is not used: trigrams that are not here are left out. */
export interface WordHashing {
  /** Numbers in use: the length of a multi-hot vector, and the rows of a table of embeddings. */
  readonly size: number
  /** The trigrams, in the order of their numbers. `makeWordHashing(trigrams)` is this hashing again. */
  readonly trigrams: readonly string[]
  /** Numbers of the distinct trigrams of a word, in the order in which they first occur. */
  encodeWord(word: string): Int32Array
  /**
   * Numbers of the trigrams of each word, filled up with 0: int32 [words, width], for an embedding bag, which sums the rows of
   * a table that these name, where they are not 0.
   * @param width default that of the word with most trigrams (at least 1); of longer words the first trigrams are kept.
   */
  encodeIndices(words: readonly string[], width?: number): HostNdArray<Int32Array>
  /** 1 at each trigram of each word: float32 [words, size]. */
  encodeMultiHot(words: readonly string[]): HostNdArray<Float32Array>
}

/**
 * The hashing with these trigrams.
 *
 * @throws DatasetError for an entry that is not a trigram, or occurs twice.
 */
export function makeWordHashing(trigrams: readonly string[]): WordHashing {
  trigrams.forEach(checkTrigram)
  return fromVocabulary(makeVocabulary(trigrams))
}

/** The hashing with all trigrams of these words, the most frequent first (a word that is given twice counts twice). */
export function buildWordHashing(
  words: Iterable<string>,
  options: { readonly minimumCount?: number } = {},
): WordHashing {
  function* sentences(): Generator<string[]> {
    for (const word of words) yield letterTrigrams(word)
  }
  return fromVocabulary(buildVocabularySync(sentences(), options))
}

function fromVocabulary(vocabulary: Vocabulary): WordHashing {
  const { size, words: trigrams } = vocabulary
  const encodeWord = (word: string): Int32Array =>
    Int32Array.from(new Set(vocabulary.encode(letterTrigrams(word)).filter((index) => index !== otherIndex)))
  return {
    size,
    trigrams,
    encodeWord,
    encodeIndices: (words, width) => {
      const rows = words.map(encodeWord)
      return padSequences(rows, width === undefined ? {} : { length: width, truncate: true }).values
    },
    encodeMultiHot: (words) => {
      const data = new Float32Array(words.length * size)
      words.forEach((word, row) => {
        for (const index of encodeWord(word)) data[row * size + index] = 1
      })
      return ndarray(data, [words.length, size])
    },
  }
}

function checkTrigram(trigram: string): void {
  if ([...trigram].length === 3) return
  throw new DatasetError({
    what: 'makeWordHashing',
    expected: 'trigrams, each of three letters or #',
    received: `'${trigram}'`,
    remedy: 'Use buildWordHashing to collect the trigrams of words.',
  })
}
