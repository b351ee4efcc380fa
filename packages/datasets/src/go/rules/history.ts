// Which positions there have been: each known by a number of 53 bits, the exclusive or of random numbers of its stones
// (Zobrist, 1970). Two positions in a game of a thousand moves share a number once in about 10¹⁰ games.
import type { Chains } from './chains.ts'
import type { Geometry } from './geometry.ts'
import { BLACK, type Colour, opponentOf } from './stones.ts'

/** The number of the position now, and how often each has occurred. Where superko does not ask for it, nothing is done. */
export class PositionHistory {
  readonly #geometry: Geometry
  readonly #seen: Map<number, number> | undefined
  #low = 0
  #high = 0

  constructor(geometry: Geometry, remember: boolean) {
    this.#geometry = geometry
    this.#seen = remember ? new Map() : undefined
    this.#seen?.set(this.key, 1)
  }

  /** A number that stands for the position, whoever is to move. */
  get key(): number {
    return joinHalves(this.#low, this.#high)
  }

  /** Forgets everything but the position of these stones. */
  begin(stones: Int8Array): void {
    if (!this.#seen) return
    this.#low = 0
    this.#high = 0
    for (let point = 0; point < this.#geometry.area; point++) {
      const stone = stones[point]
      if (stone === 1 || stone === -1) this.#toggle(point, stone)
    }
    this.#seen.clear()
    this.#seen.set(this.key, 1)
  }

  /** Becomes equal to another history, that of a board with these stones. */
  copyFrom(other: PositionHistory, stones: Int8Array): void {
    if (!this.#seen) return
    this.begin(stones)
    for (const [key, times] of other.#seen ?? []) this.#seen.set(key, times)
  }

  /** After a move: notes the position that came of it. A suicide leaves its own point empty. */
  move(point: number, colour: Colour, taken: readonly number[], takenColour: Colour): void {
    if (!this.#seen) return
    this.#apply(point, colour, taken, takenColour)
    this.#seen.set(this.key, (this.#seen.get(this.key) ?? 0) + 1)
  }

  takeBack(point: number, colour: Colour, taken: readonly number[], takenColour: Colour): void {
    if (!this.#seen) return
    const times = this.#seen.get(this.key) ?? 0
    if (times > 1) this.#seen.set(this.key, times - 1)
    else this.#seen.delete(this.key)
    this.#apply(point, colour, taken, takenColour)
  }

  /** Whether the position after a move has been there before. */
  wouldRepeat(chains: Chains, point: number, colour: Colour): boolean {
    if (!this.#seen) return false
    const { neighbours } = this.#geometry
    const opponent = opponentOf(colour)
    const taken: number[] = []
    const own: number[] = []
    let breathes = false
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      const stone = chains.stones[neighbour]
      if (stone === 0) breathes = true
      if (stone !== 1 && stone !== -1) continue
      const head = chains.heads[neighbour] as number
      const inAtari = chains.libertyCount[head] === 1
      if (stone === colour && !inAtari) breathes = true
      const chosen = stone === opponent ? taken : own
      if (inAtari && !chosen.includes(neighbour)) listChain(chains, head, chosen)
    }
    const suicide = !breathes && taken.length === 0
    const [low, high] = [this.#low, this.#high]
    this.#apply(point, colour, suicide ? own : taken, suicide ? colour : opponent)
    const repeated = this.#seen.has(this.key)
    this.#low = low
    this.#high = high
    return repeated
  }

  #apply(point: number, colour: Colour, taken: readonly number[], takenColour: Colour): void {
    if (takenColour !== colour) this.#toggle(point, colour)
    for (const each of taken) this.#toggle(each, takenColour)
  }

  #toggle(point: number, colour: number): void {
    const at = 4 * point + (colour === BLACK ? 0 : 2)
    this.#low ^= this.#geometry.zobrist[at] as number
    this.#high ^= this.#geometry.zobrist[at + 1] as number
  }
}

function listChain(chains: Chains, head: number, into: number[]): void {
  let point = head
  do {
    into.push(point)
    point = chains.next[point] as number
  } while (point !== head)
}

function joinHalves(low: number, high: number): number {
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0)
}
