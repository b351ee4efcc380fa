// Sentence pairs, one a line with a tab between the languages: the form of the Tatoeba project's "tab-delimited bilingual
// sentence pairs". Real files hold invisible characters, spaces of all kinds, and the odd broken line.
import { loadBuiltin } from '../../arrays/builtin-module.ts'
import { FolderError, TextError } from '../../errors.ts'
import { checkCount } from '../../options.ts'
import { nameOfSource, type ReadLinesOptions, readLines, type TextSource } from '../text/read-lines.ts'

/** A sentence and its translation. */
export interface SentencePair {
  readonly source: string
  readonly target: string
}

/** How to read pairs. */
export interface ReadPairsOptions extends ReadLinesOptions {
  /** Longest sentence that is taken, in characters (code points); default 1000. */
  readonly maximumCharacters?: number
  /**
   * Is told of each line that holds no pair, which is then passed over. Without it, the first such line is an error. (An
   * empty line is none.)
   */
  readonly onProblem?: (problem: TextError) => void
}

// Soft hyphens, zero-width characters, marks of direction, byte order marks, and control characters but the tab.
const invisible = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFFE\uFFFF]|(?!\t)\p{Cc}/gu

/**
 * A text as people see it: composed characters (NFC), nothing invisible, single spaces, none at the ends.
 */
export function cleanText(text: string): string {
  return text.normalize('NFC').replace(invisible, '').replace(/\s+/gu, ' ').trim()
}

/**
 * The pairs of a file, as they are read. What stands after a second tab, such as who wrote the sentence, is left out; both
 * sentences are cleaned by `cleanText`.
 *
 * @throws TextError for bytes that are not UTF-8, and, without `onProblem`, for a line without a tab, with an empty side, or
 *   with a sentence that is too long; FolderError for a file that cannot be read.
 */
export async function* readPairs(source: TextSource, options: ReadPairsOptions = {}): AsyncGenerator<SentencePair> {
  const { maximumCharacters = 1000, onProblem, name = nameOfSource(source) } = options
  checkCount('readPairs: maximumCharacters', maximumCharacters, 1)
  for await (const { text, number } of readLines(source, options)) {
    if (cleanText(text) === '') continue
    const pair = readPair(text, maximumCharacters)
    if (typeof pair !== 'string') {
      yield pair
      continue
    }
    const problem = new TextError({
      what: `${name}, line ${number}`,
      expected: `a sentence, a tab, and its translation, each of at most ${maximumCharacters} characters`,
      received: pair,
      remedy: 'Repair the line, or take it out.',
    })
    if (!onProblem) throw problem
    onProblem(problem)
  }
}

/** The pair of a line, or what is wrong with it. */
function readPair(text: string, most: number): SentencePair | string {
  const sides = text.split('\t')
  if (sides.length < 2) return `no tab in '${shorten(text)}'`
  const [source, target] = sides.map(cleanText) as [string, string]
  if (source === '' || target === '') return `nothing ${source === '' ? 'before' : 'after'} the tab`
  for (const side of [source, target]) {
    // Code units first: they are no fewer, and counted at once.
    const count = side.length > most ? [...side].length : 0
    if (count > most) return `${count} characters, '${shorten(side)}'`
  }
  return { source, target }
}

function shorten(text: string): string {
  const clean = cleanText(text.slice(0, 80))
  return clean.length > 40 ? `${clean.slice(0, 39)}…` : clean
}

/** The path of the one file of a folder that holds pairs: `*.txt` or `*.tsv`. @throws FolderError for none, or several */
export async function findPairsFile(folder: string): Promise<string> {
  const { readdir } = loadBuiltin('node:fs/promises', `findPairsFile('${folder}')`)
  const { join } = loadBuiltin('node:path', `findPairsFile('${folder}')`)
  const fail = (received: string, cause?: unknown): never => {
    throw new FolderError(
      {
        what: `Sentence pairs in ${folder}`,
        expected: 'one file *.txt or *.tsv with a sentence, a tab, and its translation on each line',
        received,
        remedy: 'Give the folder that holds cmn.txt, or a file like it.',
      },
      { cause },
    )
  }
  const names = await readdir(folder).catch((cause: unknown) => fail((cause as Error).message, cause))
  // Such archives come with an _about.txt.
  const found = names.filter((name) => /\.(txt|tsv)$/i.test(name) && !/^[_.]|^readme/i.test(name)).sort()
  if (found.length !== 1) return fail(found.length === 0 ? 'none' : found.slice(0, 6).join(', '))
  return join(folder, found[0] as string)
}
