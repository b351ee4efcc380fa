// A tagged sentence with its slots marked, named, and with the probability of each: as a line of text, and as spans of a report.
import { findChunks } from '@deep-recipe/sequence-losses'
import type { TaggedSpan } from '@deep-recipe/training'
import type { Answer } from '../network/apply-tagger.ts'
import { dim, paint } from './paint.ts'

/** A slot that was found. */
export interface FoundSlot {
  readonly slot: string
  /** Its words, as they were given. */
  readonly text: string
  /** First word, and the one after the last. */
  readonly start: number
  readonly end: number
  /** Product of the probabilities of its tags. */
  readonly probability: number
}

/** The slots of an answer. */
export function listSlots(words: readonly string[], { tags, probabilities }: Answer): FoundSlot[] {
  return findChunks(tags).map(({ type, start, end }) => ({
    slot: type,
    text: words.slice(start, end).join(' '),
    start,
    end,
    probability: probabilities.slice(start, end).reduce((product, share) => product * share, 1),
  }))
}

/**
 * `arrive [Taipei](destination 0.99) on [November 2nd](arrival_time 0.97)  → book_ticket 0.99`, or the same in colours, without
 * the brackets.
 *
 * @param slots names of all slots, which decide the colours.
 */
export function formatSentence(
  words: readonly string[],
  answer: Answer,
  options: { readonly color: boolean; readonly slots: readonly string[] },
): string {
  const { color, slots } = options
  const pieces = splitAtSlots(words, answer).map((piece) => {
    if (typeof piece === 'string') return piece
    const label = `${piece.slot} ${piece.probability.toFixed(2)}`
    return color ? `${paint(piece.text, slots.indexOf(piece.slot))} ${dim(label)}` : `[${piece.text}](${label})`
  })
  const intent = formatIntent(answer)
  return intent === undefined ? pieces.join(' ') : `${pieces.join(' ')}  → ${color ? dim(intent) : intent}`
}

/** The same for a report: every slot a span with its name, and with its probability where it is not certain by definition. */
export function toTaggedSpans(words: readonly string[], answer: Answer): TaggedSpan[] {
  return splitAtSlots(words, answer).map((piece) => {
    if (typeof piece === 'string') return { text: piece }
    const { text, slot, probability } = piece
    return { text, tag: slot, ...(probability < 1 && { note: probability.toFixed(2) }) }
  })
}

/** `book_ticket 0.99`; undefined where there are no intents. */
export function formatIntent({ intent, intentProbability }: Answer): string | undefined {
  return intent === undefined ? undefined : `${intent} ${(intentProbability ?? 0).toFixed(2)}`
}

/** Words outside slots, one by one, and slots, in their order. */
function splitAtSlots(words: readonly string[], answer: Answer): (string | FoundSlot)[] {
  const pieces: (string | FoundSlot)[] = []
  let place = 0
  for (const found of listSlots(words, answer)) {
    pieces.push(...words.slice(place, found.start), found)
    place = found.end
  }
  return [...pieces, ...words.slice(place)]
}

/** Names of the slots behind tags: `B-city`, `I-city` → `city`. */
export function listSlotNames(tags: readonly string[]): string[] {
  return [...new Set(tags.filter((tag) => tag !== 'O').map((tag) => tag.slice(2)))].sort()
}
