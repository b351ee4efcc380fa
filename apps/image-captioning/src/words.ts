// Captions as rows of numbers: where a sentence begins and ends, and what becomes of words that nobody knows.
import { buildVocabularySync, type Vocabulary } from '@deep-recipe/datasets/words'

/** Begins every sentence: the first of the vocabulary's reserved words. */
export const startWord = '<start>'
/** Ends every sentence. */
export const endWord = '<end>'

/** Number of the first word of a vocabulary: after padding, other, start and end. */
export const firstWord = 4

/** The words of a caption: lower case, punctuation left out but for apostrophes and hyphens within words. */
export function splitCaption(caption: string): string[] {
  return caption.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? []
}

/** The vocabulary of training captions: words that occur at least so often, and the marks. */
export function collectWords(captions: Iterable<string>, minimumCount: number): Vocabulary {
  const sentences = (function* () {
    for (const caption of captions) yield splitCaption(caption)
  })()
  return buildVocabularySync(sentences, { minimumCount, reserved: [startWord, endWord] })
}

/**
 * A caption as `steps` + 1 numbers: start, its words, end, padding. A caption that is too long is cut off, without an end:
 * a captioner shall not learn to stop there.
 */
export function encodeCaption(caption: string, vocabulary: Vocabulary, steps: number): Int32Array {
  const numbers = vocabulary.encode([startWord, ...splitCaption(caption), endWord])
  const row = new Int32Array(steps + 1) // padding is 0
  row.set(numbers.subarray(0, steps + 1))
  return row
}

/** Numbers as a sentence: up to the end mark, without marks and padding. */
export function decodeCaption(numbers: ArrayLike<number>, vocabulary: Vocabulary): string {
  const end = vocabulary.indexOf(endWord)
  const all = Array.from(numbers)
  const stop = all.indexOf(end)
  return vocabulary
    .decode(stop < 0 ? all : all.slice(0, stop))
    .filter((word) => word !== startWord)
    .map((word) => (word === vocabulary.wordAt(1) ? '…' : word))
    .join(' ')
}
