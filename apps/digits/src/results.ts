// The table clean against noisy: as text, as figures, and as a file that `evaluate` and reports can read again.
import type { RunSummary, SummaryRow } from '@deep-recipe/app-kit'
import type { JsonRecord } from '@deep-recipe/training'

/** One line of the table: shares of test images that are named rightly. */
export type Row = {
  readonly name: string
  readonly title: string
  readonly clean: number
  readonly noisy: number
}

/** The table as people read it in a terminal, with a line that says what it tells. */
export function describeTable(
  rows: readonly Row[],
  test: { readonly count: number; readonly noise: number },
): string[] {
  const line = `Shares of ${test.count} test images that are read rightly, without and with noise of deviation ${test.noise}; * is the largest.`
  return [...formatTable(rows), '', line]
}

/** The table alone. */
export function formatTable(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map((row) => row.title.length), 'recipe'.length)
  const best = (figure: 'clean' | 'noisy'): number => Math.max(...rows.map((row) => row[figure]))
  const cell = (row: Row, figure: 'clean' | 'noisy'): string =>
    `${row[figure].toFixed(4)}${row[figure] === best(figure) ? ' *' : ''}`
  return [
    `${'recipe'.padEnd(width)}  clean     noisy`,
    `${'─'.repeat(width)}  ────────  ────────`,
    ...rows.map((row) => `${row.title.padEnd(width)}  ${cell(row, 'clean').padEnd(8)}  ${cell(row, 'noisy')}`),
  ]
}

/** The final figures of train and evaluate, for --json. */
export function toFigures(rows: readonly Row[], seconds: number, backend: string): JsonRecord {
  return {
    rows: rows.map(({ name, clean, noisy }) => ({ name, clean, noisy })),
    seconds: Math.round(seconds * 10) / 10,
    backend,
  }
}

/** What the recipes gained over the plain network: the best under noise that never saw noise, and the best on clean digits. */
export function toSummary(rows: readonly Row[], seconds: number, backend: string): RunSummary {
  const plain = rows.find((row) => row.name === 'plain') ?? (rows[0] as Row)
  const candidates = rows.filter((row) => row.name !== 'noiseTraining')
  const compare = (figure: 'clean' | 'noisy', measure: string): SummaryRow => {
    const best = candidates.reduce((a, b) => (b[figure] > a[figure] ? b : a), plain)
    const baseline = { name: plain.title, value: plain[figure] }
    return { learned: best.title, measure, value: best[figure], baseline, better: 'higher' }
  }
  return {
    app: 'digits',
    title: 'The recipe against overfitting',
    rows: [compare('noisy', 'accuracy under noise'), compare('clean', 'accuracy, clean')],
    seconds,
    backend,
  }
}
