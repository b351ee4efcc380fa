// A tagged sentence as a line of text: its slots marked, named, and with the probability of each.
import { findChunks } from '@deep-recipe/sequence-losses'
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
  const found = listSlots(words, answer)
  const pieces: string[] = []
  let place = 0
  for (const { slot, text, start, end, probability } of found) {
    pieces.push(...words.slice(place, start))
    const label = `${slot} ${probability.toFixed(2)}`
    pieces.push(color ? `${paint(text, slots.indexOf(slot))} ${dim(label)}` : `[${text}](${label})`)
    place = end
  }
  pieces.push(...words.slice(place))
  if (answer.intent === undefined) return pieces.join(' ')
  const intent = `${answer.intent} ${(answer.intentProbability ?? 0).toFixed(2)}`
  return `${pieces.join(' ')}  → ${color ? dim(intent) : intent}`
}

/** Names of the slots behind tags: `B-city`, `I-city` → `city`. */
export function listSlotNames(tags: readonly string[]): string[] {
  return [...new Set(tags.filter((tag) => tag !== 'O').map((tag) => tag.slice(2)))].sort()
}
