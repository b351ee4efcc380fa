// Reads ladders: whether a chain of two liberties, put into atari again and again, is captured in the end. Stones are placed
// on the board itself and taken back. A ko is not retaken at once, and a ladder longer than the bound counts as not working.
import type { Board } from '../rules/board.ts'
import type { Chains } from '../rules/chains.ts'
import { type Colour, EMPTY, opponentOf } from '../rules/stones.ts'
import { MoveExaminer } from './examine-move.ts'

/** Stones placed while reading one ladder. One across a board of 19 lines takes about a hundred. */
const largestReading = 200

/** Reads ladders on one board, which is the same afterwards. */
export class LadderReader {
  readonly #board: Board
  readonly #chains: Chains
  readonly #examiner: MoveExaminer
  #placed = 0

  constructor(board: Board) {
    this.#board = board
    this.#chains = board.chains
    this.#examiner = new MoveExaminer(board)
  }

  /** Whether `attacker`, by playing on the liberty `point` of the chain of two liberties at `prey`, captures it. */
  captures(point: number, prey: number, attacker: Colour): boolean {
    this.#placed = 0
    return this.#attack(point, prey, attacker, -1)
  }

  /** Whether a move of the owner on `point` saves the chain in atari at `prey`: `point` is its liberty or that of a chain around it. */
  escapes(point: number, prey: number, attacker: Colour): boolean {
    this.#placed = 0
    return this.#defend(point, prey, attacker, -1)
  }

  /** The liberties of the attacker's chains in atari around a chain: points that may save it by capturing. */
  findCounterCaptures(prey: number, attacker: Colour): number[] {
    const { heads, next, stones, libertyCount } = this.#chains
    const { neighbours } = this.#board.geometry
    const found: number[] = []
    let stone = prey
    do {
      for (let at = 4 * stone; at < 4 * stone + 4; at++) {
        const neighbour = neighbours[at] as number
        if (stones[neighbour] !== attacker) continue
        const head = heads[neighbour] as number
        if (libertyCount[head] !== 1) continue
        const liberty = this.#chains.findLiberty(head)
        if (!found.includes(liberty)) found.push(liberty)
      }
      stone = next[stone] as number
    } while (stone !== prey)
    return found
  }

  /** The attacker plays `point`; true where no defence helps. */
  #attack(point: number, prey: number, attacker: Colour, ko: number): boolean {
    const defender = opponentOf(attacker)
    if (point === ko || this.#outgrows(point, prey, defender)) return false
    if (this.#board.wouldBeSuicide(point, attacker)) return false
    if (++this.#placed > largestReading) return false
    const taken = this.#place(point, attacker)
    const last = this.#chains.findLiberty(this.#chains.heads[prey] as number)
    const retake = this.#findKo(point, taken)
    let caught = !this.#defend(last, prey, attacker, retake)
    if (caught) {
      for (const capture of this.findCounterCaptures(prey, attacker)) {
        if (capture === last || !this.#defend(capture, prey, attacker, retake)) continue
        caught = false
        break
      }
    }
    this.#chains.restore(point, attacker, taken, defender)
    return caught
  }

  /** The defender plays `point`; true where the chain is then out of danger. */
  #defend(point: number, prey: number, attacker: Colour, ko: number): boolean {
    const defender = opponentOf(attacker)
    if (point === ko || this.#board.wouldBeSuicide(point, defender)) return false
    if (this.#chains.hasLiberty(this.#chains.heads[prey] as number, point)) {
      // An extension: what comes of it can be told without a stone, unless that is two liberties.
      this.#examiner.look(point, defender)
      if (this.#examiner.liberties !== 2) return this.#examiner.liberties > 2
    }
    if (++this.#placed > largestReading) return true
    const taken = this.#place(point, defender)
    const head = this.#chains.heads[prey] as number
    const liberties = this.#chains.libertyCount[head] as number
    let safe = liberties > 2
    if (liberties === 2) {
      const first = this.#chains.findLiberty(head)
      const second = this.#chains.findLiberty(head, first + 1)
      const retake = this.#findKo(point, taken)
      safe = !this.#attack(first, prey, attacker, retake) && !this.#attack(second, prey, attacker, retake)
    }
    this.#chains.restore(point, defender, taken, attacker)
    return safe
  }

  /** The point that must not be retaken after a move, or −1. */
  #findKo(point: number, taken: readonly number[]): number {
    const head = this.#chains.heads[point] as number
    const alone = this.#chains.stoneCount[head] === 1 && this.#chains.libertyCount[head] === 1
    return taken.length === 1 && alone ? (taken[0] as number) : -1
  }

  /**
   * A glance before anything is placed: attacked at one of its two liberties, does the chain get three by extending to the
   * other? (What the attack would capture is left out, which could only add liberties.)
   */
  #outgrows(point: number, prey: number, defender: Colour): boolean {
    const { stones, heads, libertyCount } = this.#chains
    const head = heads[prey] as number
    const first = this.#chains.findLiberty(head)
    const other = first === point ? this.#chains.findLiberty(head, first + 1) : first
    const { neighbours } = this.#board.geometry
    let open = 0
    let befriended = 0
    for (let at = 4 * other; at < 4 * other + 4; at++) {
      const neighbour = neighbours[at] as number
      const stone = stones[neighbour]
      if (stone === EMPTY) {
        if (neighbour !== point) open++
      } else if (stone === defender) {
        const friend = heads[neighbour] as number
        // One of a friend's liberties is the point to extend to; the attacker may have taken another.
        const kept = (libertyCount[friend] as number) - (this.#chains.hasLiberty(friend, point) ? 2 : 1)
        if (friend === head) continue
        if (kept >= 3) return true
        befriended++
      }
    }
    if (open >= 3 || befriended === 0) return open >= 3
    // With friends of few liberties, which may be the same ones: count them together, less the attacker's point.
    this.#examiner.look(other, defender)
    return (
      this.#examiner.captured === 0 && this.#examiner.liberties - (this.#touches(point, other, defender) ? 1 : 0) >= 3
    )
  }

  /** Whether `point` would be a liberty of the chain that a stone of `colour` on `other` makes. */
  #touches(point: number, other: number, colour: Colour): boolean {
    const { neighbours } = this.#board.geometry
    const { stones, heads } = this.#chains
    for (let at = 4 * other; at < 4 * other + 4; at++) {
      const neighbour = neighbours[at] as number
      if (neighbour === point) return true
      if (stones[neighbour] === colour && this.#chains.hasLiberty(heads[neighbour] as number, point)) return true
    }
    return false
  }

  /** Places a stone that is known to keep a liberty, and takes what it takes. */
  #place(point: number, colour: Colour): number[] {
    const { stones, heads, libertyCount } = this.#chains
    const { neighbours } = this.#board.geometry
    const opponent = opponentOf(colour)
    const taken: number[] = []
    this.#chains.place(point, colour)
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      if (stones[neighbour] === opponent && libertyCount[heads[neighbour] as number] === 0) {
        this.#chains.remove(heads[neighbour] as number, taken)
      }
    }
    return taken
  }
}
