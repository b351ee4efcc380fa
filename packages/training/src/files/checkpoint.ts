// Checkpoints: a folder of safetensors files, each with the arrays and the state of a run at one step.
//
// Each file is written atomically and carries the SHA-256 of all its bytes (with the digits of the sum taken as zeros), so
// that a file cut off or changed at any byte is recognized and the one before it is used.
import { type HostArray, type Precision, RecipeError, ValueError } from '@deep-recipe/core-tensor'
import { removeStaleTemporaries, writeFileAtomically } from './atomic-write.ts'
import { loadBuiltin } from './builtin-module.ts'
import { CheckpointError, describeFileError } from './errors.ts'
import { type JsonRecord, parseState, stringifyState } from './json.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'

/** All that is needed to go on with a run. */
export interface Checkpoint {
  /** Optimizer steps done so far. */
  readonly step: number
  /** Whole epochs done so far. */
  readonly epoch: number
  /** Parameters, optimizer state, best weights: see nameTensors. */
  readonly tensors: Readonly<Record<string, HostArray>>
  /** Seed, history, best figure: whatever JSON can say (and NaN and infinities). */
  readonly state: JsonRecord
}

/** How to save. */
export interface SaveCheckpointOptions {
  /** How many checkpoints stay in the folder. Default 2: the second is for the day when the first is damaged. */
  readonly keep?: number
}

/** How to load. */
export interface LoadCheckpointOptions {
  /** `double` for the reference backend's double precision. */
  readonly precision?: Precision
}

/** What a folder held. */
export interface LoadedCheckpoint {
  /** The newest sound checkpoint; undefined where there is none at all. */
  readonly checkpoint: Checkpoint | undefined
  /** Its file. */
  readonly path: string | undefined
  /** One sentence for each newer checkpoint that was damaged and passed over. */
  readonly warnings: readonly string[]
}

const NAME = /^checkpoint-(\d+)\.safetensors$/
const FORMAT = 'deep-recipe'
const VERSION = 'checkpoint 1'
const SUM_KEY = '"sha256":"'
const NO_SUM = '0'.repeat(64)

/**
 * Saves a checkpoint as `checkpoint-STEP.safetensors` and removes the oldest beyond `keep`. A folder belongs to one
 * run: checkpoints of later steps, left by a run that was given up, are removed too.
 * @returns the path of the file
 * @throws FileError where the folder cannot be written; what was there before stays
 */
export async function saveCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  options: SaveCheckpointOptions = {},
): Promise<string> {
  const { keep = 2 } = options
  const { step, epoch, tensors, state } = checkpoint
  checkCount('step', step, 0)
  checkCount('epoch', epoch, 0)
  checkCount('keep', keep, 1)
  const { join } = loadBuiltin('node:path')
  const bytes = encodeSafetensors(tensors, {
    [FORMAT]: VERSION,
    sha256: NO_SUM,
    step: String(step),
    epoch: String(epoch),
    state: stringifyState(state),
  })
  bytes.set(new TextEncoder().encode(digest(bytes, bytes.length)), findSum(bytes))
  const path = join(folder, `checkpoint-${String(step).padStart(9, '0')}.safetensors`)
  await writeFileAtomically(path, bytes)
  await removeStaleTemporaries(folder)
  const others = (await listCheckpoints(folder)).filter((other) => other.step !== step)
  const outdated = others.filter((other) => other.step > step)
  const older = others.filter((other) => other.step < step)
  await removeFiles([...outdated, ...older.slice(keep - 1)].map((other) => other.path))
  return path
}

/**
 * The newest checkpoint of a folder that is whole; damaged ones are passed over with a warning.
 * A folder that is missing or empty gives `checkpoint: undefined`.
 * @throws CheckpointError where there are checkpoints, but all of them are damaged
 * @throws FileError where the folder cannot be read
 */
export async function loadLatestCheckpoint(
  folder: string,
  options: LoadCheckpointOptions = {},
): Promise<LoadedCheckpoint> {
  const warnings: string[] = []
  for (const { path } of await listCheckpoints(folder)) {
    try {
      return { checkpoint: await loadCheckpoint(path, options), path, warnings }
    } catch (error) {
      if (!(error instanceof RecipeError)) throw error
      warnings.push(`Passed over a checkpoint. ${error.message}`)
    }
  }
  if (warnings.length === 0) return { checkpoint: undefined, path: undefined, warnings }
  throw new CheckpointError({
    what: `Checkpoints in ${folder}`,
    expected: 'at least one that is whole',
    received: `${warnings.length}, all damaged`,
    remedy: `Remove the folder to start again. ${warnings.join(' ')}`,
  })
}

/**
 * Reads one checkpoint file.
 * @throws CheckpointError where any byte of it is missing or changed
 * @throws FileError where it cannot be read
 */
export async function loadCheckpoint(path: string, options: LoadCheckpointOptions = {}): Promise<Checkpoint> {
  const bytes = await loadBuiltin('node:fs/promises')
    .readFile(path)
    .catch((error: unknown) => {
      throw describeFileError(error, 'read', path)
    })
  const fail = (expected: string, received: string): never => {
    const remedy = 'Use another checkpoint, or train again.'
    throw new CheckpointError({ what: `Checkpoint ${path}`, expected, received, remedy })
  }
  const place = findSum(bytes)
  const sum = bytes.subarray(place, place + 64).toString('latin1')
  if (place < 0 || sum !== digest(bytes, place)) fail('a file whose SHA-256 is the one it carries', 'a damaged file')
  const { tensors, metadata } = decodeSafetensors(bytes, { source: path, ...options })
  if (metadata[FORMAT] !== VERSION) fail(`${FORMAT}: ${VERSION}`, metadata[FORMAT] ?? 'none')
  const { step, epoch, state } = metadata
  return { step: Number(step), epoch: Number(epoch), tensors, state: parseState(state ?? '{}') }
}

/** Removes all checkpoints of a folder, to start a run afresh. The folder and other files in it stay. */
export async function removeCheckpoints(folder: string): Promise<void> {
  const checkpoints = await listCheckpoints(folder)
  // The oldest first: a kill half-way leaves the newest, not an older state that looks like the newest.
  await removeFiles(checkpoints.reverse().map(({ path }) => path))
}

/** The checkpoints of a folder by name, newest first; none where there is no such folder. */
export async function listCheckpoints(folder: string): Promise<{ step: number; path: string }[]> {
  const { join } = loadBuiltin('node:path')
  const names = await loadBuiltin('node:fs/promises')
    .readdir(folder)
    .catch((error: unknown) => {
      if ((error as { code?: string }).code === 'ENOENT') return []
      throw describeFileError(error, 'read', folder)
    })
  return names
    .flatMap((name) => {
      const step = NAME.exec(name)?.[1]
      return step === undefined ? [] : [{ step: Number(step), path: join(folder, name) }]
    })
    .sort((a, b) => b.step - a.step)
}

async function removeFiles(paths: readonly string[]): Promise<void> {
  const files = loadBuiltin('node:fs/promises')
  for (const path of paths) {
    await files.rm(path, { force: true }).catch((error: unknown) => {
      throw describeFileError(error, 'write', path)
    })
  }
}

/** SHA-256 in hexadecimal, with the 64 digits at `place` taken as zeros. */
function digest(bytes: Uint8Array, place: number): string {
  const hash = loadBuiltin('node:crypto').createHash('sha256').update(bytes.subarray(0, place))
  if (place < bytes.length) hash.update(NO_SUM).update(bytes.subarray(place + 64))
  return hash.digest('hex')
}

/** Where the digits of the sum begin, or −1. Quotes within JSON strings are escaped, so nothing else looks like it. */
function findSum(bytes: Uint8Array): number {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(SUM_KEY)
  const place = found + SUM_KEY.length
  return found < 0 || place + 64 > bytes.length ? -1 : place
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new ValueError({
    what: `saveCheckpoint: ${name}`,
    expected: `a whole number of at least ${least}`,
    received: String(value),
    remedy: `Pass a count of ${name === 'keep' ? 'files' : `${name}s`}.`,
  })
}
