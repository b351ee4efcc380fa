// The Smart Game Format, FF[1] to FF[4], as it is met: a tree of nodes with properties. Read in one pass without recursion,
// so that no nesting is too deep. https://www.red-bean.com/sgf/sgf4.html
import { SgfError, type TextPosition } from '../errors.ts'
import { decodeSgf } from './decode-text.ts'
import { locate } from './locate.ts'

/** A node of a game tree; its first child goes on with the main line, the others are variations. */
export interface SgfNode {
  /** Values by name (`B`, `AB`, `C`), escapes resolved. The long names of FF[3] (`Black`) are shortened to their capitals. */
  readonly properties: Map<string, string[]>
  readonly children: SgfNode[]
  /** Where the node begins in the text. */
  readonly offset: number
}

/** All games of a file. */
export interface SgfCollection {
  /** The root node of each game, at least one. */
  readonly games: readonly SgfNode[]
  /** Line and column of an offset, for messages. */
  locate(offset: number): TextPosition
}

/** Bounds on what is read. */
export interface ParseSgfOptions {
  /** Nodes in all games of a file together; default a million. */
  readonly maximumNodes?: number
}

/**
 * Reads a file's games. Text before, between and after game trees is passed over; unknown properties are kept.
 *
 * @param source text, or bytes whose encoding `decodeSgf` finds out.
 * @throws SgfError with line and column where there is no game, where a tree is cut off or malformed, and beyond the bounds.
 */
export function parseSgf(source: string | Uint8Array, options: ParseSgfOptions = {}): SgfCollection {
  const text = typeof source === 'string' ? source : decodeSgf(source)
  return {
    games: new SgfReader(text, options.maximumNodes ?? 1_000_000).readAll(),
    locate: (offset) => locate(text, offset),
  }
}

class SgfReader {
  readonly #text: string
  readonly #maximumNodes: number
  readonly #games: SgfNode[] = []
  /** The node at which each open parenthesis began, to return to at its end. */
  readonly #branches: { readonly node: SgfNode | undefined; readonly offset: number }[] = []
  #node: SgfNode | undefined
  #nodes = 0
  #at = 0

  constructor(text: string, maximumNodes: number) {
    this.#text = text
    this.#maximumNodes = maximumNodes
  }

  readAll(): SgfNode[] {
    while (this.#findTree()) this.#readTree()
    if (this.#games.length > 0) return this.#games
    const empty = this.#text.trim() === ''
    this.#fail(
      0,
      'a game tree, which begins with "(;"',
      empty ? 'an empty file' : 'text without one',
      'Give an SGF file.',
    )
  }

  /** Moves on to the next `(` that a node follows, if only after more parentheses. */
  #findTree(): boolean {
    const node = /;|[A-Z]{1,2}\[/y
    let start = this.#text.indexOf('(', this.#at)
    while (start >= 0) {
      let next = start
      while (this.#text[next] === '(' || isSpace(this.#text.charCodeAt(next))) next++
      node.lastIndex = next
      if (node.test(this.#text)) {
        this.#at = start
        return true
      }
      start = this.#text.indexOf('(', next)
    }
    return false
  }

  #readTree(): void {
    const text = this.#text
    do {
      const code = text.charCodeAt(this.#at)
      if (code === 0x28) this.#open()
      else if (code === 0x29) this.#close()
      else if (code === 0x3b) this.#addNode(this.#at++)
      else if (isLetter(code)) this.#readProperty()
      else if (isSpace(code)) this.#at++
      else this.#failInTree(code)
    } while (this.#branches.length > 0)
  }

  #open(): void {
    this.#branches.push({ node: this.#node, offset: this.#at })
    this.#at++
  }

  #close(): void {
    this.#node = this.#branches.pop()?.node
    this.#at++
  }

  #addNode(offset: number): SgfNode {
    if (++this.#nodes > this.#maximumNodes) {
      const bound = `at most ${this.#maximumNodes} nodes in a file`
      this.#fail(offset, bound, 'more', 'Split the file, or raise maximumNodes.')
    }
    const node: SgfNode = { properties: new Map(), children: [], offset }
    if (this.#node) this.#node.children.push(node)
    else this.#games.push(node)
    this.#node = node
    return node
  }

  #readProperty(): void {
    const text = this.#text
    const start = this.#at
    while (isNameCharacter(text.charCodeAt(this.#at))) this.#at++
    const written = text.slice(start, Math.min(this.#at, start + 64))
    const name = written.replace(/[a-z]/g, '') || written.toUpperCase()
    this.#skipSpace()
    if (text[this.#at] !== '[') {
      const found = this.#at < text.length ? JSON.stringify(text[this.#at]) : 'the end of the file'
      this.#fail(this.#at, `a value in brackets after the property ${written}`, found, 'Repair or leave out the file.')
    }
    // Some writers forget the semicolon of a branch's first node.
    const node = this.#node && !this.#justOpened() ? this.#node : this.#addNode(start)
    const values = node.properties.get(name) ?? []
    node.properties.set(name, values)
    while (text[this.#at] === '[') {
      values.push(this.#readValue())
      this.#skipSpace()
    }
  }

  /** Whether no node has been added since the last parenthesis opened. */
  #justOpened(): boolean {
    const last = this.#branches.at(-1)
    return last !== undefined && last.node === this.#node
  }

  /** The text between brackets; the position is then behind the closing one. */
  #readValue(): string {
    const text = this.#text
    const start = this.#at + 1
    let end = text.indexOf(']', start)
    while (end > 0 && isEscaped(text, end, start)) end = text.indexOf(']', end + 1)
    if (end < 0) {
      const remedy = 'The file is cut off, or a closing bracket is missing: fetch it again.'
      this.#fail(this.#at, 'a value that ends with "]"', 'the end of the file', remedy)
    }
    this.#at = end + 1
    return unescapeValue(text.slice(start, end))
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++
  }

  #failInTree(code: number): never {
    if (this.#at < this.#text.length) {
      const found = JSON.stringify(String.fromCharCode(code))
      this.#fail(this.#at, 'a property, a node (";") or a parenthesis', found, 'Repair or leave out the file.')
    }
    const opened = locate(this.#text, this.#branches.at(-1)?.offset ?? 0)
    const expected = `")" for the "(" of line ${opened.line}, column ${opened.column}`
    this.#fail(
      this.#at,
      expected,
      'the end of the file',
      'The file is cut off: fetch it again, or close its parentheses.',
    )
  }

  #fail(offset: number, expected: string, received: string, remedy: string): never {
    throw new SgfError(locate(this.#text, offset), { what: 'SGF', expected, received, remedy })
  }
}

/** Whether an odd number of backslashes stands before `at`. */
function isEscaped(text: string, at: number, start: number): boolean {
  let first = at
  while (first > start && text.charCodeAt(first - 1) === 0x5c) first--
  return (at - first) % 2 === 1
}

/** A backslash keeps the next character, or joins two lines; line ends become LF, other white space a space. */
function unescapeValue(raw: string): string {
  if (!/[\\\r\t\v\f]/.test(raw)) return raw
  return raw.replace(/\\(\r\n|\n\r|[\s\S])|\r\n?|[\t\v\f]/g, (all, escaped: string | undefined) => {
    if (escaped === undefined) return all[0] === '\r' ? '\n' : ' '
    if (/[\r\n]/.test(escaped)) return ''
    return /[\t\v\f]/.test(escaped) ? ' ' : escaped
  })
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}

function isNameCharacter(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39)
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xfeff || code === 0xa0 || code === 0
}
