// The rules of Go on a square board: placing, capturing, suicide, ko and superko, setting up, taking back.
import { GoError, IllegalMoveError } from '../errors.ts'
import { Chains } from './chains.ts'
import type { Geometry } from './geometry.ts'
import { PositionHistory } from './history.ts'
import { type IllegalReason, makeIllegalMoveError } from './illegal-moves.ts'
import { formatVertex } from './points.ts'
import type { Rules } from './rules.ts'
import { BLACK, type Colour, EMPTY, opponentOf, PASS } from './stones.ts'

/** A position with its past: who is to move, what may be retaken, what came before. */
export class Board {
  readonly size: number
  readonly rules: Required<Rules>
  readonly chains: Chains
  readonly geometry: Geometry
  /** Of shape [area + 1]: 1 black, −1 white, 0 empty, by point; the last entry stands for the edge. Do not write to it. */
  readonly stones: Int8Array
  /** Of shape [area]: the number of the move (from 1) that last put a stone on a point; 0 for stones that were set up. */
  readonly placedAt: Int32Array
  toMove: Colour = BLACK
  /** Moves so far, passes included. */
  moveNumber = 0
  /** Passes in a row up to now; two end a game. */
  passes = 0
  /** Stones that each side has captured. */
  readonly captured: { black: number; white: number } = { black: 0, white: 0 }
  /** The point that `koColour` must not retake now, or −1. */
  koPoint = -1
  koColour: Colour = BLACK
  #history: PositionHistory
  #journal: JournalEntry[] = []

  /** @throws GoError for a size that is not a whole number from 2 to 25. */
  constructor(size = 19, rules: Rules = {}) {
    this.chains = new Chains(size)
    this.size = size
    this.rules = { suicide: rules.suicide ?? false, ko: rules.ko ?? 'simple' }
    this.geometry = this.chains.geometry
    this.stones = this.chains.stones
    this.placedAt = new Int32Array(this.geometry.area)
    this.#history = new PositionHistory(this.geometry, this.rules.ko === 'superko')
  }

  /** The empty board, black to move. */
  clear(): void {
    this.chains.clear()
    this.#startAnew()
    this.toMove = BLACK
  }

  copy(): Board {
    const board = new Board(this.size, this.rules)
    board.copyFrom(this)
    return board
  }

  /** Makes this board equal to another one of the same size; much cheaper than a new one. Rules stay. */
  copyFrom(other: Board): void {
    this.chains.copyFrom(other.chains)
    this.placedAt.set(other.placedAt)
    this.toMove = other.toMove
    this.moveNumber = other.moveNumber
    this.passes = other.passes
    this.captured.black = other.captured.black
    this.captured.white = other.captured.white
    this.koPoint = other.koPoint
    this.koColour = other.koColour
    this.#history.copyFrom(other.#history, this.stones)
    this.#journal = other.#journal.slice()
  }

  /** Why `colour` must not play on `point`, or undefined where it may. A pass (−1) is always allowed. */
  explainIllegal(point: number, colour: Colour = this.toMove): IllegalReason | undefined {
    if (point === PASS) return undefined
    if (!(point >= 0 && point < this.geometry.area && Number.isInteger(point))) return 'off the board'
    if (this.stones[point] !== EMPTY) return 'occupied'
    if (point === this.koPoint && colour === this.koColour && this.rules.ko === 'simple') return 'ko'
    if (!this.rules.suicide && this.wouldBeSuicide(point, colour)) return 'suicide'
    if (this.rules.ko === 'superko' && this.#history.wouldRepeat(this.chains, point, colour)) return 'superko'
    return undefined
  }

  isLegal(point: number, colour: Colour = this.toMove): boolean {
    return this.explainIllegal(point, colour) === undefined
  }

  /** Points of the stones that the last move took, unless it is forgotten. */
  get taken(): readonly number[] {
    return this.#journal.at(-1)?.taken ?? nothingTaken
  }

  /** All points where `colour` may play, ascending; passing is always possible besides. */
  legalMoves(colour: Colour = this.toMove): number[] {
    const moves: number[] = []
    for (let point = 0; point < this.geometry.area; point++) if (this.isLegal(point, colour)) moves.push(point)
    return moves
  }

  /**
   * Plays on `point`, or passes with −1; the other colour is to move afterwards. `colour` need not be the one to move, for
   * records and handicap games hold moves out of turn.
   *
   * @returns the number of stones captured.
   * @throws IllegalMoveError, and changes nothing.
   */
  play(point: number, colour: Colour = this.toMove): number {
    const reason = this.explainIllegal(point, colour)
    if (reason === undefined) return this.playLegal(point, colour)
    throw makeIllegalMoveError(reason, { point, colour, number: this.moveNumber + 1, size: this.size })
  }

  /** As `play`, unless the move is illegal: then nothing changes, and the reason is returned. */
  tryPlay(point: number, colour: Colour = this.toMove): IllegalReason | undefined {
    const reason = this.explainIllegal(point, colour)
    if (reason === undefined) this.playLegal(point, colour)
    return reason
  }

  pass(colour: Colour = this.toMove): void {
    this.playLegal(PASS, colour)
  }

  /** As `play`, without a check: for callers who have made sure that the move is legal. */
  playLegal(point: number, colour: Colour): number {
    const entry: JournalEntry = {
      point,
      colour,
      taken: nothingTaken,
      takenColour: opponentOf(colour),
      toMove: this.toMove,
      passes: this.passes,
      koPoint: this.koPoint,
      koColour: this.koColour,
      placedAt: point === PASS ? 0 : (this.placedAt[point] as number),
    }
    this.#journal.push(entry)
    this.moveNumber++
    this.toMove = opponentOf(colour)
    this.koPoint = -1
    if (point === PASS) {
      this.passes++
      return 0
    }
    this.passes = 0
    this.placedAt[point] = this.moveNumber
    this.#placeAndTake(entry)
    const { taken } = entry
    this.#countPrisoners(entry, 1)
    this.#history.move(point, colour, taken, entry.takenColour)
    return entry.takenColour === colour ? 0 : taken.length
  }

  /** Takes back the last move, or pass. @returns whether there was one since the board was cleared or set up, or its past forgotten. */
  undo(): boolean {
    const entry = this.#journal.pop()
    if (entry === undefined) return false
    const { point, colour, taken, takenColour } = entry
    if (point !== PASS) {
      this.#history.takeBack(point, colour, taken, takenColour)
      this.chains.restore(point, colour, taken, takenColour)
      this.placedAt[point] = entry.placedAt
      this.#countPrisoners(entry, -1)
    }
    this.moveNumber--
    this.toMove = entry.toMove
    this.passes = entry.passes
    this.koPoint = entry.koPoint
    this.koColour = entry.koColour
    return true
  }

  /** Gives up what `undo` needs; the position stays, and so does what superko remembers. Keeps memory small in long replays. */
  forgetPast(): void {
    if (this.#journal.length > 0) this.#journal = []
  }

  /**
   * Puts stones on points or, with 0, takes them off, as a record's setup does. Whoever was to move still is. The
   * position becomes a new beginning: nothing before it can be taken back or counts as repeated.
   *
   * @throws GoError for a point off the board; IllegalMoveError where a chain would have no liberty. Nothing is changed then.
   */
  setUp(changes: Iterable<readonly [point: number, content: Colour | 0]>): void {
    const before = this.stones.slice()
    for (const [point, content] of changes) {
      if (!(Number.isInteger(point) && point >= 0 && point < this.geometry.area)) {
        this.#rebuild(before)
        throw new GoError({
          what: 'setUp',
          expected: `points from 0 to ${this.geometry.area - 1}`,
          received: String(point),
          remedy: 'Give row · size + column, both from 0, the top left corner being 0.',
        })
      }
      this.stones[point] = content
    }
    this.chains.rebuild()
    const dead = this.#findBreathless()
    if (dead >= 0) {
      this.#rebuild(before)
      throw new IllegalMoveError({
        what: `the chain at ${formatVertex(dead, this.size)} after setUp`,
        expected: 'at least one liberty for each chain',
        received: 'a chain without any',
        remedy: 'Leave out the stones that enclose it, or the chain itself.',
      })
    }
    this.#startAnew()
  }

  /** Whether a stone of `colour` on the empty `point` would have no liberty even after captures. */
  wouldBeSuicide(point: number, colour: Colour): boolean {
    const { stones, chains, geometry } = this
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = geometry.neighbours[at] as number
      const stone = stones[neighbour] as number
      if (stone === EMPTY) return false
      if (stone !== 1 && stone !== -1) continue
      const inAtari = chains.libertyCount[chains.heads[neighbour] as number] === 1
      if (inAtari !== (stone === colour)) return false
    }
    return true
  }

  /** The number of liberties of the chain on a point; 0 for an empty one. */
  libertiesAt(point: number): number {
    const head = this.chains.heads[point] as number
    return head < 0 ? 0 : (this.chains.libertyCount[head] as number)
  }

  #placeAndTake(entry: JournalEntry): void {
    const { point, colour } = entry
    const { chains, stones } = this
    const { neighbours } = this.geometry
    const opponent = opponentOf(colour)
    chains.place(point, colour)
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      if (stones[neighbour] !== opponent) continue
      const head = chains.heads[neighbour] as number
      if (chains.libertyCount[head] !== 0) continue
      if (entry.taken === nothingTaken) entry.taken = []
      chains.remove(head, entry.taken)
    }
    const head = chains.heads[point] as number
    if (chains.libertyCount[head] === 0) {
      entry.taken = []
      entry.takenColour = colour
      chains.remove(head, entry.taken)
      // The stone itself was never there before: it does not come back when the move is taken back.
      entry.taken = entry.taken.filter((each) => each !== point)
    } else if (entry.taken.length === 1 && chains.stoneCount[head] === 1 && chains.libertyCount[head] === 1) {
      this.koPoint = entry.taken[0] as number
      this.koColour = opponent
    }
  }

  /** Counts the prisoners of a move (`direction` 1), or gives them back (−1). */
  #countPrisoners({ taken, takenColour, colour }: JournalEntry, direction: 1 | -1): void {
    // A suicide's prisoners include the stone played.
    const prisoners = direction * (takenColour === colour ? taken.length + 1 : taken.length)
    if (takenColour === BLACK) this.captured.white += prisoners
    else this.captured.black += prisoners
  }

  #findBreathless(): number {
    const { heads, libertyCount } = this.chains
    return this.stones.findIndex((stone, point) => Math.abs(stone) === 1 && libertyCount[heads[point] as number] === 0)
  }

  #rebuild(stones: Int8Array): void {
    this.stones.set(stones)
    this.chains.rebuild()
  }

  #startAnew(): void {
    this.placedAt.fill(0)
    this.moveNumber = 0
    this.passes = 0
    this.captured.black = 0
    this.captured.white = 0
    this.koPoint = -1
    this.#journal = []
    this.#history.begin(this.stones)
  }
}

interface JournalEntry {
  readonly point: number
  readonly colour: Colour
  /** Points whose stones were taken off, other than the point played. */
  taken: number[]
  takenColour: Colour
  readonly toMove: Colour
  readonly passes: number
  readonly koPoint: number
  readonly koColour: Colour
  readonly placedAt: number
}

const nothingTaken: number[] = []
