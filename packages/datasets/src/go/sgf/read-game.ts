// The main line of a game tree as a game, every move and every setup checked against the rules.
import { RecipeError } from '@deep-recipe/core-tensor'
import { SgfError } from '../errors.ts'
import { applySetup, type GoGame, rulesOf } from '../games/game.ts'
import { encodeMove, encodeStep, type StepKind, stepKinds } from '../games/steps.ts'
import { Board } from '../rules/board.ts'
import { largestSize, smallestSize } from '../rules/geometry.ts'
import { parseSgfPoint } from '../rules/points.ts'
import { BLACK, type Colour, nameColour, PASS, WHITE } from '../rules/stones.ts'
import type { SgfCollection, SgfNode } from './parse-sgf.ts'

/**
 * The game of a root node: its first variation everywhere. Passes are `[]` or, on boards up to 19 × 19, `[tt]`.
 *
 * @param collection what `parseSgf` returned, for the line and column of complaints.
 * @throws SgfError for another game than Go, a board that is not square or of 2 to 25 lines, a point off the board, and a
 *   move or setup that the rules forbid.
 */
export function readGame(root: SgfNode, collection: Pick<SgfCollection, 'locate'>): GoGame {
  const reader = new GameReader(root, collection)
  return reader.read()
}

class GameReader {
  readonly #root: SgfNode
  readonly #collection: Pick<SgfCollection, 'locate'>
  readonly #steps: number[] = []
  #node: SgfNode
  #size = 19

  constructor(root: SgfNode, collection: Pick<SgfCollection, 'locate'>) {
    this.#root = root
    this.#node = root
    this.#collection = collection
  }

  read(): GoGame {
    this.#checkKind()
    this.#size = this.#readSize()
    const ruleset = this.#text('RU')
    const board = new Board(this.#size, rulesOf(ruleset))
    for (let node: SgfNode | undefined = this.#root; node; node = node.children[0]) {
      this.#node = node
      this.#readNode(board)
    }
    return {
      size: this.#size,
      steps: Uint16Array.from(this.#steps),
      komi: readNumber(this.#text('KM')),
      handicap: Math.max(0, Math.round(readNumber(this.#text('HA')) ?? 0)),
      result: this.#text('RE'),
      ruleset,
      black: { name: this.#text('PB'), rank: this.#text('BR') },
      white: { name: this.#text('PW'), rank: this.#text('WR') },
      date: this.#text('DT'),
    }
  }

  #readNode(board: Board): void {
    const begin = this.#steps.length
    for (const [name, values] of this.#node.properties) {
      if (name === 'AB') this.#setUp(stepKinds.setBlack, values)
      else if (name === 'AW') this.#setUp(stepKinds.setWhite, values)
      else if (name === 'AE') this.#setUp(stepKinds.setEmpty, values)
      else if (name === 'PL' && values[0]) this.#setTurn(values[0])
    }
    if (this.#steps.length > begin) this.#obey(() => applySetup(board, this.#steps, begin))
    for (const [name, values] of this.#node.properties) {
      if (name === 'B') this.#move(board, BLACK, values)
      else if (name === 'W') this.#move(board, WHITE, values)
    }
  }

  #move(board: Board, colour: Colour, values: readonly string[]): void {
    if (values.length !== 1) {
      this.#fail(
        `one point for ${nameColour(colour)}'s move`,
        `${values.length} points`,
        'Give each move a node of its own.',
      )
    }
    const written = (values[0] as string).trim()
    const pass = written === '' || (written === 'tt' && this.#size <= 19)
    const point = pass ? PASS : this.#point(written, `${nameColour(colour)}'s move ${board.moveNumber + 1}`)
    this.#obey(() => board.play(point, colour))
    this.#steps.push(encodeMove(colour, point))
  }

  #setUp(kind: StepKind, values: readonly string[]): void {
    for (const value of values) {
      const [from, to = from] = value.trim().split(':') as [string, string?]
      const first = this.#point(from, 'setup')
      const last = this.#point(to, 'setup')
      const rows = [Math.floor(first / this.#size), Math.floor(last / this.#size)].sort((left, right) => left - right)
      const columns = [first % this.#size, last % this.#size].sort((left, right) => left - right)
      for (let row = rows[0] as number; row <= (rows[1] as number); row++) {
        for (let column = columns[0] as number; column <= (columns[1] as number); column++) {
          this.#push(encodeStep(kind, row * this.#size + column))
        }
      }
    }
  }

  #setTurn(value: string): void {
    if (/^\s*(b|1)/i.test(value)) this.#push(encodeStep(stepKinds.blackToMove, 0))
    else if (/^\s*(w|2)/i.test(value)) this.#push(encodeStep(stepKinds.whiteToMove, 0))
  }

  /** A rectangle of four letters stands for hundreds of steps: without a bound a small file would fill the memory. */
  #push(step: number): void {
    this.#steps.push(step)
    if (this.#steps.length <= maximumSteps) return
    this.#fail(`at most ${maximumSteps} moves and setup stones`, 'more', 'Leave out the game.')
  }

  #point(text: string, role: string): number {
    const point = parseSgfPoint(text, this.#size)
    if (point !== undefined) return point
    const last = String.fromCharCode(96 + this.#size)
    const expected = `two letters from a to ${last} for ${role} on a board of ${this.#size} lines`
    this.#fail(expected, JSON.stringify(text.slice(0, 40)), 'Repair or leave out the game.')
  }

  #checkKind(): void {
    const kind = this.#text('GM')
    if (kind === undefined || Number.parseInt(kind, 10) === 1) return
    this.#fail('a game of Go, GM[1]', `GM[${kind.slice(0, 40)}]`, 'Leave out records of other games.')
  }

  #readSize(): number {
    const written = this.#text('SZ') ?? '19'
    const match = /^(\d{1,3})(?:\s*[:x]\s*(\d{1,3}))?$/i.exec(written)
    const size = Number(match?.[1])
    if (match && (match[2] === undefined || Number(match[2]) === size) && size >= smallestSize && size <= largestSize) {
      return size
    }
    const expected = `a square board of ${smallestSize} to ${largestSize} lines`
    this.#fail(expected, `SZ[${written.slice(0, 40)}]`, 'Leave out games on other boards.')
  }

  #text(name: string): string | undefined {
    return this.#root.properties.get(name)?.[0]?.trim() || undefined
  }

  /** Turns the rules' complaint into one that names the place in the file. */
  #obey(action: () => unknown): void {
    try {
      action()
    } catch (cause) {
      if (!(cause instanceof RecipeError)) throw cause
      const { expected, received } = cause
      const complaint = { what: cause.message.split(': expected')[0] ?? 'move', expected, received }
      const position = this.#collection.locate(this.#node.offset)
      throw new SgfError(position, { ...complaint, remedy: 'Repair or leave out the game.' }, { cause })
    }
  }

  #fail(expected: string, received: string, remedy: string): never {
    throw new SgfError(this.#collection.locate(this.#node.offset), { what: 'game', expected, received, remedy })
  }
}

const maximumSteps = 100_000

/** A number as records write it: `6.5`, `6,5`, `6.5目`. */
function readNumber(text: string | undefined): number | undefined {
  const number = Number.parseFloat((text ?? '').replace(',', '.'))
  return Number.isFinite(number) ? number : undefined
}
