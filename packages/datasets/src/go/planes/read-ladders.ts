// Reads ladders: whether a chain of two liberties, put into atari again and again, is captured in the end. Stones are placed
// on the board itself and taken back. A ko is not retaken at once, and a ladder longer than the bound counts as not working.
// What was looked at is noted, so that the answer can be remembered until that changes.
import type { Board } from '../rules/board.ts'
import type { Chains } from '../rules/chains.ts'
import { type Colour, EMPTY, opponentOf } from '../rules/stones.ts'
import { MoveExaminer } from './examine-move.ts'

/** Stones placed while reading one ladder. One across a board of 19 lines takes about a hundred. */
const largestReading = 200

/** Reads ladders on the board it is attached to, which is the same afterwards. */
export class LadderReader {
  #board: Board
  #chains: Chains
  readonly #examiner: MoveExaminer
  #placed = 0
  /**
   * The points, a bit each, that the last answer depends on: those where it placed stones, their neighbours, and the liberties of all
   * chains that it met. Chains grow, meet and lose liberties by stones on their liberties alone, unless stones are taken.
   */
  readonly seen: Int32Array

  constructor(board: Board) {
    this.#board = board
    this.#chains = board.chains
    this.#examiner = new MoveExaminer(board)
    this.seen = new Int32Array(board.geometry.words)
  }

  /** Goes over to another board of the same size. */
  attach(board: Board): void {
    this.#board = board
    this.#chains = board.chains
    this.#examiner.attach(board)
  }

  /** Whether `attacker`, by playing on the liberty `point` of the chain of two liberties at `prey`, captures it. */
  captures(point: number, prey: number, attacker: Colour): boolean {
    this.#begin(prey)
    return this.#attack(point, prey, attacker, -1)
  }

  /** Whether a move of the owner on `point` saves the chain in atari at `prey`: `point` is its liberty or that of a chain around it. */
  escapes(point: number, prey: number, attacker: Colour): boolean {
    this.#begin(prey)
    return this.#defend(point, prey, attacker, -1)
  }

  /** The liberties of the attacker's chains in atari around a chain: points that may save it by capturing. */
  findCounterCaptures(prey: number, attacker: Colour): number[] {
    const { heads, next, stones, libertyCount } = this.#chains
    const { neighbours } = this.#board.geometry
    const found: number[] = []
    let before = -1
    let stone = prey
    do {
      for (let at = 4 * stone; at < 4 * stone + 4; at++) {
        const neighbour = neighbours[at] as number
        if (stones[neighbour] !== attacker) continue
        const head = heads[neighbour] as number
        if (head === before) continue
        before = head
        this.#seeLiberties(head)
        if (libertyCount[head] !== 1) continue
        const liberty = this.#chains.findLiberty(head)
        if (!found.includes(liberty)) found.push(liberty)
      }
      stone = next[stone] as number
    } while (stone !== prey)
    return found
  }

  #begin(prey: number): void {
    this.#placed = 0
    this.seen.fill(0)
    this.#seeLiberties(this.#chains.heads[prey] as number)
  }

  /** Examines a move, and notes what that depends on. */
  #look(point: number, colour: Colour): MoveExaminer {
    this.#seeAround(point)
    this.#examiner.look(point, colour)
    return this.#examiner
  }

  #seeAround(point: number): void {
    const { heads } = this.#chains
    const { neighbours, area } = this.#board.geometry
    this.#see(point)
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      const head = heads[neighbour] as number
      if (head >= 0) this.#seeLiberties(head)
      else if (neighbour < area) this.#see(neighbour)
    }
  }

  #see(point: number): void {
    this.seen[point >> 5] = (this.seen[point >> 5] as number) | (1 << (point & 31))
  }

  #seeLiberties(head: number): void {
    const { seen } = this
    const { libertyBits } = this.#chains
    const start = head * seen.length
    for (let at = 0; at < seen.length; at++) seen[at] = (seen[at] as number) | (libertyBits[start + at] as number)
  }

  /** The attacker plays `point`; true where no defence helps. */
  #attack(point: number, prey: number, attacker: Colour, ko: number): boolean {
    const defender = opponentOf(attacker)
    if (point === ko) return false
    const foreseen = this.#foresee(point, prey, defender)
    if (foreseen > 2) return false
    const { liberties, captured } = this.#look(point, attacker)
    if (liberties === 0) return false
    // Does the stone leave the defender nothing to capture, neither itself nor a chain around the prey?
    const sealed = captured === 0 && liberties > 1
    if (foreseen < 2 && sealed && this.findCounterCaptures(prey, attacker).every((each) => each === point)) return true
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
    if (point === ko) return false
    const { liberties: breaths } = this.#look(point, defender)
    if (breaths === 0) return false
    // An extension: what comes of it can be told without a stone, unless that is two liberties.
    if (breaths !== 2 && this.#chains.hasLiberty(this.#chains.heads[prey] as number, point)) return breaths > 2
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
   * A glance before anything is placed: attacked at one of its two liberties, how many will the chain have after extending to
   * the other? At least that many where the attack captures. 2 also stands for not knowing, where the extension captures.
   */
  #foresee(point: number, prey: number, defender: Colour): number {
    const { stones, heads, libertyCount } = this.#chains
    const head = heads[prey] as number
    const first = this.#chains.findLiberty(head)
    const other = first === point ? this.#chains.findLiberty(head, first + 1) : first
    const { neighbours } = this.#board.geometry
    this.#seeAround(other)
    let open = 0
    for (let at = 4 * other; at < 4 * other + 4; at++) {
      const neighbour = neighbours[at] as number
      const stone = stones[neighbour]
      if (stone === EMPTY && neighbour !== point) open++
      else if (stone === defender && heads[neighbour] !== head) {
        // Two of a friend's liberties may be the two points in question.
        if ((libertyCount[heads[neighbour] as number] as number) >= 5) return 3
      }
    }
    if (open >= 3) return open
    this.#examiner.look(other, defender)
    // The attacker's point would be a liberty, for it is one of the chain.
    return this.#examiner.captured > 0 ? 2 : this.#examiner.liberties - 1
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
