// Codes the position on a board, and those that follow it: what is known of moves and ladders is kept from one position to the
// next, and looked at again only where a move has changed something.
import type { Board } from '../rules/board.ts'
import { isEye } from '../rules/eyes.ts'
import { type Geometry, geometryOf } from '../rules/geometry.ts'
import { BLACK, type Colour, EMPTY, opponentOf } from '../rules/stones.ts'
import { MoveExaminer } from './examine-move.ts'
import type { Feature } from './features.ts'
import { codeMove, codeStone, KO, LADDER_CAPTURE, LADDER_ESCAPE, LEGAL } from './position-code.ts'
import { LadderMemo } from './remember-ladders.ts'

/** What codes are to say besides the stones. */
export interface CodeContents {
  readonly moves: boolean
  readonly ladderCaptures: boolean
  readonly ladderEscapes: boolean
}

/** What codes must say for some features. */
export function contentsFor(features: readonly Feature[]): CodeContents {
  const ladderCaptures = features.includes('ladder-capture')
  const ladderEscapes = features.includes('ladder-escape')
  const moves = features.some((feature) => featuresOfMoves.includes(feature))
  // A ladder is only worth a legal move.
  return { ladderCaptures, ladderEscapes, moves: moves || ladderCaptures || ladderEscapes }
}

const featuresOfMoves: readonly Feature[] = [
  'capture-size',
  'self-atari-size',
  'liberties-after-move',
  'sensibleness',
  'legal',
]

/** The moves of one colour. */
interface KnownMoves {
  /** Of shape [area]: the codes of moves on empty points, whatever the ko. */
  readonly codes: Uint16Array
  /** Of shape [area + 1]: 1 where a move must be looked at again. */
  readonly stale: Uint8Array
}

/** Codes positions of the board it is attached to. */
export class PositionCoder {
  readonly #geometry: Geometry
  readonly #contents: CodeContents
  readonly #examiner: MoveExaminer
  readonly #ladders: LadderMemo
  readonly #black: KnownMoves
  readonly #white: KnownMoves
  /** Of shape [area]: the code of a move that touches no stone. */
  readonly #lonely: Uint16Array
  /** Chains that ladders are about, by one stone of each: reading changes which one is the head. */
  readonly #endangered: Int16Array
  #board: Board

  constructor(board: Board, contents: CodeContents) {
    const geometry = geometryOf(board.size)
    const { area, neighbours } = geometry
    this.#geometry = geometry
    this.#contents = contents
    this.#board = board
    this.#examiner = new MoveExaminer(board)
    this.#ladders = new LadderMemo(board)
    const makeMoves = (): KnownMoves => ({ codes: new Uint16Array(area), stale: new Uint8Array(area + 1) })
    this.#black = makeMoves()
    this.#white = makeMoves()
    this.#endangered = new Int16Array(area)
    this.#lonely = Uint16Array.from({ length: area }, (_, point) => {
      const open = neighbours.subarray(4 * point, 4 * point + 4).filter((other) => other < area)
      return codeMove(true, 0, 1, open.length)
    })
    this.attach(board)
  }

  /** Goes over to a board of the same size, or to anything else on the same board: nothing is known of it. */
  attach(board: Board): void {
    this.#board = board
    this.#examiner.attach(board)
    this.#ladders.attach(board)
    this.#forgetMoves()
  }

  /** To be told after a move on the board, which is no pass and not yet forgotten. */
  follow(point: number): void {
    if (!this.#contents.moves) return
    const { chains, stones, rules, taken } = this.#board
    // Suicide is rare. Superko forbids what has nothing to do with stones nearby.
    if (stones[point] === EMPTY || rules.ko === 'superko') {
      this.attach(this.#board)
      return
    }
    this.#ladders.follow(point, taken)
    this.#markLiberties(chains.heads[point] as number)
    this.#markAround(point)
    for (const each of taken) this.#markAround(each)
  }

  /** Writes the code of each point, seen by `colour`, into `output` from `start` on. */
  write(colour: Colour, output: Uint16Array, start: number): void {
    const { stones, chains, placedAt, moveNumber, koPoint, koColour, rules } = this.#board
    const { heads, libertyCount } = chains
    const { area } = this.#geometry
    const { ladderCaptures, ladderEscapes } = this.#contents
    const { codes, stale } = colour === BLACK ? this.#black : this.#white
    let endangered = 0
    for (let point = 0; point < area; point++) {
      const stone = stones[point] as number
      if (stone !== EMPTY) {
        const own = stone === colour
        const head = heads[point] as number
        const liberties = libertyCount[head] as number
        const played = placedAt[point] as number
        output[start + point] = codeStone(own, played === 0 ? 8 : moveNumber - played + 1, liberties)
        if (head === point && (own ? ladderEscapes && liberties === 1 : ladderCaptures && liberties === 2)) {
          this.#endangered[endangered++] = point
        }
        continue
      }
      if (stale[point] !== 0) {
        stale[point] = 0
        codes[point] = this.#look(point, colour)
      }
      output[start + point] = codes[point] as number
    }
    if (koPoint >= 0 && koColour === colour) {
      output[start + koPoint] = rules.ko === 'simple' ? KO : (output[start + koPoint] as number) | KO
    }
    this.#addLadders(colour, endangered, output, start)
  }

  #look(point: number, colour: Colour): number {
    const board = this.#board
    const examiner = this.#examiner
    if (!examiner.look(point, colour)) return 0
    if (board.rules.ko === 'superko' && !board.isLegal(point, colour)) return 0
    return codeMove(!isEye(board, point, colour), examiner.captured, examiner.stones, examiner.liberties)
  }

  /** Reads ladders about the first `count` chains of those in danger. */
  #addLadders(colour: Colour, count: number, output: Uint16Array, start: number): void {
    const { stones, chains } = this.#board
    const ladders = this.#ladders
    const opponent = opponentOf(colour)
    for (let each = 0; each < count; each++) {
      const prey = this.#endangered[each] as number
      const head = chains.heads[prey] as number
      const first = chains.findLiberty(head)
      if (stones[prey] === opponent) {
        for (const point of [first, chains.findLiberty(head, first + 1)]) {
          const code = output[start + point] as number
          if ((code & (LEGAL | LADDER_CAPTURE)) !== LEGAL || !ladders.captures(point, prey, colour)) continue
          output[start + point] = code | LADDER_CAPTURE
        }
        continue
      }
      for (const point of [first, ...ladders.findCounterCaptures(prey, opponent)]) {
        const code = output[start + point] as number
        if ((code & (LEGAL | LADDER_ESCAPE)) !== LEGAL || !ladders.escapes(point, prey, opponent)) continue
        output[start + point] = code | LADDER_ESCAPE
      }
    }
  }

  #forgetMoves(): void {
    const { neighbours, area } = this.#geometry
    const { stones, rules } = this.#board
    const { codes, stale } = this.#black
    if (this.#contents.moves) {
      codes.set(this.#lonely)
      stale.fill(rules.ko === 'superko' ? 1 : 0)
      for (let point = 0; point < area; point++) {
        if (stones[point] === EMPTY) continue
        for (let at = 4 * point; at < 4 * point + 4; at++) stale[neighbours[at] as number] = 1
      }
    }
    this.#white.codes.set(codes)
    this.#white.stale.set(stale)
  }

  /** Marks the moves that a stone may have changed which was played or taken: those that touch a chain around it or are near it. */
  #markAround(point: number): void {
    const { heads } = this.#board.chains
    const { neighbours, diagonals } = this.#geometry
    let before = -1
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      const head = heads[neighbour] as number
      if (head >= 0 && head !== before) this.#markLiberties(head)
      before = head
      this.#mark(neighbour)
      // Whether it is an eye.
      this.#mark(diagonals[at] as number)
    }
    this.#mark(point)
  }

  #markLiberties(head: number): void {
    const { words } = this.#geometry
    const { libertyBits } = this.#board.chains
    for (let at = 0; at < words; at++) {
      for (let word = libertyBits[head * words + at] as number; word !== 0; word &= word - 1) {
        this.#mark(at * 32 + 31 - Math.clz32(word & -word))
      }
    }
  }

  #mark(point: number): void {
    this.#black.stale[point] = 1
    this.#white.stale[point] = 1
  }
}
