// Sentences as numbers: what a tagger reads, what it shall answer, and the names behind its answers.
import {
  buildVocabularySync,
  buildWordHashing,
  makeVocabulary,
  makeWordHashing,
  type TaggedSentence,
  type Vocabulary,
  type WordHashing,
} from '@deep-recipe/datasets/words'
import { normalizeWord } from './normalize.ts'

/** Trigrams of a word that are looked at; longer words are cut. */
const mostTrigrams = 12

/** All that the numbers of a tagger mean. */
export interface Coder {
  readonly vocabulary: Vocabulary
  readonly hashing: WordHashing
  /** Numbers that stand for a word: its own, and those of its trigrams. */
  readonly width: number
  /** Names of tags, `O` first, and of intents, none where the data has none. */
  readonly tags: readonly string[]
  readonly intents: readonly string[]
  /** The words of a sentence, row by row: int32 [words, width]. */
  encodeWords(words: readonly string[]): Int32Array
  /** Place of a tag in `tags`, or −1. */
  tagIndex(tag: string): number
  /** Place of an intent in `intents`, or −1. */
  intentIndex(intent: string | undefined): number
}

/** A coder as JSON. */
export interface CoderRecord {
  readonly words: readonly string[]
  readonly trigrams: readonly string[]
  readonly tags: readonly string[]
  readonly intents: readonly string[]
  readonly width: number
}

/** The coder of a training set: every word of it, every trigram, tag and intent. */
export function buildCoder(sentences: readonly TaggedSentence[]): Coder {
  const words = sentences.map((sentence) => sentence.words.map(normalizeWord))
  const vocabulary = buildVocabularySync(words)
  const hashing = buildWordHashing(vocabulary.words)
  const longest = vocabulary.words.reduce((most, word) => Math.max(most, hashing.encodeWord(word).length), 1)
  const tags = new Set(sentences.flatMap((sentence) => sentence.tags))
  tags.delete('O')
  const intents = new Set(sentences.flatMap(({ intent }) => intent ?? []))
  return makeCoder({
    words: vocabulary.words,
    trigrams: hashing.trigrams,
    tags: ['O', ...[...tags].sort()],
    intents: [...intents].sort(),
    width: 1 + Math.min(longest, mostTrigrams),
  })
}

/** The coder of a record. */
export function makeCoder({ words, trigrams, tags, intents, width }: CoderRecord): Coder {
  const vocabulary = makeVocabulary(words)
  const hashing = makeWordHashing(trigrams)
  const tagPlaces = new Map(tags.map((tag, place) => [tag, place]))
  const intentPlaces = new Map(intents.map((intent, place) => [intent, place]))
  return {
    vocabulary,
    hashing,
    width,
    tags,
    intents,
    encodeWords: (sentence) => {
      const rows = new Int32Array(sentence.length * width)
      sentence.map(normalizeWord).forEach((word, row) => {
        rows[row * width] = vocabulary.indexOf(word)
        rows.set(hashing.encodeWord(word).subarray(0, width - 1), row * width + 1)
      })
      return rows
    },
    tagIndex: (tag) => tagPlaces.get(tag) ?? -1,
    intentIndex: (intent) => (intent === undefined ? -1 : (intentPlaces.get(intent) ?? -1)),
  }
}

/** What `makeCoder` makes the same coder of. */
export function toCoderRecord({ vocabulary, hashing, tags, intents, width }: Coder): CoderRecord {
  return { words: vocabulary.words, trigrams: hashing.trigrams, tags, intents, width }
}
