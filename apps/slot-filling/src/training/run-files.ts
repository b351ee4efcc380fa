// What a run keeps beside its checkpoints: the words, tags and intents that its numbers stand for. And the guard that no
// checkpoint of other words, or of another network, is ever taken for one of these.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RecipeError, randomKey } from '@deep-recipe/core-tensor'
import {
  type Callback,
  CheckpointError,
  type HostParams,
  type JsonRecord,
  loadLatestCheckpoint,
  placeTensors,
  writeFileAtomically,
} from '@deep-recipe/training'
import type { Tagger } from '../network/tagger.ts'
import type { Variant } from '../options.ts'
import { type Coder, type CoderRecord, makeCoder, toCoderRecord } from '../text/coder.ts'
import { keepBestName, readValidationRecord, type ValidationRecord } from './keep-best.ts'

const fileName = 'words.json'

/** Writes the coder of a run. */
export async function saveCoder(folder: string, coder: Coder): Promise<void> {
  await writeFileAtomically(join(folder, fileName), `${JSON.stringify(toCoderRecord(coder))}\n`)
}

/**
 * The coder of a run.
 *
 * @throws RecipeError where the file is missing or damaged.
 */
export async function loadCoder(folder: string): Promise<Coder> {
  const path = join(folder, fileName)
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as Partial<CoderRecord>
    const lists = [record.words, record.trigrams, record.tags, record.intents]
    const isWhole = lists.every((list) => Array.isArray(list) && list.every((item) => typeof item === 'string'))
    if (!isWhole || !Number.isSafeInteger(record.width))
      throw new Error('lists of words, trigrams, tags and intents are missing')
    return makeCoder(record as CoderRecord)
  } catch (cause) {
    throw new RecipeError(
      {
        what: path,
        expected: 'the words, tags and intents of the run, as train writes them',
        received: (cause as Error).message,
        remedy: 'Train again, or name the folder of a whole run with --out.',
      },
      { cause },
    )
  }
}

/** A digest of all that the numbers of a coder mean. */
export function digestCoder(coder: Coder): string {
  return createHash('sha256')
    .update(JSON.stringify(toCoderRecord(coder)))
    .digest('hex')
    .slice(0, 16)
}

const guardName = 'words'

/** Writes into each checkpoint what it belongs to, and refuses to resume from one that belongs to something else. */
export function guardCheckpoints(coder: Coder, variant: Variant): Callback {
  const own = { coder: digestCoder(coder), model: variant.model, hashing: variant.hashing }
  return { name: guardName, save: () => own, restore: (state) => requireSame(own, state) }
}

function requireSame(own: JsonRecord, saved: JsonRecord): void {
  for (const [name, value] of Object.entries(own)) {
    if (saved[name] === value) continue
    throw new CheckpointError({
      what: `The checkpoint's ${name === 'coder' ? 'words, tags and intents' : name}`,
      expected: name === 'coder' ? "those of this run's training data" : `${value}, as in this run`,
      received: name === 'coder' ? 'others' : String(saved[name] ?? 'none'),
      remedy: 'Put the checkpoint back where it was trained, or train again.',
    })
  }
}

/** A trained network as its checkpoint holds it. */
export interface LoadedTagger {
  readonly params: HostParams
  readonly validation: ValidationRecord
  /** Whole epochs done. */
  readonly epoch: number
  readonly finished: boolean
  readonly warnings: readonly string[]
}

/**
 * The best parameters of a network of a run so far.
 *
 * @returns undefined where there is no checkpoint yet.
 * @throws CheckpointError for a checkpoint of another network or other words.
 */
export async function loadTagger(
  folder: string,
  tagger: Tagger,
  coder: Coder,
  variant: Variant,
): Promise<LoadedTagger | undefined> {
  const { checkpoint, warnings } = await loadLatestCheckpoint(folder)
  if (!checkpoint) return undefined
  const { state, tensors, epoch } = checkpoint
  const callbacks = (state.callbacks ?? {}) as JsonRecord
  guardCheckpoints(coder, variant).restore?.((callbacks[guardName] ?? {}) as JsonRecord)
  const like = tagger.init(randomKey(0), [1, coder.width])
  return {
    params: placeTensors(like, tensors, state.hasBest ? 'best' : 'params'),
    validation: readValidationRecord(callbacks[keepBestName]),
    epoch,
    finished: (state.run as JsonRecord | undefined)?.finished === true,
    warnings,
  }
}
