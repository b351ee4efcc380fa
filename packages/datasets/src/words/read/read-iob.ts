// Tagged sentences in the two forms in which they are handed round: a sentence a line, and a word a line. As they are read.
import { TextError } from '../../errors.ts'
import { nameOfSource, type ReadLinesOptions, readLines, type TextLine, type TextSource } from '../text/read-lines.ts'
import { splitWords } from '../text/tokenize.ts'

/** A sentence whose words have tags. */
export interface TaggedSentence {
  readonly words: readonly string[]
  /** One for each word: `O`, `B-slot` at the first word of a slot, `I-slot` at its further words. */
  readonly tags: readonly string[]
  /** What the sentence wants, where the text says it; several are joined with `#`, as in ATIS. */
  readonly intent: string | undefined
}

/** A tagged sentence and where it stands. */
export interface ReadSentence extends TaggedSentence {
  /** Of its (first) line, from 1. */
  readonly line: number
}

/**
 * `lines`: `BOS w1 … wn EOS`, a tab, `O t1 … tn INTENT`; items apart by any run of spaces; the item under EOS is the intent, or
 * `O` where there is none. `columns`: a word a line with its tag last, further columns between are passed over, sentences apart
 * by empty lines; the intent stands alone on the last line of a sentence, or before it as a comment `# intent: NAME`.
 */
export type IobFormat = 'lines' | 'columns'

/** How to read tagged sentences. */
export interface ReadIobOptions extends ReadLinesOptions {
  /** Default: as the first line looks, which is `lines` if it holds a tab and begins with BOS. */
  readonly format?: IobFormat
}

/**
 * The tagged sentences of a text, one at a time.
 *
 * @throws TextError, naming source and line: for tags that are not as many as words, a tag that is none, a sentence without
 *   words, a line that fits neither form, and bytes that are not UTF-8. FolderError for a file that cannot be read.
 */
export async function* readTaggedSentences(
  source: TextSource,
  options: ReadIobOptions = {},
): AsyncGenerator<ReadSentence> {
  const name = options.name ?? nameOfSource(source)
  let format = options.format
  const columns = new ColumnReader(name)
  for await (const line of readLines(source, options)) {
    const isEmpty = splitWords(line.text).length === 0
    if (!format && !isEmpty) format = /^\s*BOS\s.*\t/.test(line.text) ? 'lines' : 'columns'
    if (format === 'columns') {
      const sentence = columns.take(line, isEmpty)
      if (sentence) yield sentence
    } else if (!isEmpty) yield parseLine(line, name)
  }
  const last = columns.finish()
  if (last) yield last
}

/** `BOS w1 … wn EOS`, a tab, `O t1 … tn INTENT`. */
function parseLine({ text, number }: TextLine, name: string): ReadSentence {
  const fail = (expected: string, received: string): never => failAt(name, number, expected, received)
  const [left = '', right, ...more] = text.split('\t')
  if (right === undefined) fail('a tab between words and tags', 'a line without')
  if (more.length > 0) fail('one tab, between words and tags', `${more.length + 1} tabs`)
  const items = splitWords(left)
  if (items[0] !== 'BOS' || items.at(-1) !== 'EOS' || items.length < 2) {
    fail('words between BOS and EOS', `'${items.slice(0, 3).join(' ')} … ${items.at(-1) ?? ''}'`)
  }
  const words = items.slice(1, -1)
  const labels = splitWords(right as string)
  if (labels.length !== items.length) {
    fail(`${items.length} tags, one for each word, BOS and EOS`, `${labels.length}`)
  }
  if (labels[0] !== 'O') fail('the tag O for BOS', `'${labels[0]}'`)
  if (words.length === 0) fail('at least one word between BOS and EOS', 'none')
  const tags = labels.slice(1, -1)
  for (const tag of tags) checkTag(tag, name, number)
  const intent = labels.at(-1)
  return { words, tags, intent: intent === 'O' ? undefined : intent, line: number }
}

/** Collects the lines of sentences in columns. */
class ColumnReader {
  readonly #name: string
  #words: string[] = []
  #tags: string[] = []
  #intent: string | undefined
  #line = 0
  /** The line on which the intent stood alone: nothing may follow in this sentence. */
  #closedAt = 0

  constructor(name: string) {
    this.#name = name
  }

  /** Takes a line; gives the sentence that it ends, if it does. */
  take({ text, number }: TextLine, isEmpty: boolean): ReadSentence | undefined {
    if (isEmpty) return this.finish()
    const items = splitWords(text)
    const comment = /^#\s*([A-Za-z_-]+):\s*(\S*)/.exec(text)
    if (comment && this.#words.length === 0) {
      if (comment[1] === 'intent' && comment[2]) this.#intent = comment[2]
      return undefined
    }
    if (items[0] === '-DOCSTART-') return undefined
    if (this.#closedAt > 0) failAt(this.#name, number, 'an empty line after the intent', `'${text.trim()}'`)
    this.#line ||= number
    if (items.length === 1) {
      if (this.#words.length === 0) failAt(this.#name, number, 'a word and its tag', `'${items[0]}' alone`)
      this.#intent = items[0]
      this.#closedAt = number
      return undefined
    }
    const tag = items.at(-1) as string
    checkTag(tag, this.#name, number)
    this.#words.push(items[0] as string)
    this.#tags.push(tag)
    return undefined
  }

  /** The sentence so far, if there is any. */
  finish(): ReadSentence | undefined {
    const [words, tags, intent, line] = [this.#words, this.#tags, this.#intent, this.#line]
    this.#words = []
    this.#tags = []
    this.#line = 0
    this.#closedAt = 0
    if (words.length === 0) return undefined
    this.#intent = undefined
    return { words, tags, intent, line }
  }
}

function checkTag(tag: string, name: string, line: number): void {
  if (/^(O|[BI]-.+)$/.test(tag)) return
  failAt(name, line, 'tags such as O, B-city and I-city', `'${tag}'`)
}

function failAt(name: string, line: number, expected: string, received: string): never {
  throw new TextError({
    what: `${name}, line ${line}`,
    expected,
    received,
    remedy: 'Correct the line, or leave it out.',
  })
}
