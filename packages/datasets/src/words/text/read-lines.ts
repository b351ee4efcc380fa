// Lines of text, one at a time and each with its number: files of any size in the memory of their longest line.
import { loadBuiltin } from '../../arrays/builtin-module.ts'
import { FolderError, TextError } from '../../errors.ts'

/** One line, without its end. */
export interface TextLine {
  readonly text: string
  /** Of the line in its file, from 1. */
  readonly number: number
}

/** Bytes as they come: a file's path, or chunks, such as `process.stdin` or the body of a fetched response. */
export type TextSource = string | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** How to read lines. */
export interface ReadLinesOptions {
  /** What errors call the source; default the path, or `text`. */
  readonly name?: string
  /** Longest line that is taken, in bytes; default 16 MiB. Memory stays below a few times this. */
  readonly maximumLineBytes?: number
}

const lineFeed = 10
const carriageReturn = 13

/**
 * The lines of UTF-8 text as they arrive. Line ends are LF or CRLF, the last may be missing; a byte order mark at the
 * beginning is dropped.
 *
 * @throws TextError, naming source and line, for bytes that are not UTF-8 and for a line that is too long; FolderError for a
 *   file that cannot be read.
 */
export async function* readLines(source: TextSource, options: ReadLinesOptions = {}): AsyncGenerator<TextLine> {
  const { name = nameOfSource(source), maximumLineBytes = 2 ** 24 } = options
  const chunks = typeof source === 'string' ? readChunks(source) : source
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let number = 0
  let parts: Uint8Array[] = []
  let size = 0
  const keep = (part: Uint8Array): void => {
    size += part.length
    if (size > maximumLineBytes) failForLength(name, number + 1, maximumLineBytes)
    if (part.length > 0) parts.push(part)
  }
  const finish = (): TextLine => {
    const bytes = joinBytes(parts, size)
    parts = []
    size = 0
    number++
    const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length
    const text = decodeLine(decoder, bytes.subarray(0, end), name, number)
    return { text: number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text, number }
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      keep(chunk.subarray(start, end))
      yield finish()
      start = end + 1
    }
    // A copy: a stream may use its buffer again.
    keep(chunk.slice(start))
  }
  if (size > 0) yield finish()
}

/** What errors call a source that was given no name. */
export function nameOfSource(source: TextSource): string {
  return typeof source === 'string' ? source : 'text'
}

async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const { open } = loadBuiltin('node:fs/promises', `Reading ${path}`)
  const chunkSize = 2 ** 16
  try {
    const file = await open(path)
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(new Uint8Array(chunkSize), 0, chunkSize)
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause
    throw new FolderError(
      {
        what: path,
        expected: 'a file that can be read',
        received: cause.message,
        remedy: 'Check the path, and that you may read it.',
      },
      { cause },
    )
  }
}

function joinBytes(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array
  const joined = new Uint8Array(size)
  let position = 0
  for (const part of parts) {
    joined.set(part, position)
    position += part.length
  }
  return joined
}

function decodeLine(decoder: TextDecoder, bytes: Uint8Array, name: string, number: number): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    const at = findInvalid(bytes)
    const shown = [...bytes.subarray(at, at + 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    throw new TextError(
      {
        what: `${name}, line ${number}`,
        expected: 'text in UTF-8',
        received: `the bytes ${shown} after ${at} others`,
        remedy: 'Convert the file, for instance with: iconv -f latin1 -t utf-8.',
      },
      { cause },
    )
  }
}

/** Length of the longest valid beginning: where decoding fails. */
function findInvalid(bytes: Uint8Array): number {
  const tolerant = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const encoder = new TextEncoder()
  // A replacement character that stands in the text itself is the same bytes again, and passed over.
  let position = 0
  for (const character of tolerant) {
    const own = encoder.encode(character)
    if (own.some((byte, at) => bytes[position + at] !== byte)) return position
    position += own.length
  }
  return position
}

function failForLength(name: string, number: number, most: number): never {
  throw new TextError({
    what: `${name}, line ${number}`,
    expected: `a line of at most ${most} bytes`,
    received: 'a longer one',
    remedy: 'Check that this is a text file with line ends.',
  })
}
