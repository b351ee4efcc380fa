// Where a run lies: the folder that was asked for, a new one, or that of the last run, which a small file remembers.
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { FileError, writeFileAtomically } from '@deep-recipe/training'
import { UsageError } from './errors.ts'

/** The run that a command works on: train begins a new one, evaluate and predict use the last, other commands none. */
export type RunUse = 'new' | 'last' | 'none'

/** What `run.json` in the folder of a run says. */
export interface RunRecord {
  readonly app: string
  /** What was typed after the app's name. */
  readonly arguments: readonly string[]
  /** All options of the training, given or default. */
  readonly options: { readonly [name: string]: unknown }
  readonly startedAt: string
}

/** Where the program runs, and on whose behalf. */
export interface Place {
  readonly cwd: string
  readonly env: { readonly [name: string]: string | undefined }
}

/**
 * The folder in which the user typed. Package managers run a script in its package's folder and tell in INIT_CWD where they
 * were called; programs that are started otherwise may inherit that variable from long ago, and must not believe it.
 */
export function findUserFolder({ cwd, env }: Place): string {
  const script = env.PNPM_SCRIPT_SRC_DIR ?? (env.npm_package_json && dirname(env.npm_package_json))
  return env.INIT_CWD && script && resolve(script) === resolve(cwd) ? env.INIT_CWD : cwd
}

/** What is needed to choose the folder of a run. */
export interface RunRequest {
  readonly app: string
  readonly use: RunUse
  /** `--out`, as typed. */
  readonly out: string | undefined
  readonly resume: boolean
  readonly userFolder: string
  readonly now: Date
}

/**
 * The folder of a run. New runs without --out lie in `runs/APP/DATE-TIME`; resuming, evaluating and predicting without
 * --out takes the last run.
 * @throws UsageError where there is none
 */
export async function chooseRunFolder(request: RunRequest): Promise<string> {
  const { app, use, out, resume, userFolder, now } = request
  const isOld = use === 'last' || resume
  if (out !== undefined) {
    const folder = resolve(userFolder, out)
    if (isOld)
      await requireFolder('--out', folder, `Give the folder of a run, or train one with \`pnpm ${app} train\`.`)
    return folder
  }
  if (!isOld) return findNewFolder(join(userFolder, 'runs', app, formatTime(now)))
  const file = lastRunFile(userFolder, app)
  const last = await readJson(file)
  if (typeof last?.out !== 'string') {
    throw new UsageError({
      what: resume ? '--resume' : '--out',
      expected: 'a run to work on',
      received: `none so far in ${join(userFolder, 'runs', app)}`,
      remedy: `Train one with \`pnpm ${app} train\`, or give its folder with --out DIR.`,
    })
  }
  const folder = resolve(dirname(file), last.out)
  await requireFolder(`The last run (${file})`, folder, 'Give the folder of another run with --out DIR.')
  return folder
}

/** Makes the folder of a run, and remembers it: in `run.json` how it was started, in `last-run.json` that it is the last. */
export async function recordRun(folder: string, record: RunRecord, userFolder: string): Promise<void> {
  await makeFolder(folder)
  await writeFileAtomically(join(folder, 'run.json'), `${JSON.stringify(record, null, 2)}\n`)
  const file = lastRunFile(userFolder, record.app)
  const path = relative(dirname(file), folder)
  // Relative where it lies below, so that the whole may be moved; else as it is.
  const out = path.startsWith('..') ? folder : path
  await writeFileAtomically(file, `${JSON.stringify({ out })}\n`)
}

/** @throws FileError where it cannot be made */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw new FileError(
      {
        what: `--out ${folder}`,
        expected: 'a folder that can be made and written',
        received: (error as Error).message,
        remedy: 'Choose another folder.',
      },
      { cause: error },
    )
  }
}

/**
 * How the run in a folder was begun.
 * @throws UsageError for a folder that is no run, or one of another app
 */
export async function requireRunRecord(app: string, folder: string): Promise<RunRecord> {
  const record = await readJson(join(folder, 'run.json'))
  const { app: owner, arguments: words, options } = record ?? {}
  if (owner === app && Array.isArray(words) && typeof options === 'object' && options !== null) {
    return record as unknown as RunRecord
  }
  const isForeign = typeof owner === 'string' && owner !== app
  throw new UsageError({
    what: `The run in ${folder}`,
    expected: `a run of ${app}, with its run.json`,
    received: isForeign
      ? `one of ${owner}`
      : record
        ? 'a run.json that does not say how it was begun'
        : 'no readable run.json',
    remedy: `Give the folder of a run with --out DIR, or train one with \`pnpm ${app} train\`.`,
  })
}

/** @throws UsageError for anything but a folder that is there */
export async function requireFolder(what: string, folder: string, remedy: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory()) return
  const received = found ? `a file, ${folder}` : `${folder}, which is not there`
  throw new UsageError({ what, expected: 'a folder', received, remedy })
}

function lastRunFile(userFolder: string, app: string): string {
  return join(userFolder, 'runs', app, 'last-run.json')
}

async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // not there, or nothing that can be used: the same to the caller
  }
}

/** The folder, or the first of FOLDER-2, FOLDER-3… that is not there yet: two runs may begin in the same second. */
async function findNewFolder(folder: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? folder : `${folder}-${number}`
    if (!(await stat(candidate).catch(() => undefined))) return candidate
  }
}

/** `2024-03-01-142530` in local time: names sort by age. */
function formatTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString()
  return local.slice(0, 19).replace('T', '-').replaceAll(':', '')
}
