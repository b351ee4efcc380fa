// The window from which positions are drawn: short stretches of many games. A position comes from a random stretch of the window, so neighbours in a batch come from different games and stages.
import type { HostRandom } from '@deep-recipe/core-tensor'
import type { GoGame } from '../games/game.ts'
import { countPositions } from './code-games.ts'

/** Positions in a stretch: enough that the replay up to its beginning weighs little. */
export const stretchLength = 32

/** Positions of a game that follow one another. */
export interface Stretch {
  readonly game: GoGame
  /** Number of its first position, and of the one after its last. */
  readonly first: number
  readonly end: number
}

/** Number of stretches that a game has. */
export function countStretches(positions: number): number {
  return Math.ceil(positions / stretchLength)
}

/** The stretch of a game, by its number from 0. */
export function takeStretch(game: GoGame, number: number, positions: number): Stretch {
  const first = number * stretchLength
  return { game, first, end: Math.min(first + stretchLength, positions) }
}

/** A game in stretches. */
export function listStretches(game: GoGame): Stretch[] {
  const positions = countPositions(game)
  return Array.from({ length: countStretches(positions) }, (_, number) => takeStretch(game, number, positions))
}

/** An open stretch: its place in the window's memory, and the position that is next. */
interface OpenStretch {
  readonly stretch: Stretch
  readonly slot: number
  next: number
}

/** One position that was drawn. */
export interface DrawnPosition {
  readonly stretch: Stretch
  /** The place of its stretch in the window. */
  readonly slot: number
  /** Number of the position in its game. */
  readonly index: number
}

/** Stretches that are open; where one ends, the next one of a supply takes its place. */
export class StretchWindow {
  readonly #open: OpenStretch[] = []
  readonly #capacity: number
  readonly #random: HostRandom
  readonly #supply: () => Stretch | undefined
  /** Slots of stretches that have ended without a successor. */
  readonly #free: number[] = []

  constructor(capacity: number, random: HostRandom, supply: () => Stretch | undefined) {
    this.#capacity = capacity
    this.#random = random
    this.#supply = supply
  }

  /** Opens what fits. @returns whether there is something to draw. */
  fill(): boolean {
    while (this.#open.length < this.#capacity) {
      if (!this.#openNext(this.#open.length, this.#free.at(-1) ?? this.#open.length)) break
      this.#free.pop()
    }
    return this.#open.length > 0
  }

  /** Draws a position of those that are open; there must be one. */
  draw(): DrawnPosition {
    const at = this.#random.integer(this.#open.length)
    const open = this.#open[at] as OpenStretch
    const { stretch, slot } = open
    const index = open.next++
    if (open.next === stretch.end && !this.#openNext(at, slot)) {
      this.#free.push(slot)
      const last = this.#open.pop() as OpenStretch
      if (at < this.#open.length) this.#open[at] = last
    }
    return { stretch, slot, index }
  }

  #openNext(at: number, slot: number): boolean {
    const stretch = this.#supply()
    if (stretch) this.#open[at] = { stretch, slot, next: stretch.first }
    return stretch !== undefined
  }
}
