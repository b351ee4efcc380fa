// metrics.jsonl: the figures of a run, one JSON object a line, for plotting with any tool.
import { appendToFile, readSoFar } from './append-file.ts'
import { removeStaleTemporaries, writeFileAtomically } from './atomic-write.ts'
import { loadBuiltin } from './builtin-module.ts'
import type { JsonRecord } from './json.ts'

/** One line. JSON has no NaN: it is written as null. */
export type MetricsRecord = JsonRecord & { readonly step: number }

/** How to open. */
export interface OpenMetricsOptions {
  /** Go on after this step: later lines are dropped, since their steps come again. Default: start an empty file. */
  readonly resumeAtStep?: number
  /** Go on after all lines there are. For several trainings in one file, each with steps of its own. Default false. */
  readonly resume?: boolean
  /**
   * Names of fields by which lines are told apart: a line that has all of them in common with an earlier one is not written
   * again. For several trainings in one file, whose steps come again when any of them is resumed.
   */
  readonly distinct?: readonly string[]
}

/** An open file of figures. */
export interface MetricsFile {
  readonly path: string
  /** Adds a line; lines stay in the order of the calls. */
  append(record: MetricsRecord): Promise<void>
}

/**
 * Opens a file of figures. When resuming, a last line that was cut off is dropped, and lines past the checkpoint's step.
 * @throws FileError where it cannot be written
 */
export async function openMetrics(path: string, options: OpenMetricsOptions = {}): Promise<MetricsFile> {
  const { resume = false, resumeAtStep = resume ? Number.POSITIVE_INFINITY : undefined, distinct } = options
  const kept = resumeAtStep === undefined ? [] : (await readMetrics(path)).filter(({ step }) => step <= resumeAtStep)
  await writeFileAtomically(path, kept.map(formatLine).join(''))
  await removeStaleTemporaries(loadBuiltin('node:path').dirname(path))
  const identify = (record: MetricsRecord): string => JSON.stringify(distinct?.map((name) => record[name]))
  const written = new Set(kept.map(identify))
  let previous: Promise<void> = Promise.resolve()
  return {
    path,
    append(record): Promise<void> {
      if (distinct) {
        const identity = identify(record)
        if (written.has(identity)) return previous
        written.add(identity)
      }
      const next = previous.then(() => appendToFile(path, formatLine(record)))
      previous = next.catch(() => {}) // the caller is told; later lines still try
      return next
    },
  }
}

/** The figures of a file, without lines that are cut off; none where there is no such file. */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  return (await readSoFar(path)).split('\n').flatMap(parseLine)
}

function formatLine(record: MetricsRecord): string {
  return `${JSON.stringify(record)}\n`
}

function parseLine(line: string): MetricsRecord[] {
  try {
    const record: unknown = JSON.parse(line)
    const isRecord = typeof record === 'object' && record !== null && 'step' in record
    return isRecord && typeof record.step === 'number' ? [record as MetricsRecord] : []
  } catch {
    return []
  }
}
