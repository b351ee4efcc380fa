// Sentences of two polarities, as Pang and Lee published them (ACL 2005): a file of positive ones and a file of negative ones.
import { loadBuiltin } from '../../arrays/builtin-module.ts'
import { listFolder } from '../../arrays/list-folder.ts'
import { FolderError } from '../../errors.ts'
import { type ReadLinesOptions, readLines, type TextSource } from '../text/read-lines.ts'
import { splitWords } from '../text/tokenize.ts'

/** A sentence that praises or finds fault. */
export interface PolarSentence {
  readonly words: readonly string[]
  readonly positive: boolean
}

/**
 * The sentences of one file, as they are read: one a line, words apart by spaces. Empty lines are passed over.
 *
 * @throws TextError for bytes that are not UTF-8, FolderError for a file that cannot be read.
 */
export async function* readPolarSentences(
  source: TextSource,
  positive: boolean,
  options: ReadLinesOptions = {},
): AsyncGenerator<PolarSentence> {
  for await (const { text } of readLines(source, options)) {
    const words = splitWords(text)
    if (words.length > 0) yield { words, positive }
  }
}

/**
 * All sentences of a folder with one file `*.pos` and one `*.neg`: first the positive ones, then the negative ones, each in
 * the order of its file.
 *
 * @throws FolderError where a file is missing, not the only one of its kind, or holds no sentence; TextError for bytes that
 *   are not UTF-8.
 */
export async function readPolarityFolder(folder: string): Promise<PolarSentence[]> {
  const [positivePath, negativePath] = await findFiles(folder)
  const positive = await collect(positivePath, true)
  const negative = await collect(negativePath, false)
  return [...positive, ...negative]
}

async function findFiles(folder: string): Promise<[positive: string, negative: string]> {
  const { join } = loadBuiltin('node:path', `readPolarityFolder('${folder}')`)
  const names = await listFolder(folder, {
    what: `readPolarityFolder('${folder}')`,
    expected: 'a folder with a file *.pos and a file *.neg',
    remedy: 'Give the folder that holds rt-polarity.pos and rt-polarity.neg, or files like them.',
  })
  const find = (end: string): string => {
    const found = names.filter((name) => name.endsWith(end)).sort()
    if (found.length === 1) return join(folder, found[0] as string)
    throw new FolderError({
      what: `*${end} in ${folder}`,
      expected: 'one file',
      received: found.length === 0 ? 'none' : found.slice(0, 6).join(', '),
      remedy: 'Put one file of positive sentences (.pos) and one of negative ones (.neg) there.',
    })
  }
  return [find('.pos'), find('.neg')]
}

async function collect(path: string, positive: boolean): Promise<PolarSentence[]> {
  const sentences: PolarSentence[] = []
  for await (const sentence of readPolarSentences(path, positive)) sentences.push(sentence)
  if (sentences.length > 0) return sentences
  throw new FolderError({
    what: path,
    expected: 'at least one sentence',
    received: 'none',
    remedy: 'Fetch the file again.',
  })
}
