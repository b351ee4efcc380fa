// The figures of `fit` as a table that spreadsheets and data frames read.
import { appendToFile, readSoFar } from '../files/append-file.ts'
import { writeFileAtomically } from '../files/atomic-write.ts'
import { FileError } from '../files/errors.ts'
import type { Callback } from '../fit/callbacks.ts'
import type { EpochFigures } from '../fit/history.ts'

/**
 * Writes a CSV file (RFC 4180): a line for each epoch under `epoch,step,seconds,train loss,…,validation loss,…`. A number that is not
 * finite is an empty field. A run that is resumed goes on in its file; a new run empties it.
 *
 * @throws FileError where the file cannot be written, or holds other columns than the run that is resumed
 */
export function recordTable(path: string): Callback {
  let resumedAt = 0
  let head: string | undefined
  return {
    name: 'recordTable',
    onStart({ step }): void {
      resumedAt = step
      head = undefined
    },
    async onEpochEnd({ figures }): Promise<void> {
      const columns = listColumns(figures)
      const own = formatRow(columns.map(([name]) => name))
      if (head === undefined) await begin(path, own, resumedAt)
      head ??= own
      if (head !== own) failOnColumns(path, head, own)
      await appendToFile(path, formatRow(columns.map(([, value]) => (Number.isFinite(value) ? String(value) : ''))))
    },
  }
}

function listColumns({ epoch, step, seconds, train, validation = {} }: EpochFigures): [name: string, value: number][] {
  const part = (prefix: string, figures: Readonly<Record<string, number>>): [string, number][] =>
    Object.entries(figures).map(([name, value]) => [`${prefix} ${name}`, value])
  return [
    ['epoch', epoch],
    ['step', step],
    ['seconds', seconds],
    ...part('train', train),
    ...part('validation', validation),
  ]
}

function formatRow(fields: readonly string[]): string {
  const quote = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
  return `${fields.map(quote).join(',')}\r\n`
}

/** The head, and the lines of a run that is resumed up to the step where it goes on. */
async function begin(path: string, head: string, resumedAt: number): Promise<void> {
  const lines = resumedAt > 0 ? await readLines(path) : []
  const [old = head, ...rows] = lines
  if (old !== head) failOnColumns(path, old, head)
  const kept = rows.filter((row) => Number(row.split(',')[1]) <= resumedAt)
  await writeFileAtomically(path, [head, ...kept].join(''))
}

/** Whole lines with their ends; none where there is no such file. */
async function readLines(path: string): Promise<string[]> {
  return (await readSoFar(path)).match(/[^\n]*\r\n/g) ?? []
}

function failOnColumns(path: string, expected: string, received: string): never {
  throw new FileError({
    what: `The table ${path}`,
    expected: `the columns ${expected.trim()}`,
    received: received.trim(),
    remedy: 'Measure the same figures in every epoch of a run, or give the run a file of its own.',
  })
}
