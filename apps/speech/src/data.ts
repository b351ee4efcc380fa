// Which recording is for what: to train on, to watch the training with, to test on. They never mix.

import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { UsageError } from '@deep-recipe/app-kit'
import { RecipeError } from '@deep-recipe/core-tensor'
import { generateSpokenDigits, readSpokenDigitFolder, type SpokenDigit } from '@deep-recipe/datasets/sound'
import { rate, toSamples } from './hearing.ts'
import { groupBySpeaker, type Recordings } from './strings.ts'

/** All recordings, at the network's rate. */
export interface SpeechData {
  /** For people: where they are from, and what is tested on. */
  readonly source: string
  readonly train: Recordings
  readonly validation: Recordings
  readonly test: Recordings
}

/** What to load. */
export interface DataOptions {
  /** A folder of recordings; without it, digits are synthesized. */
  readonly folder: string | undefined
  /** A folder of recordings to test on. */
  readonly testFolder: string | undefined
  /** A speaker to be tested on alone. */
  readonly leaveOut: string | undefined
  /** Is told how many of how many recordings are read. */
  readonly progress?: (done: number, total: number) => void
}

/** The official test part of the free spoken digit dataset: takes 0 to 4. */
const officialTestTakes = 5
/** Every tenth take watches the training. */
const validationShare = 10

/**
 * Reads or synthesizes the recordings.
 *
 * Synthesized digits and recordings are split by take: those of the test folder, else
 * takes 0 to 4 (the official rule), else every tenth. With `leaveOut` all takes of that speaker are tested on, and none is seen before.
 *
 * @throws FolderError and SoundError of the reader; UsageError for a speaker whom nobody knows; RecipeError for too few recordings
 */
export async function loadSpeechData(options: DataOptions): Promise<SpeechData> {
  const { folder, leaveOut, progress } = options
  if (folder === undefined) return synthesizeData(leaveOut)
  const recordings = await readRecordings(folder, progress)
  const testFolder = options.testFolder ?? (await findSibling(folder))
  const official = testFolder === undefined ? undefined : await readRecordings(testFolder, progress)
  if (leaveOut !== undefined) {
    const all = [...recordings, ...(official ?? [])]
    return splitBySpeaker(all, leaveOut, `${all.length} recordings in ${folder}${official ? ` and ${testFolder}` : ''}`)
  }
  if (official) {
    const { kept, aside } = setAside(recordings)
    const source = `${recordings.length} recordings in ${folder}; ${official.length} to test on in ${testFolder}`
    return finish(folder, { source, train: kept, validation: aside, test: official })
  }
  const hasOfficial = recordings.some(({ take }) => take >= officialTestTakes)
  const { kept: rest, aside: test } = hasOfficial
    ? partition(recordings, ({ take }) => take < officialTestTakes)
    : setAside(recordings)
  const { kept, aside } = setAside(rest)
  const source = `${recordings.length} recordings in ${folder}, ${test.length} of them to test on`
  return finish(folder, { source, train: kept, validation: aside, test })
}

/** Eight voices; like the recordings, they are tested on takes of their own. */
function synthesizeData(leaveOut: string | undefined): SpeechData {
  const all = generateSpokenDigits({ speakers: 8, takes: 6, rate, seed: 1 })
  if (leaveOut !== undefined) return splitBySpeaker(all, leaveOut, 'synthesized digits')
  const { kept, aside: test } = partition(all, ({ take }) => take < 2)
  const { kept: train, aside: validation } = partition(kept, ({ take }) => take === 2)
  const source = 'synthesized digits of 8 voices, tested on other takes than they are trained on'
  return finish('', { source, train, validation, test })
}

async function readRecordings(folder: string, progress: DataOptions['progress']): Promise<SpokenDigit[]> {
  const recordings = await readSpokenDigitFolder(folder, progress)
  return recordings.map((one) => ({ ...one, sound: { rate, samples: toSamples(one.sound) } }))
}

/** The folder NAME-test beside a folder NAME, if it is there. */
async function findSibling(folder: string): Promise<string | undefined> {
  const path = resolve(folder)
  const sibling = join(dirname(path), `${basename(path)}-test`)
  const found = await stat(sibling).catch(() => undefined)
  return found?.isDirectory() ? sibling : undefined
}

function splitBySpeaker(recordings: readonly SpokenDigit[], leaveOut: string, where: string): SpeechData {
  const speakers = [...groupBySpeaker(recordings).keys()]
  if (!speakers.includes(leaveOut) || speakers.length < 2) {
    throw new UsageError({
      what: '--leave-out',
      expected: `one of several speakers: ${speakers.join(', ')}`,
      received: leaveOut,
      remedy: 'Check the spelling.',
    })
  }
  const { kept, aside: test } = partition(recordings, ({ speaker }) => speaker === leaveOut)
  const { kept: train, aside: validation } = setAside(kept)
  const source = `${where}, tested on all ${test.length} of ${leaveOut}, who is not trained on`
  return finish(where, { source, train, validation, test })
}

/** Of each speaker and digit, sets every tenth take aside, at least one. */
function setAside(recordings: readonly SpokenDigit[]): { kept: SpokenDigit[]; aside: SpokenDigit[] } {
  const counts = new Map<string, number>()
  return partition(recordings, ({ speaker, digit }) => {
    const name = `${digit} ${speaker}`
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    return count % validationShare === 1
  })
}

function partition(
  recordings: readonly SpokenDigit[],
  isAside: (one: SpokenDigit) => boolean,
): { kept: SpokenDigit[]; aside: SpokenDigit[] } {
  const aside = new Set(recordings.filter(isAside))
  return { kept: recordings.filter((one) => !aside.has(one)), aside: [...aside] }
}

function finish(
  folder: string,
  parts: { readonly source: string } & { readonly [Part in 'train' | 'validation' | 'test']: readonly SpokenDigit[] },
): SpeechData {
  const { source, train, validation, test } = parts
  for (const [name, part] of Object.entries({ train, validation, test })) {
    if (part.length > 0) continue
    throw new RecipeError({
      what: `The recordings in ${folder}`,
      expected: `some to ${name === 'train' ? 'train' : name === 'test' ? 'test' : 'watch the training'} on: at least three takes of each digit`,
      received: `${train.length + validation.length + test.length} in all, none left for that`,
      remedy: 'Record more takes, or give a folder to test on with --test.',
    })
  }
  return { source, train: groupBySpeaker(train), validation: groupBySpeaker(validation), test: groupBySpeaker(test) }
}
