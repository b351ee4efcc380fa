// The sentences of the app: to learn from, to validate with, and to test on; from files, or generated.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HostRandom, RecipeError } from '@deep-recipe/core-tensor'
import { generateTickets, readTaggedSentences, type TaggedSentence } from '@deep-recipe/datasets/words'

/** All sentences. */
export interface SlotData {
  /** For people: where they are from. */
  readonly source: string
  readonly train: readonly TaggedSentence[]
  /** A part of the training file, unless there is a file of its own: decides when to stop. */
  readonly validation: readonly TaggedSentence[]
  /** Nothing is ever chosen on these. */
  readonly test: readonly TaggedSentence[]
}

/** Generated sentences are the same in every run. */
const generated = { train: 600, validation: 150, test: 400, seed: 1 }
const splitSeed = 1
/** Sentences of a training file that are set aside to validate with: a tenth. */
const validationShare = 0.1

/**
 * Reads the files of a folder, or generates sentences about tickets.
 *
 * @param folder with one file named `…train….iob` and one `…test….iob` (or .conll, .txt), and perhaps a `…valid…` or `…dev…`.
 * @throws RecipeError for a folder without such files or with too few sentences; TextError, naming file and line, for what is
 *   not well-formed in them.
 */
export async function loadData(folder: string | undefined): Promise<SlotData> {
  if (folder === undefined) return generate()
  const files = await findFiles(folder)
  const train = await readAll(files.train)
  const test = await readAll(files.test)
  const source = `${train.length + test.length} sentences in ${folder}`
  if (files.validation) return { source, train, validation: await readAll(files.validation), test }
  return { source, ...setAside(train), test }
}

/**
 * The test sentences alone, those that `loadData` gives: a folder needs no other file for them.
 *
 * @throws as loadData does.
 */
export async function loadTestData(folder: string | undefined): Promise<Pick<SlotData, 'source' | 'test'>> {
  if (folder === undefined) return generate()
  const test = await readAll(findOnly('test', /test/i, await listFiles(folder), folder))
  return { source: `${test.length} sentences in ${folder}`, test }
}

function generate(): SlotData {
  const { train, validation, test, seed } = generated
  const sentences = generateTickets({ count: train + validation + test, seed })
  return {
    source: 'generated sentences about tickets',
    train: sentences.slice(0, train),
    validation: sentences.slice(train, train + validation),
    test: sentences.slice(train + validation),
  }
}

/** A random tenth for validation, the same in every run. */
function setAside(all: readonly TaggedSentence[]): Pick<SlotData, 'train' | 'validation'> {
  const count = Math.max(1, Math.round(validationShare * all.length))
  if (all.length < 10) {
    throw new RecipeError({
      what: 'The training sentences',
      expected: 'at least 10, of which a tenth is set aside for validation',
      received: String(all.length),
      remedy: 'Give more sentences, or put a file with "valid" in its name beside the others.',
    })
  }
  const aside = new Set(new HostRandom(splitSeed).permutation(all.length).subarray(0, count))
  return {
    train: all.filter((_, number) => !aside.has(number)),
    validation: all.filter((_, number) => aside.has(number)),
  }
}

type Files = { readonly train: string; readonly test: string; readonly validation: string | undefined }

async function findFiles(folder: string): Promise<Files> {
  const names = await listFiles(folder)
  const validation = /valid|dev/i
  return {
    train: findOnly('train', /train/i, names, folder),
    test: findOnly('test', /test/i, names, folder),
    validation: names.some((name) => validation.test(name)) ? findOnly('valid', validation, names, folder) : undefined,
  }
}

async function listFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /\.(iob|iob2|bio|conll|txt|tsv)$/i.test(name)).sort()
}

/** The path of the one file whose name says that it is this part. */
function findOnly(part: string, pattern: RegExp, names: readonly string[], folder: string): string {
  const [first, ...more] = names.filter((name) => pattern.test(name))
  if (first !== undefined && more.length === 0) return join(folder, first)
  throw new RecipeError({
    what: `The ${part} file in ${folder}`,
    expected: `one file with "${part}" in its name, such as atis.${part}.w-intent.iob`,
    received: describeNames(first === undefined ? names : [first, ...more]),
    remedy: 'Endings that are looked at: .iob, .iob2, .bio, .conll, .txt, .tsv.',
  })
}

function describeNames(names: readonly string[]): string {
  if (names.length === 0) return 'no file of that kind'
  return `${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}`
}

async function readAll(path: string): Promise<TaggedSentence[]> {
  const sentences: TaggedSentence[] = []
  for await (const { words, tags, intent } of readTaggedSentences(path)) sentences.push({ words, tags, intent })
  if (sentences.length > 0) return sentences
  throw new RecipeError({
    what: path,
    expected: 'at least one sentence',
    received: 'none',
    remedy: 'Check that the right file has this name.',
  })
}
