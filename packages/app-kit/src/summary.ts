// What a training learned beside what it had to beat, left as `summary.json` in the run's folder: the tour's table and its
// page are made of these files.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '@deep-recipe/training'

/** One figure of a run, and the same figure of the baseline. */
export interface SummaryRow {
  /** What was trained, e.g. `Bidirectional LSTM`. */
  readonly learned: string
  /** What was measured, e.g. `chunk F1`. */
  readonly measure: string
  readonly value: number
  /** What it had to beat, e.g. a feed-forward network, and how that did. */
  readonly baseline: { readonly name: string; readonly value: number }
  /** Whether more or less of it is better. */
  readonly better: 'higher' | 'lower'
}

/** What a run leaves for the tour. */
export interface RunSummary {
  readonly app: string
  /** One line for a heading, e.g. `Words to slots`. */
  readonly title: string
  /** At least one; the first is the one to show where there is room for one. */
  readonly rows: readonly SummaryRow[]
  /** Of the whole run. */
  readonly seconds: number
  readonly backend: string
}

const fileName = 'summary.json'

/**
 * Writes `summary.json` into the folder of a run.
 * @throws FileError where it cannot be written
 */
export async function writeSummary(folder: string, summary: RunSummary): Promise<void> {
  await writeFileAtomically(join(folder, fileName), `${JSON.stringify(summary, null, 2)}\n`)
}

/** The summary in the folder of a run; undefined where there is none that can be read. */
export async function readSummary(folder: string): Promise<RunSummary | undefined> {
  try {
    const value = JSON.parse(await readFile(join(folder, fileName), 'utf8')) as Partial<RunSummary> | null
    return Array.isArray(value?.rows) && typeof value.title === 'string' ? (value as RunSummary) : undefined
  } catch {
    return undefined
  }
}
