// How much a simple player likes each move. It captures, saves its chains, threatens, answers near the last move, takes open
// third and fourth lines, and keeps out of atari, of its own territory and of its own eyes: rules that look at a few points
// around the move only, wherever it is on the board.
import { MoveExaminer } from '../planes/examine-move.ts'
import type { Board } from '../rules/board.ts'
import { isEye } from '../rules/eyes.ts'
import { type Colour, EDGE, EMPTY, opponentOf } from '../rules/stones.ts'

/** The likings of a player, in units in which noise is added. */
export interface Likings {
  /** For each stone captured, up to five. */
  readonly capture: number
  /** For each own stone saved from atari, up to five. */
  readonly save: number
  /** For putting a chain into atari without coming into it. */
  readonly atari: number
  /** For each stone of the chain that would be left with one liberty. */
  readonly selfAtari: number
  /** For touching the last move; half of it diagonally, a third at a distance of two. */
  readonly answer: number
  /** For extending an own chain of two liberties to more. */
  readonly extend: number
  /** For parting two stones of the opponent, or joining two of its own, at a diagonal. */
  readonly cut: number
  /** For an open area's points on the third and fourth lines. */
  readonly opening: number
}

export const usualLikings: Likings = {
  capture: 8,
  save: 6,
  atari: 5,
  selfAtari: -6,
  answer: 3,
  extend: 4,
  cut: 4,
  opening: 5,
}

/** Below this a move is not worth playing. */
export const worthPlaying = -3

/** Weighs the moves of one board. */
export class MoveWeigher {
  readonly #board: Board
  readonly #examiner: MoveExaminer
  readonly #likings: Likings

  constructor(board: Board, likings: Likings = usualLikings) {
    this.#board = board
    this.#examiner = new MoveExaminer(board)
    this.#likings = likings
  }

  /** The weight of a move of `colour`, given the opponent's last one (−1 for none); −∞ for one that is out of the question. */
  weigh(point: number, colour: Colour, last: number): number {
    const board = this.#board
    const likings = this.#likings
    if (board.stones[point] !== EMPTY || isEye(board, point, colour)) return Number.NEGATIVE_INFINITY
    if (!this.#examiner.examine(point, colour)) return Number.NEGATIVE_INFINITY
    const { captured, liberties, stones } = this.#examiner
    let weight = this.#weighPlace(point, colour) + likings.capture * Math.min(captured, 5)
    if (liberties === 1) weight += likings.selfAtari * Math.min(stones, 6) + (captured > 0 ? 6 : 0)
    else weight += this.#weighContact(point, colour, liberties)
    return weight + likings.answer * this.#nearness(point, last)
  }

  /** What the move does to the chains next to it. */
  #weighContact(point: number, colour: Colour, liberties: number): number {
    const { chains, stones, geometry } = this.#board
    const likings = this.#likings
    let weight = 0
    let friends = 0
    let opponents = 0
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = geometry.neighbours[at] as number
      const stone = stones[neighbour]
      if (stone === EMPTY || stone === EDGE) continue
      const head = chains.heads[neighbour] as number
      const breaths = chains.libertyCount[head] as number
      const size = Math.min(chains.stoneCount[head] as number, 5)
      if (stone === colour) {
        friends++
        if (breaths === 1) weight += likings.save * size
        else if (breaths === 2 && liberties > 2) weight += likings.extend
      } else {
        opponents++
        if (breaths === 2) weight += likings.atari + size
        else if (breaths === 3) weight += 1
      }
    }
    if (friends >= 2 && opponents > 0) weight += likings.cut
    // A solid stone beside a friend, with nobody around, gains little.
    return friends > 0 && opponents === 0 ? weight - 2 : weight
  }

  /** What the place is worth: open sides early, no first line, no filling of what is its own already. */
  #weighPlace(point: number, colour: Colour): number {
    const { size, stones, geometry } = this.#board
    const row = Math.floor(point / size)
    const column = point % size
    const height = Math.min(row, column, size - 1 - row, size - 1 - column)
    const own = this.#countAround(row, column, colour)
    const others = this.#countAround(row, column, opponentOf(colour))
    if (own + others === 0) {
      const corner = Math.min(row, size - 1 - row) + Math.min(column, size - 1 - column)
      const wanted = size > 11 ? height === 2 || height === 3 : height === 2
      return wanted ? this.#likings.opening + (corner <= 6 ? 3 : 0) : height < 2 ? -2 : 0
    }
    let weight = height === 0 ? -3 : height === 1 ? -1 : 1
    if (others === 0) weight -= own >= 3 ? 10 : own
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const diagonal = stones[geometry.diagonals[at] as number]
      if (diagonal === colour) weight += 0.5
      else if (diagonal === opponentOf(colour)) weight += 1
    }
    return weight
  }

  /** Stones of a colour at most two rows and two columns away. */
  #countAround(row: number, column: number, colour: Colour): number {
    const { size, stones } = this.#board
    let count = 0
    for (let y = Math.max(0, row - 2); y <= Math.min(size - 1, row + 2); y++) {
      for (let x = Math.max(0, column - 2); x <= Math.min(size - 1, column + 2); x++) {
        if (stones[y * size + x] === colour) count++
      }
    }
    return count
  }

  #nearness(point: number, last: number): number {
    if (last < 0) return 0
    const { size } = this.#board
    const rows = Math.abs(Math.floor(point / size) - Math.floor(last / size))
    const columns = Math.abs((point % size) - (last % size))
    if (rows + columns === 1) return 1
    if (rows === 1 && columns === 1) return 0.5
    return Math.max(rows, columns) === 2 ? 0.33 : 0
  }
}
