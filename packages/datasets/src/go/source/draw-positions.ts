// The order in which positions of many games are learned from. A window of games is open at a time, each entered at a random
// move and left where it was entered; the next position comes from a random game of the window. So every position comes once in
// a pass, neighbours in a batch come from different games and stages, and going on in a game costs one move, not a replay.
import { HostRandom } from '@deep-recipe/core-tensor'

interface OpenEntry {
  readonly game: number
  /** The position at which it was entered. */
  readonly first: number
  done: number
}

/** Draws positions; after each `next` the fields say which. Passes over the games follow one another without end. */
export class PositionDraw {
  readonly #counts: Int32Array
  readonly #window: number
  readonly #seed: number
  readonly #order: OpenEntry[] = []
  #games: Int32Array = new Int32Array(0)
  #opened = 0
  #pass = -1
  #random: HostRandom
  /** Number of positions in a pass. */
  readonly total: number
  /** Which game, by its number. */
  game = 0
  /** Which of its positions. */
  index = 0
  /** 0 to 7. */
  symmetry = 0
  /** Whether this was the last position of its game in the pass. */
  closed = false

  /** @param counts positions of each game; at least one above 0. */
  constructor(counts: Int32Array, window: number, seed: number) {
    this.#counts = counts
    this.#window = window
    this.#seed = seed
    this.#random = new HostRandom(seed)
    this.total = counts.reduce((sum, count) => sum + count, 0)
  }

  /** Goes to the position of number `position`, counted from the beginning of the first pass: `next` draws it. */
  seek(position: number): void {
    this.#begin(Math.floor(position / this.total))
    for (let skipped = position % this.total; skipped > 0; skipped--) this.next()
  }

  next(): void {
    if (this.#order.length === 0) this.#begin(this.#pass + 1)
    const slot = this.#random.integer(this.#order.length)
    this.symmetry = this.#random.bits() & 7
    const open = this.#order[slot] as OpenEntry
    const count = this.#counts[open.game] as number
    this.game = open.game
    this.index = (open.first + open.done) % count
    this.closed = ++open.done === count
    if (!this.closed) return
    if (this.#openNext(slot)) return
    const last = this.#order.pop() as OpenEntry
    if (slot < this.#order.length) this.#order[slot] = last
  }

  #begin(pass: number): void {
    this.#pass = pass
    this.#random = new HostRandom(this.#seed).fork(pass)
    this.#games = this.#random.permutation(this.#counts.length)
    this.#opened = 0
    this.#order.length = 0
    while (this.#order.length < this.#window && this.#openNext(this.#order.length)) {}
  }

  /** Puts the next game with positions into a slot of the window. @returns whether there was one. */
  #openNext(slot: number): boolean {
    while (this.#opened < this.#games.length) {
      const game = this.#games[this.#opened++] as number
      const count = this.#counts[game] as number
      if (count === 0) continue
      this.#order[slot] = { game, first: this.#random.integer(count), done: 0 }
      return true
    }
    return false
  }
}
