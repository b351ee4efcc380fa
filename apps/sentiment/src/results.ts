// The figures of a run: as a table for people, and as the record that programs read.
import type { JsonRecord } from '@deep-recipe/training'
import type { Pooling } from './model.ts'
import type { Score } from './scoring.ts'

/** One line of the table. */
export interface Row extends Score {
  readonly title: string
}

/** All lines: the networks, both together if there are two, and what they have to beat. */
export interface Results {
  readonly networks: readonly Row[]
  /** The one that counts: the only network, or the average of both. */
  readonly final: Row
  readonly baseline: Row
  readonly testCount: number
}

/** What people call the networks. */
export const titles: Readonly<Record<Pooling, string>> = {
  last: 'LSTM, last steps',
  attention: 'LSTM, attention to all steps',
}

/** The table as people read it in a terminal. */
export function describeResults({ networks, final, baseline, testCount }: Results): string[] {
  const rows = [...networks, ...(networks.includes(final) ? [] : [final]), baseline]
  const width = Math.max(...rows.map(({ title }) => title.length))
  return [
    `${'model'.padEnd(width)}  accuracy    loss`,
    `${'─'.repeat(width)}  ────────  ──────`,
    ...rows.map(
      ({ title, accuracy, loss }) => `${title.padEnd(width)}  ${accuracy.toFixed(4).padStart(8)}  ${loss.toFixed(4)}`,
    ),
    '',
    `Share of ${testCount} held-out sentences that are judged rightly, and the mean of −log p(truth).`,
  ]
}

/** The final figures of train and evaluate, for --json. */
export function toFigures({ final }: Results, seconds: number, backend: string): JsonRecord {
  return { accuracy: final.accuracy, loss: final.loss, seconds: Math.round(seconds * 10) / 10, backend }
}
