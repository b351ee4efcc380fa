// Words as numbers. 0 is padding and 1 stands for every other word, so that a model always has an answer.

import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { DatasetError } from '../../errors.ts'
import { checkCount } from '../../options.ts'

/** The number of padding: no word. */
export const paddingIndex = 0

/** The number of every word that a vocabulary does not hold. */
export const otherIndex = 1

/** What 0 and 1 are called. No real word can be: both hold a space. */
const paddingWord = '< padding >'
const otherWord = '< other >'

/** Words and their numbers. */
export interface Vocabulary {
  /** Numbers in use: words, padding and other. */
  readonly size: number
  /** The words, in the order of their numbers, from number 2 on. `makeVocabulary(words)` is this vocabulary again. */
  readonly words: readonly string[]
  has(word: string): boolean
  /** Its number; 1 ("other") for a word that is not here. */
  indexOf(word: string): number
  /** The word of a number; `< padding >` for 0, `< other >` for 1. @throws DatasetError for a number that is none. */
  wordAt(index: number): string
  /** Numbers of the words of a sentence, int32. */
  encode(words: readonly string[]): Int32Array
  /** Words of the numbers, without padding. @throws DatasetError for a number that is none. */
  decode(indices: ArrayLike<number>): string[]
  /** The words of a sentence as 1-of-N vectors: float32 [words, size]. */
  encodeOneHot(words: readonly string[]): HostNdArray<Float32Array>
}

/**
 * The vocabulary of these words, which get the numbers 2, 3, … in the given order.
 *
 * @throws DatasetError for a word that is empty or occurs twice.
 */
export function makeVocabulary(words: readonly string[]): Vocabulary {
  const numbers = new Map<string, number>()
  const names = [paddingWord, otherWord, ...words]
  names.forEach((word, number) => {
    if (word === '' || numbers.has(word)) failForWord(word)
    numbers.set(word, number)
  })
  const indexOf = (word: string): number => {
    const number = numbers.get(word)
    return number === undefined || number < 2 ? otherIndex : number
  }
  const wordAt = (index: number): string => names[index] ?? failForIndex(index, names.length)
  return {
    size: names.length,
    words: names.slice(2),
    has: (word) => indexOf(word) !== otherIndex,
    indexOf,
    wordAt,
    encode: (sentence) => Int32Array.from(sentence, indexOf),
    decode: (indices) => Array.from(indices).flatMap((index) => (index === paddingIndex ? [] : [wordAt(index)])),
    encodeOneHot: (sentence) => {
      const data = new Float32Array(sentence.length * names.length)
      sentence.forEach((word, row) => {
        data[row * names.length + indexOf(word)] = 1
      })
      return ndarray(data, [sentence.length, names.length])
    },
  }
}

/** How to build a vocabulary. */
export interface BuildVocabularyOptions {
  /** Words that occur less often are "other"; default 1: every word is in. */
  readonly minimumCount?: number
  /** At most this many words, the most frequent; default all. */
  readonly maximumWords?: number
  /** Symbols that come first, as numbers 2, 3, …, whether they occur or not, such as `<start>` and `<end>`. */
  readonly reserved?: readonly string[]
}

/**
 * The vocabulary of a text: the most frequent words first, those that are equally frequent in alphabetical order (of their
 * code units), so that the same text gives the same numbers on every machine.
 *
 * @param sentences may be a stream; it is read once and only the counts are kept.
 */
export async function buildVocabulary(
  sentences: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
  options: BuildVocabularyOptions = {},
): Promise<Vocabulary> {
  const counts = new Map<string, number>()
  for await (const words of sentences) countInto(counts, words)
  return fromCounts(counts, options)
}

/** `buildVocabulary` for sentences in memory, at once. */
export function buildVocabularySync(
  sentences: Iterable<readonly string[]>,
  options: BuildVocabularyOptions = {},
): Vocabulary {
  const counts = new Map<string, number>()
  for (const words of sentences) countInto(counts, words)
  return fromCounts(counts, options)
}

function countInto(counts: Map<string, number>, words: readonly string[]): void {
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
}

function fromCounts(counts: ReadonlyMap<string, number>, options: BuildVocabularyOptions): Vocabulary {
  const { minimumCount = 1, maximumWords = Number.MAX_SAFE_INTEGER, reserved = [] } = options
  checkCount('buildVocabulary: minimumCount', minimumCount, 1)
  checkCount('buildVocabulary: maximumWords', maximumWords, 0)
  const kept = [...counts]
    .filter(([word, count]) => count >= minimumCount && word !== '' && !reserved.includes(word))
    .sort(([left, many], [right, more]) => more - many || (left < right ? -1 : 1))
    .slice(0, maximumWords)
  return makeVocabulary([...reserved, ...kept.map(([word]) => word)])
}

function failForWord(word: string): never {
  throw new DatasetError({
    what: 'makeVocabulary',
    expected: 'words that are not empty, each once',
    received: word === '' ? 'an empty word' : `'${word}' twice`,
    remedy: 'Use buildVocabulary to collect the words of sentences.',
  })
}

function failForIndex(index: number, size: number): never {
  throw new DatasetError({
    what: 'vocabulary: index',
    expected: `a whole number from 0 to ${size - 1}`,
    received: String(index),
    remedy: 'Decode with the vocabulary that encoded.',
  })
}
