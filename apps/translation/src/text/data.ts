// The pairs to train on, to validate with and to test with. No sentence of a test is in the training, in either language.

import { UsageError } from '@deep-recipe/app-kit'
import { HostRandom } from '@deep-recipe/core-tensor'
import {
  cleanText,
  findPairsFile,
  generatePhrasePairs,
  readPairs,
  type SentencePair,
} from '@deep-recipe/datasets/words'
import { splitSentence } from './languages.ts'

/** An English sentence and its Chinese translation. */
export interface Pair {
  readonly en: string
  readonly zh: string
}

/** Pairs in three parts. */
export interface PairSplits {
  /** Where they come from, in a few words. */
  readonly source: string
  readonly train: readonly Pair[]
  readonly validation: readonly Pair[]
  readonly test: readonly Pair[]
  /** Lines that were passed over: a sentence for each of the first ones, and how many there are. */
  readonly problems: readonly string[]
}

/** Which data. */
export interface DataSettings {
  /** The folder of a file with tab-separated pairs; undefined for generated phrases. */
  readonly folder: string | undefined
  /** Pairs to generate. */
  readonly generated: number
  /** The most pairs to train on. */
  readonly trainSize: number | undefined
  /** Sentences of more symbols than this (words, characters) are left out. */
  readonly longest: number
  readonly seed: number
}

const shownProblems = 5

/** Reads or generates the pairs, and divides them. Throws a UsageError where there are too few, and the errors of `readPairs`. */
export async function loadPairs(settings: DataSettings): Promise<PairSplits> {
  const { folder, generated, seed, longest } = settings
  if (folder === undefined) {
    const pairs = generatePhrasePairs({ count: generated, seed }).map(toPair)
    return { source: 'generated phrases', problems: [], ...splitPairs(pairs, settings) }
  }
  const path = await findPairsFile(folder)
  const problems: string[] = []
  let broken = 0
  let long = 0
  const pairs: Pair[] = []
  const onProblem = (problem: Error): void => {
    if (broken++ < shownProblems) problems.push(problem.message)
  }
  for await (const read of readPairs(path, { onProblem })) {
    const pair = toPair(read)
    if (Math.max(splitSentence(pair.en, 'en').length, splitSentence(pair.zh, 'zh').length) > longest) long++
    else pairs.push(pair)
  }
  if (broken > shownProblems) problems.push(`${broken} lines hold no pair; the first ${shownProblems} are named above.`)
  if (long > 0) problems.push(`${long} pairs are longer than ${longest} words or characters, and left out.`)
  if (pairs.length < 50) {
    throw new UsageError({
      what: path,
      expected: 'at least 50 pairs: English, a tab, Chinese',
      received: `${pairs.length}${broken > 0 ? `, and ${broken} lines that hold none` : ''}`,
      remedy: problems[0] ?? 'Give a larger file.',
    })
  }
  requireChinese(pairs, path)
  return { source: path, problems, ...splitPairs(pairs, settings) }
}

function toPair({ source, target }: SentencePair): Pair {
  return { en: source, zh: target }
}

/** A file with the columns the other way round would train without complaint. */
function requireChinese(pairs: readonly Pair[], path: string): void {
  const han = pairs.filter(({ zh }) => /\p{Script=Han}/u.test(zh)).length
  if (han * 2 >= pairs.length) return
  throw new UsageError({
    what: path,
    expected: 'English before the tab and Chinese after it',
    received: `Chinese characters after it in ${han} of ${pairs.length} lines`,
    remedy: 'Turn the columns round, or give a file of English and Chinese.',
  })
}

/**
 * Divides pairs by sentence: pairs that share a sentence in either language stay together, so that nothing of the test was seen
 * in training. A twentieth, at most 1500 pairs, is for the test, and at most 500 for validation.
 */
export function splitPairs(
  pairs: readonly Pair[],
  { seed, trainSize }: Pick<DataSettings, 'seed' | 'trainSize'>,
): Pick<PairSplits, 'train' | 'validation' | 'test'> {
  const groups = groupBySentence(removeRepeated(pairs))
  const order = new HostRandom(seed).permutation(groups.length)
  const test: Pair[] = []
  const validation: Pair[] = []
  const train: Pair[] = []
  const testSize = Math.min(1500, Math.ceil(pairs.length / 20))
  const validationSize = Math.min(500, Math.ceil(pairs.length / 50))
  for (const at of order) {
    const group = groups[at] as Pair[]
    // A large group (`Hello.` in all its translations) belongs to what is learnt.
    const small = group.length <= 8
    if (small && test.length < testSize) test.push(...group)
    else if (small && validation.length < validationSize) validation.push(...group)
    else train.push(...group)
  }
  return { train: trainSize === undefined ? train : train.slice(0, trainSize), validation, test }
}

function removeRepeated(pairs: readonly Pair[]): Pair[] {
  const known = new Map(pairs.map((pair) => [`${pair.en}\t${pair.zh}`, pair]))
  return [...known.values()]
}

/** Pairs that are connected by sentences: union–find over both sides. */
function groupBySentence(pairs: readonly Pair[]): Pair[][] {
  const parents = pairs.map((_, at) => at)
  const find = (at: number): number => {
    let root = at
    while (parents[root] !== root) root = parents[root] as number
    for (let next = at; next !== root; ) {
      const after = parents[next] as number
      parents[next] = root
      next = after
    }
    return root
  }
  const first = new Map<string, number>()
  pairs.forEach((pair, at) => {
    for (const key of [`en ${normalize(pair.en)}`, `zh ${normalize(pair.zh)}`]) {
      const other = first.get(key)
      if (other === undefined) first.set(key, at)
      else parents[find(at)] = find(other)
    }
  })
  const groups = new Map<number, Pair[]>()
  pairs.forEach((pair, at) => {
    const root = find(at)
    groups.set(root, [...(groups.get(root) ?? []), pair])
  })
  return [...groups.values()]
}

/** Sentences that differ in case, spaces or marks alone are the same. */
function normalize(text: string): string {
  return cleanText(text)
    .toLowerCase()
    .replace(/[\s\p{P}]+/gu, ' ')
    .trim()
}
