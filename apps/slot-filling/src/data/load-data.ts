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
  const names = (await readdir(folder)).filter((name) => /\.(iob|iob2|bio|conll|txt|tsv)$/i.test(name)).sort()
  const find = (pattern: RegExp): string[] => names.filter((name) => pattern.test(name))
  const only = (part: string, pattern: RegExp): string => {
    const [first, ...more] = find(pattern)
    if (first !== undefined && more.length === 0) return join(folder, first)
    throw new RecipeError({
      what: `The ${part} file in ${folder}`,
      expected: `one file with "${part}" in its name, such as atis.${part}.w-intent.iob`,
      received: first === undefined ? describeNames(names) : describeNames([first, ...more]),
      remedy: 'Endings that are looked at: .iob, .iob2, .bio, .conll, .txt, .tsv.',
    })
  }
  const validation = find(/valid|dev/i)
  return {
    train: only('train', /train/i),
    test: only('test', /test/i),
    validation: validation.length > 0 ? only('valid', /valid|dev/i) : undefined,
  }
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
