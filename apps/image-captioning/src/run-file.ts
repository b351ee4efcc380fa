// What a run leaves beside its checkpoints so that it can be used without its data: words, sizes, and the kind of views.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RecipeError, randomKey } from '@deep-recipe/core-tensor'
import { makeVocabulary, type Vocabulary } from '@deep-recipe/datasets/words'
import {
  type Callback,
  CheckpointError,
  type HostParams,
  type JsonRecord,
  loadTrained,
  writeFileAtomically,
} from '@deep-recipe/training'
import { type Captioner, type CaptionerSettings, makeCaptioner } from './captioner.ts'

/** What `captioner.json` says. */
export interface RunFile {
  readonly settings: CaptionerSettings
  /** Of the vocabulary, from number 2 on. */
  readonly words: readonly string[]
  /** Side of the pictures, and frames of a clip. */
  readonly size: number
  readonly frames: number
}

const fileName = 'captioner.json'

/** Writes `captioner.json` into the folder of a run. */
export async function writeRunFile(folder: string, run: RunFile): Promise<void> {
  await writeFileAtomically(join(folder, fileName), `${JSON.stringify(run, null, 2)}\n`)
}

/** @throws RecipeError where there is none that can be read */
export async function readRunFile(folder: string): Promise<RunFile> {
  const path = join(folder, fileName)
  try {
    const run = JSON.parse(await readFile(path, 'utf8')) as Partial<RunFile>
    if (run.settings && Array.isArray(run.words) && typeof run.size === 'number') return run as RunFile
  } catch {
    // Not there, or no JSON: the same to whoever asks.
  }
  throw new RecipeError({
    what: path,
    expected: 'what a run of image-captioning writes',
    received: 'no such file that can be read',
    remedy: 'Train a captioner first, or give the folder of a run with --out.',
  })
}

/** A trained captioner with its words. */
export interface LoadedCaptioner extends RunFile {
  readonly captioner: Captioner
  readonly vocabulary: Vocabulary
  readonly params: HostParams
  readonly warnings: readonly string[]
}

/**
 * Loads the captioner of a run.
 *
 * @throws RecipeError without a checkpoint; CheckpointError for one of another network or of another vocabulary.
 */
export async function loadCaptioner(
  folder: string,
  looking: CaptionerSettings['looking'] = 'again',
): Promise<LoadedCaptioner> {
  const run = await readRunFile(folder)
  const captioner = makeCaptioner({ ...run.settings, looking })
  const checkpoints = folderOf(folder, looking)
  const { params, callbacks, warnings } = await loadTrained(checkpoints, captioner.layer.init(randomKey(0), []))
  const saved = callbacks[vocabularyName] as JsonRecord | undefined
  if (saved) requireSameWords(checkpoints, saved, digestOf(run.words))
  return { ...run, captioner, vocabulary: makeVocabulary(run.words), params, warnings }
}

/** Where the checkpoints of a network lie. */
export function folderOf(folder: string, looking: CaptionerSettings['looking']): string {
  return join(folder, looking === 'again' ? 'attention' : 'without-attention')
}

const vocabularyName = 'vocabulary'

/** Writes the vocabulary's digest into every checkpoint, and refuses to go on with a checkpoint of other words. */
export function rememberWords(vocabulary: Vocabulary, folder: string): Callback {
  const digest = digestOf(vocabulary.words)
  return {
    name: vocabularyName,
    save: () => ({ digest }),
    restore: (saved) => requireSameWords(folder, saved, digest),
  }
}

function requireSameWords(folder: string, saved: JsonRecord, digest: string): void {
  if (saved.digest === digest) return
  throw new CheckpointError({
    what: `The checkpoint in ${folder}`,
    expected: 'one that was trained with these words',
    received: 'one of another vocabulary',
    remedy: 'Train with the data with which the run began, or begin a new run elsewhere.',
  })
}

function digestOf(words: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex')
}
