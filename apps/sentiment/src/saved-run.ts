// What a run leaves beside its checkpoints, and the way back from there: the vocabulary, and networks that belong to it.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunRecord } from '@deep-recipe/app-kit'
import { RecipeError, randomKey } from '@deep-recipe/core-tensor'
import { type Callback, type JsonRecord, loadTrained, writeFileAtomically } from '@deep-recipe/training'
import { columns, type Encoder, type EncoderTables, makeEncoder } from './encoder.ts'
import { buildModel, type SentimentModel } from './model.ts'
import { chooseSettings, type Settings } from './options.ts'
import { titles } from './results.ts'
import type { TrainedModel } from './scoring.ts'

const tablesFile = 'vocabulary.json'
/** The name under which checkpoints remember their vocabulary. */
const guardName = 'vocabulary'

/** Writes the vocabulary of a run into its folder. */
export async function writeTables(folder: string, tables: EncoderTables): Promise<void> {
  await writeFileAtomically(join(folder, tablesFile), `${JSON.stringify(tables)}\n`)
}

/** Reads it. Throws a RecipeError where there is none that can be read. */
export async function readTables(folder: string): Promise<EncoderTables> {
  const path = join(folder, tablesFile)
  const fail = (received: string, cause?: unknown): never => {
    const remedy = 'Give the folder of a run of sentiment, or train one.'
    throw new RecipeError({ what: path, expected: 'the vocabulary of the run', received, remedy }, { cause })
  }
  const text = await readFile(path, 'utf8').catch((error: Error) => fail(error.message, error))
  const isList = (value: unknown): boolean => Array.isArray(value) && value.every((entry) => typeof entry === 'string')
  try {
    const { words, trigrams } = JSON.parse(text) as Partial<EncoderTables>
    if (isList(words) && isList(trigrams)) return { words: words as string[], trigrams: trigrams as string[] }
  } catch (error) {
    return fail('a file that is cut off or no JSON', error)
  }
  return fail('a file without lists of words and trigrams')
}

/** What tells one vocabulary from another. */
export function fingerprint({ words, trigrams }: EncoderTables): string {
  return createHash('sha256')
    .update(JSON.stringify([words, trigrams]))
    .digest('hex')
    .slice(0, 16)
}

/** Writes the vocabulary's fingerprint into checkpoints, and refuses those of another when a run is resumed. */
export function guardVocabulary(tables: EncoderTables): Callback {
  const own = fingerprint(tables)
  return {
    name: guardName,
    save: () => ({ fingerprint: own }),
    restore: (state) => requireFingerprint('The checkpoint to go on from', state, own),
  }
}

function requireFingerprint(what: string, state: JsonRecord | undefined, own: string): void {
  if (state?.fingerprint === own) return
  throw new RecipeError({
    what,
    expected: `a network of this vocabulary (${own})`,
    received: typeof state?.fingerprint === 'string' ? `one of another (${state.fingerprint})` : 'one of another app',
    remedy: 'Give the folder of a run as it was left, with the data it was trained on, or train anew.',
  })
}

/** A run whose networks are to be used. */
export interface SavedRun {
  readonly settings: Settings
  readonly encoder: Encoder
  /** The folder of its data; undefined for generated reviews. */
  readonly data: string | undefined
  readonly seed: number
  readonly networks: readonly TrainedModel[]
}

/**
 * Loads the networks of a run; says so where one is not trained to the end.
 *
 * @throws RecipeError for networks of another vocabulary, CheckpointError for those of another shape or damaged files.
 */
export async function loadRun(
  folder: string,
  trained: RunRecord | undefined,
  log: (line: string) => void,
): Promise<SavedRun> {
  const { data, seed, epochs, ...options } = trained?.options ?? {}
  const settings = chooseSettings({ data, ...options })
  const tables = await readTables(folder)
  const encoder = makeEncoder(tables)
  const networks: TrainedModel[] = []
  for (const pooling of settings.poolings) {
    const model = buildModel(pooling, encoder, settings)
    const own = networkFolder(folder, pooling)
    const like = model.layer.init(randomKey(0), [1, columns])
    const { params, finished, epoch, callbacks, warnings } = await loadTrained(own, like)
    requireFingerprint(`The network in ${own}`, callbacks[guardName] as JsonRecord | undefined, fingerprint(tables))
    for (const warning of warnings) log(warning)
    if (!finished && epoch < Number(epochs)) {
      log(`${titles[pooling]} is not trained to the end: ${epoch} of ${Number(epochs)} epochs.`)
    }
    networks.push({ model, params })
  }
  return { settings, encoder, data: typeof data === 'string' ? data : undefined, seed: Number(seed), networks }
}

/** Where a network's checkpoints are. */
export function networkFolder(folder: string, pooling: SentimentModel['pooling']): string {
  return join(folder, pooling)
}
