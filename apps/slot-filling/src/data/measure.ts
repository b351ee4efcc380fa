// How good answers are: chunks as conlleval counts them, intents, and the words that were never seen in training.
import type { TaggedSentence } from '@deep-recipe/datasets/words'
import { type ChunkScores, findChunks, scoreChunks } from '@deep-recipe/sequence-losses'
import type { Answer } from '../network/apply-tagger.ts'
import type { Coder } from '../text/coder.ts'
import { normalizeWord } from '../text/normalize.ts'

/** What is measured of a tagger. */
export interface Measurement {
  readonly scores: ChunkScores
  /** Share of the sentences with an intent that got the right one, joined intents as a whole; undefined for data without. */
  readonly intentAccuracy: number | undefined
  readonly unseen: UnseenFigures
}

/** Figures of words that the training data lacks. */
export interface UnseenFigures {
  /** How many there are, and the share of them with the right tag. */
  readonly words: number
  readonly accuracy: number
  /** Slots that hold such a word, and the share of them that was found exactly. */
  readonly chunks: number
  readonly recall: number
}

/** Measures answers. Tags and intents that the tagger does not know are simply never right. */
export function measureAnswers(
  coder: Coder,
  sentences: readonly TaggedSentence[],
  answers: readonly Pick<Answer, 'tags' | 'intent'>[],
): Measurement {
  const withIntent = sentences.flatMap(({ intent }, at) =>
    intent === undefined ? [] : [answers[at]?.intent === intent],
  )
  return {
    scores: scoreChunks(
      sentences.map(({ tags }) => tags),
      answers.map(({ tags }) => tags),
    ),
    intentAccuracy:
      coder.intents.length > 0 && withIntent.length > 0
        ? withIntent.filter(Boolean).length / withIntent.length
        : undefined,
    unseen: measureUnseen(coder, sentences, answers),
  }
}

function measureUnseen(
  { vocabulary }: Coder,
  sentences: readonly TaggedSentence[],
  answers: readonly Pick<Answer, 'tags'>[],
): UnseenFigures {
  const counts = { words: 0, right: 0, chunks: 0, found: 0 }
  sentences.forEach(({ words, tags }, at) => {
    const guesses = (answers[at] as Answer).tags
    const isUnseen = words.map((word) => !vocabulary.has(normalizeWord(word)))
    if (!isUnseen.includes(true)) return
    isUnseen.forEach((unseen, place) => {
      if (!unseen) return
      counts.words++
      if (guesses[place] === tags[place]) counts.right++
    })
    const found = new Set(findChunks(guesses).map(({ type, start, end }) => `${start} ${end} ${type}`))
    for (const { type, start, end } of findChunks(tags)) {
      if (!isUnseen.slice(start, end).includes(true)) continue
      counts.chunks++
      if (found.has(`${start} ${end} ${type}`)) counts.found++
    }
  })
  return {
    words: counts.words,
    accuracy: counts.words > 0 ? counts.right / counts.words : 0,
    chunks: counts.chunks,
    recall: counts.chunks > 0 ? counts.found / counts.chunks : 0,
  }
}

/** Tags of a test set that no tagger of this coder can answer, and intents, each by name. */
export function listUnknown(
  coder: Coder,
  sentences: readonly TaggedSentence[],
): { readonly tags: readonly string[]; readonly intents: readonly string[] } {
  const tags = new Set(sentences.flatMap((sentence) => sentence.tags.filter((tag) => coder.tagIndex(tag) < 0)))
  const intents = new Set(
    sentences.flatMap(({ intent }) => (intent !== undefined && coder.intentIndex(intent) < 0 ? [intent] : [])),
  )
  return { tags: [...tags].sort(), intents: coder.intents.length > 0 ? [...intents].sort() : [] }
}
