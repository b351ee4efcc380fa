// Ladders that have been read, until a move changes something that the reading had looked at. Most are asked for in one
// position after the other, and few of the moves in between are near.
import type { Board } from '../rules/board.ts'
import { BLACK, type Colour } from '../rules/stones.ts'
import { LadderReader } from './read-ladders.ts'

const unknown = 0
const no = 1
const yes = 2

/** Answers as a `LadderReader` does, of the board it is attached to. */
export class LadderMemo {
  readonly #reader: LadderReader
  readonly #area: number
  readonly #words: number
  // By question: which of four kinds (capture or escape, black or white attacks), at which point.
  readonly #answers: Uint8Array
  /** A stone of the chain that was asked about. */
  readonly #preys: Int16Array
  /** [questions, words]: the points that the answer depends on. */
  readonly #seen: Int32Array
  readonly #changed: Int32Array
  /** Questions with an answer. */
  #answered: number[] = []
  #board: Board

  constructor(board: Board) {
    const { area, words } = board.geometry
    this.#board = board
    this.#reader = new LadderReader(board)
    this.#area = area
    this.#words = words
    this.#answers = new Uint8Array(4 * area)
    this.#preys = new Int16Array(4 * area)
    this.#seen = new Int32Array(4 * area * words)
    this.#changed = new Int32Array(words)
  }

  /** Goes over to another board of the same size. */
  attach(board: Board): void {
    this.#board = board
    this.#reader.attach(board)
    this.forget()
  }

  /** As that of the reader. */
  captures(point: number, prey: number, attacker: Colour): boolean {
    const question = (attacker === BLACK ? 0 : 1) * this.#area + point
    if (this.#knows(question, prey)) return this.#answers[question] === yes
    return this.#note(question, prey, this.#reader.captures(point, prey, attacker))
  }

  /** As that of the reader. */
  escapes(point: number, prey: number, attacker: Colour): boolean {
    const question = (attacker === BLACK ? 2 : 3) * this.#area + point
    if (this.#knows(question, prey)) return this.#answers[question] === yes
    return this.#note(question, prey, this.#reader.escapes(point, prey, attacker))
  }

  /** As that of the reader. */
  findCounterCaptures(prey: number, attacker: Colour): number[] {
    return this.#reader.findCounterCaptures(prey, attacker)
  }

  /** To be told after a move on `point` that took the stones of `taken`, the opponent's. */
  follow(point: number, taken: readonly number[]): void {
    this.#noteChanges(point, taken)
    const changed = this.#changed
    const words = this.#words
    let kept = 0
    for (const question of this.#answered) {
      let touched = 0
      for (let at = 0; at < words; at++) {
        touched |= (this.#seen[question * words + at] as number) & (changed[at] as number)
      }
      if (touched !== 0) this.#answers[question] = unknown
      else this.#answered[kept++] = question
    }
    this.#answered.length = kept
  }

  /**
   * Points of which a reading has seen one if the move matters to it: the point played, and where stones were taken, the liberties
   * that the chains around them had before. (Who met a chain that was taken has seen its last liberty, the point played.)
   */
  #noteChanges(point: number, taken: readonly number[]): void {
    const { heads, libertyBits } = this.#board.chains
    const { neighbours } = this.#board.geometry
    const words = this.#words
    const changed = this.#changed.fill(0)
    let before = -1
    for (let at = 0; at < 4 * taken.length; at++) {
      const head = heads[neighbours[4 * (taken[at >> 2] as number) + (at & 3)] as number] as number
      if (head < 0 || head === before) continue
      before = head
      for (let word = 0; word < words; word++) {
        changed[word] = (changed[word] as number) | (libertyBits[head * words + word] as number)
      }
    }
    for (const each of taken) changed[each >> 5] = (changed[each >> 5] as number) & ~(1 << (each & 31))
    changed[point >> 5] = (changed[point >> 5] as number) | (1 << (point & 31))
  }

  /** To be told of any other change. */
  forget(): void {
    for (const question of this.#answered) this.#answers[question] = unknown
    this.#answered.length = 0
  }

  /** Two chains may be attacked at one point; the answer is for the one that was asked about last. */
  #knows(question: number, prey: number): boolean {
    if (this.#answers[question] === unknown) return false
    const { heads } = this.#board.chains
    return heads[this.#preys[question] as number] === heads[prey]
  }

  #note(question: number, prey: number, answer: boolean): boolean {
    if (this.#answers[question] === unknown) this.#answered.push(question)
    this.#answers[question] = answer ? yes : no
    this.#preys[question] = prey
    this.#seen.set(this.#reader.seen, question * this.#words)
    return answer
  }
}
