// The table of networks: as text, as figures, and as a summary for a table of all apps.
import type { RunSummary, SummaryRow } from '@deep-recipe/app-kit'
import type { JsonRecord } from '@deep-recipe/training'
import type { Measurement } from './data/measure.ts'
import { findModel, type ModelName } from './network/models.ts'
import { nameVariant, type Settings, type Variant } from './options.ts'

/** A line of the table. */
export interface Row {
  /** As in figures and folder names, e.g. `lstm` or `lstm-without-hashing`. */
  readonly name: string
  readonly model: ModelName
  readonly hashing: boolean
  readonly title: string
  readonly sees: string
  readonly parameters: number
  /** F1 on the validation sentences: what the best network is chosen by. */
  readonly validationF1: number
  readonly test: Measurement
}

/** `LSTM`, or `LSTM, no hashing` where both are there. */
export function titleOf(variant: Variant, settings: Pick<Settings, 'variants'>): string {
  const { title } = findModel(variant.model)
  return nameVariant(variant, settings) === variant.model ? title : `${title}, no hashing`
}

/** The line with the best F1 on the validation sentences; test sentences choose nothing. */
export function chooseBest(rows: readonly Row[]): Row {
  return rows.reduce((best, row) => (row.validationF1 > best.validationF1 ? row : best))
}

/** The table as people read it in a terminal. */
export function formatTable(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(({ title }) => title.length), 'network'.length)
  const columns = ['F1', 'precision', 'recall', 'intents', 'unseen', 'sees']
  const best = Math.max(...rows.map(({ test }) => test.scores.f1))
  const percent = (share: number | undefined): string => (share === undefined ? '–' : (100 * share).toFixed(2))
  const lines = rows.map(({ title, sees, test }) => {
    const { f1, precision, recall } = test.scores
    const cells = [
      `${percent(f1)}${f1 === best ? '*' : ' '}`,
      percent(precision),
      percent(recall),
      percent(test.intentAccuracy),
      test.unseen.words > 0 ? percent(test.unseen.accuracy) : '–',
    ]
    return `${title.padEnd(width)}  ${cells.map((cell) => cell.padStart(9)).join(' ')}   ${sees}`
  })
  const head = columns.map((name, at) => (at < 5 ? `${name}${at === 0 ? ' ' : ''}`.padStart(9) : `  ${name}`)).join(' ')
  return [`${'network'.padEnd(width)}  ${head}`, ...lines]
}

/** What the table says, in a line. */
export function explainTable(rows: readonly Row[], sentences: number): string {
  const unseen = rows[0]?.test.unseen
  const words =
    unseen && unseen.words > 0
      ? `; unseen: share of the ${unseen.words} words that training lacks with the right tag`
      : ''
  return `Percent, on ${sentences} test sentences; chunks as conlleval counts them; * is the largest F1${words}.`
}

/** The final figures of train and evaluate, for --json: those of the best network. */
export function toFigures(rows: readonly Row[], seconds: number, backend: string): JsonRecord {
  const { name, test } = chooseBest(rows)
  const { f1, precision, recall } = test.scores
  return {
    model: name,
    f1,
    precision,
    recall,
    intentAccuracy: test.intentAccuracy ?? null,
    seconds: Math.round(10 * seconds) / 10,
    backend,
  }
}

/** What was gained over the network that sees one word, or, alone, over tagging nothing; and what hashing gained. */
export function toSummary(rows: readonly Row[], seconds: number, backend: string): RunSummary {
  const best = chooseBest(rows)
  const plain = rows.find(({ model }) => model === 'feed-forward')
  const gained: SummaryRow = {
    learned: best.title,
    measure: 'chunk F1',
    value: best.test.scores.f1,
    baseline: plain ? { name: plain.title, value: plain.test.scores.f1 } : { name: 'No slots at all', value: 0 },
    better: 'higher',
  }
  const without = rows.find(({ hashing }) => !hashing)
  const hashed = without && rows.find(({ model, hashing }) => hashing && model === without.model)
  const unseen: SummaryRow[] =
    without && hashed && without.test.unseen.words > 0
      ? [
          {
            learned: `${hashed.title} with word hashing`,
            measure: 'right tags of unseen words',
            value: hashed.test.unseen.accuracy,
            baseline: { name: 'Without', value: without.test.unseen.accuracy },
            better: 'higher',
          },
        ]
      : []
  return { app: 'slot-filling', title: 'Words to slots', rows: [gained, ...unseen], seconds, backend }
}
