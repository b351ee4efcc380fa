// The table at the end of the tour: what each app learned, beside its baseline.
import type { RunSummary } from '@deep-recipe/app-kit'

/** How one stop ended. Without a summary it failed, or was not reached. */
export interface StopResult {
  readonly app: string
  readonly seconds: number
  readonly summary: RunSummary | undefined
}

/** A figure with the same number of digits in every line. */
export const formatFigure = (value: number): string => value.toFixed(3)

/** The lines of the table for a terminal: the first row of each app's summary. */
export function formatTourTable(results: readonly StopResult[]): string[] {
  const header = ['app', 'learned', 'measure', 'value', 'baseline', 'value', 'seconds']
  const rows = results.map(({ app, seconds, summary }) => {
    const row = summary?.rows[0]
    const time = seconds.toFixed(0)
    if (!row) return [app, 'did not finish', '', '', '', '', time]
    const { learned, measure, value, baseline } = row
    return [app, learned, measure, formatFigure(value), baseline.name, formatFigure(baseline.value), time]
  })
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)))
  const isNumber = (column: number): boolean => column === 3 || column >= 5
  const format = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [format(header), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(format)]
}
