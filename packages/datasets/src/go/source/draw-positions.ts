// The order in which positions of games in memory are learned from: in each pass the stretches of all games, shuffled, go through a
// window, from which the next position is drawn. So every position comes once in a pass.
import { HostRandom } from '@deep-recipe/core-tensor'
import type { GoGame } from '../games/game.ts'
import { countStretches, type DrawnPosition, StretchWindow, takeStretch } from './stretch-window.ts'

/** Draws positions. Passes over the games follow one another without end. */
export class PositionDraw {
  readonly #games: readonly GoGame[]
  readonly #counts: Int32Array
  readonly #capacity: number
  readonly #seed: number
  // By stretch of a pass: which game, and which of its stretches.
  readonly #gameOf: Int32Array
  readonly #numberOf: Int32Array
  readonly #total: number
  #pass = -1
  #random: HostRandom
  #window: StretchWindow
  /** Of the position drawn last, 0 to 7. */
  symmetry = 0

  /** @param counts positions of each game; at least one above 0. */
  constructor(games: readonly GoGame[], counts: Int32Array, window: number, seed: number) {
    this.#games = games
    this.#counts = counts
    this.#seed = seed
    this.#total = counts.reduce((sum, count) => sum + count, 0)
    const stretches = counts.reduce((sum, count) => sum + countStretches(count), 0)
    this.#capacity = Math.min(window, stretches)
    this.#gameOf = new Int32Array(stretches)
    this.#numberOf = new Int32Array(stretches)
    let at = 0
    counts.forEach((count, game) => {
      for (let number = 0; number < countStretches(count); number++) {
        this.#gameOf[at] = game
        this.#numberOf[at++] = number
      }
    })
    this.#random = new HostRandom(seed)
    this.#window = this.#beginPass(0)
  }

  /** Stretches that are open at a time, at most. */
  get window(): number {
    return this.#capacity
  }

  /** Goes to the position of number `position`, counted from the beginning of the first pass: `next` draws it. */
  seek(position: number): void {
    this.#window = this.#beginPass(Math.floor(position / this.#total))
    for (let skipped = position % this.#total; skipped > 0; skipped--) this.next()
  }

  next(): DrawnPosition {
    if (!this.#window.fill()) {
      this.#window = this.#beginPass(this.#pass + 1)
      this.#window.fill()
    }
    const drawn = this.#window.draw()
    this.symmetry = this.#random.bits() & 7
    return drawn
  }

  #beginPass(pass: number): StretchWindow {
    this.#pass = pass
    this.#random = new HostRandom(this.#seed).fork(pass)
    const order = this.#random.permutation(this.#gameOf.length)
    let opened = 0
    return new StretchWindow(this.#capacity, this.#random, () => {
      if (opened === order.length) return undefined
      const stretch = order[opened++] as number
      const game = this.#gameOf[stretch] as number
      const positions = this.#counts[game] as number
      return takeStretch(this.#games[game] as GoGame, this.#numberOf[stretch] as number, positions)
    })
  }
}
