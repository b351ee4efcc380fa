// Slot filling as small as it goes, so that a whole run takes a second or two.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateTickets, type TaggedSentence } from '@deep-recipe/datasets/words'

/** Options of a tiny run on the backend that is always there. */
export const tiny = ['--backend', 'reference', '--units', '6', '--width', '6', '--look-ahead', '0'] as const

/** Sentences as the lines of an IOB file. */
export function toIobLines(sentences: readonly TaggedSentence[]): string {
  return sentences
    .map(({ words, tags, intent }) => `BOS ${words.join(' ')} EOS\tO ${tags.join(' ')} ${intent ?? 'O'}\n`)
    .join('')
}

/** A folder with few sentences to learn from and to test on, and the test sentences. */
export function writeSlotFolder(folder: string): readonly TaggedSentence[] {
  const sentences = generateTickets({ count: 70, seed: 3 })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'tickets.train.iob'), toIobLines(sentences.slice(0, 50)))
  writeFileSync(join(folder, 'tickets.test.iob'), toIobLines(sentences.slice(50)))
  return sentences.slice(50)
}

/** What `--json` prints. */
export interface Figures {
  readonly model: string
  readonly f1: number
  readonly precision: number
  readonly recall: number
  readonly intentAccuracy: number | null
  readonly seconds: number
  readonly backend: string
}
