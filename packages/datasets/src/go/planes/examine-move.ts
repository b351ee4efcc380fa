// What a move would do, found without playing it: legality, captures, and the size and liberties of the chain it joins.
import type { Board } from '../rules/board.ts'
import { countBits } from '../rules/chains.ts'
import { type Colour, EMPTY } from '../rules/stones.ts'

/** Looks at one move after the other of the board it is attached to; the results of the last one are its fields. */
export class MoveExaminer {
  #board: Board
  readonly #own: Int16Array = new Int16Array(4)
  readonly #taken: Int16Array = new Int16Array(4)
  readonly #union: Int32Array
  /** Stones that the move captures. */
  captured = 0
  /** Stones of the chain that the move makes. */
  stones = 0
  /** Liberties of that chain; 0 for a suicide. */
  liberties = 0

  constructor(board: Board) {
    this.#board = board
    this.#union = new Int32Array(board.geometry.words)
  }

  /** Goes over to another board of the same size. */
  attach(board: Board): void {
    this.#board = board
  }

  /** Examines a stone of `colour` on the empty `point`. @returns whether it is legal. */
  examine(point: number, colour: Colour): boolean {
    const board = this.#board
    if (!this.look(point, colour)) return false
    if (board.rules.ko === 'superko') return board.isLegal(point, colour)
    return !(point === board.koPoint && colour === board.koColour)
  }

  /** As `examine`, whatever the ko. */
  look(point: number, colour: Colour): boolean {
    const { chains, geometry } = this.#board
    const { stones, heads, libertyCount, stoneCount } = chains
    const { neighbours } = geometry
    const own = this.#own
    const taken = this.#taken
    let ownCount = 0
    let takenCount = 0
    let open = 0
    let size = 1
    let captured = 0
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      const stone = stones[neighbour] as number
      if (stone === EMPTY) {
        open++
        continue
      }
      const head = heads[neighbour] as number
      if (stone === colour) {
        if (ownCount > 0 && holds(own, ownCount, head)) continue
        own[ownCount++] = head
        size += stoneCount[head] as number
      } else if (head >= 0 && libertyCount[head] === 1) {
        if (takenCount > 0 && holds(taken, takenCount, head)) continue
        taken[takenCount++] = head
        captured += stoneCount[head] as number
      }
    }
    this.captured = captured
    this.stones = size
    if (takenCount > 0 || ownCount > 1) this.liberties = this.#unite(point, ownCount, takenCount)
    else this.liberties = ownCount === 0 ? open : this.#extend(point, own[0] as number)
    return this.liberties > 0 || this.#board.rules.suicide
  }

  /** Liberties of one chain with one more stone. */
  #extend(point: number, head: number): number {
    const { chains, geometry } = this.#board
    let liberties = (chains.libertyCount[head] as number) - 1
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = geometry.neighbours[at] as number
      if (chains.stones[neighbour] === EMPTY && !chains.hasLiberty(head, neighbour)) liberties++
    }
    return liberties
  }

  /** Liberties of several chains and a stone that joins them, after it has taken chains around it. */
  #unite(point: number, ownCount: number, takenCount: number): number {
    const { chains, geometry } = this.#board
    const { words, neighbours } = geometry
    const union = this.#union.fill(0)
    for (let each = 0; each < ownCount; each++) {
      const start = (this.#own[each] as number) * words
      for (let at = 0; at < words; at++) union[at] = (union[at] as number) | (chains.libertyBits[start + at] as number)
    }
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      if (chains.stones[neighbour] === EMPTY) setBit(union, neighbour)
    }
    for (let each = 0; each < takenCount; each++) {
      const head = this.#taken[each] as number
      let stone = head
      do {
        if (this.#touches(stone, point, ownCount)) setBit(union, stone)
        stone = chains.next[stone] as number
      } while (stone !== head)
    }
    union[point >> 5] = (union[point >> 5] as number) & ~(1 << (point & 31))
    let liberties = 0
    for (let at = 0; at < words; at++) if (union[at] !== 0) liberties += countBits(union[at] as number)
    return liberties
  }

  /** Whether a point next to `stone` is `point` or belongs to one of the chains that it joins. */
  #touches(stone: number, point: number, ownCount: number): boolean {
    const { chains, geometry } = this.#board
    for (let at = 4 * stone; at < 4 * stone + 4; at++) {
      const neighbour = geometry.neighbours[at] as number
      if (neighbour === point || holds(this.#own, ownCount, chains.heads[neighbour] as number)) return true
    }
    return false
  }
}

function holds(list: Int16Array, count: number, value: number): boolean {
  for (let at = 0; at < count; at++) if (list[at] === value) return true
  return false
}

function setBit(bits: Int32Array, point: number): void {
  bits[point >> 5] = (bits[point >> 5] as number) | (1 << (point & 31))
}

/** What a move at `point` would do; for single questions (the planes keep one examiner for all points). */
export interface MoveEffect {
  readonly legal: boolean
  readonly captured: number
  readonly stones: number
  readonly liberties: number
}

/** Examines a move on an empty point without playing it. */
export function examineMove(board: Board, point: number, colour: Colour = board.toMove): MoveEffect {
  const reason = board.explainIllegal(point, colour)
  if (reason === 'off the board' || reason === 'occupied' || point < 0) {
    return { legal: reason === undefined, captured: 0, stones: 0, liberties: 0 }
  }
  const examiner = new MoveExaminer(board)
  const legal = examiner.examine(point, colour)
  const { captured, stones, liberties } = examiner
  return { legal, captured, stones, liberties }
}
