// Chains of connected stones and their liberties, kept up to date with each stone placed and each chain removed.
// A chain is known by one of its points, its head; its liberties are a bitset, so that the liberties of chains
// together are an exclusive count of bits and not a walk over the board.
import { type Geometry, geometryOf } from './geometry.ts'
import { type Colour, EDGE, EMPTY } from './stones.ts'

/** Number of bits set in a 32-bit word. */
export function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return (((fours + (fours >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}

/** The stones of a position, in chains. All arrays are indexed by point; those of chains by the chain's head. */
export class Chains {
  readonly geometry: Geometry
  /** Of shape [area + 1]: 1 black, −1 white, 0 empty; the last entry is the edge, 2. */
  readonly stones: Int8Array
  /** The head of the chain that the stone on a point belongs to; −1 where there is none. */
  readonly heads: Int16Array
  /** The next stone of the same chain, in a ring. */
  readonly next: Int16Array
  readonly stoneCount: Int16Array
  readonly libertyCount: Int16Array
  /** [area, words] */
  readonly libertyBits: Int32Array
  readonly #stack: Int16Array

  constructor(size: number) {
    const geometry = geometryOf(size)
    const { area, words } = geometry
    this.geometry = geometry
    this.stones = new Int8Array(area + 1)
    this.stones[area] = EDGE
    this.heads = new Int16Array(area + 1).fill(-1)
    this.next = new Int16Array(area)
    this.stoneCount = new Int16Array(area)
    this.libertyCount = new Int16Array(area)
    this.libertyBits = new Int32Array(area * words)
    this.#stack = new Int16Array(area)
  }

  clear(): void {
    this.stones.fill(EMPTY, 0, this.geometry.area)
    this.heads.fill(-1)
  }

  copyFrom(other: Chains): void {
    this.stones.set(other.stones)
    this.heads.set(other.heads)
    this.next.set(other.next)
    this.stoneCount.set(other.stoneCount)
    this.libertyCount.set(other.libertyCount)
    this.libertyBits.set(other.libertyBits)
  }

  hasLiberty(head: number, point: number): boolean {
    return ((this.libertyBits[head * this.geometry.words + (point >> 5)] as number) & (1 << (point & 31))) !== 0
  }

  /** The liberty of lowest number from `from` on, or −1. */
  findLiberty(head: number, from = 0): number {
    const { words } = this.geometry
    const start = head * words
    for (let at = from >> 5; at < words; at++) {
      let word = this.libertyBits[start + at] as number
      if (at === from >> 5) word &= -1 << (from & 31)
      if (word !== 0) return at * 32 + (31 - Math.clz32(word & -word))
    }
    return -1
  }

  /** Puts a stone on an empty point and joins it to the chains of its colour. Chains without liberties stay. */
  place(point: number, colour: Colour): void {
    const { stones, heads, geometry } = this
    const { neighbours } = geometry
    stones[point] = colour
    heads[point] = point
    this.next[point] = point
    this.stoneCount[point] = 1
    this.#clearLiberties(point)
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      const stone = stones[neighbour]
      if (stone === EMPTY) this.#addLiberty(point, neighbour)
      else if (stone !== EDGE) this.#dropLiberty(heads[neighbour] as number, point)
    }
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      if (stones[neighbour] === colour) this.#join(heads[neighbour] as number, heads[point] as number)
    }
  }

  /** Takes a chain off the board; its points become liberties of the chains around it. They are appended to `taken`. */
  remove(head: number, taken: number[]): void {
    const { stones, heads, next } = this
    const { neighbours } = this.geometry
    let point = head
    do {
      stones[point] = EMPTY
      heads[point] = -1
      taken.push(point)
      point = next[point] as number
    } while (point !== head)
    do {
      for (let at = 4 * point; at < 4 * point + 4; at++) {
        const neighbour = heads[neighbours[at] as number] as number
        if (neighbour >= 0) this.#addLiberty(neighbour, point)
      }
      point = next[point] as number
    } while (point !== head)
  }

  /** Takes back `place` and the removals that followed it: `point` becomes empty, the stones of `taken` come back. */
  restore(point: number, colour: Colour, taken: readonly number[], takenColour: Colour): void {
    const { stones, heads } = this
    const { neighbours } = this.geometry
    // The chain that the stone had joined may fall apart: forget it, then gather what is left of it.
    if (stones[point] === colour && !this.#shorten(point, colour)) this.#forget(point)
    stones[point] = EMPTY
    for (const each of taken) stones[each] = takenColour
    for (const each of taken) if (heads[each] === -1) this.#gather(each)
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      const stone = stones[neighbour]
      if (stone === EMPTY || stone === EDGE) continue
      if (heads[neighbour] === -1) this.#gather(neighbour)
      else this.#addLiberty(heads[neighbour] as number, point)
    }
    for (const each of taken) {
      for (let at = 4 * each; at < 4 * each + 4; at++) {
        const neighbour = heads[neighbours[at] as number] as number
        if (neighbour >= 0) this.#dropLiberty(neighbour, each)
      }
    }
  }

  /**
   * Takes a stone off a chain that had been made longer by it and nothing else: all but one of its neighbours are other things, and
   * it comes right after the head, where `#join` puts it. @returns whether that was so.
   */
  #shorten(point: number, colour: Colour): boolean {
    const { stones, heads, next } = this
    const { neighbours } = this.geometry
    const head = heads[point] as number
    if (head === point || next[head] !== point) return false
    let friends = 0
    for (let at = 4 * point; at < 4 * point + 4; at++) if (stones[neighbours[at] as number] === colour) friends++
    if (friends !== 1) return false
    next[head] = next[point] as number
    heads[point] = -1
    this.stoneCount[head] = (this.stoneCount[head] as number) - 1
    for (let at = 4 * point; at < 4 * point + 4; at++) {
      const neighbour = neighbours[at] as number
      if (stones[neighbour] === EMPTY && !this.#touches(neighbour, head)) this.#dropLiberty(head, neighbour)
    }
    return true
  }

  /** Whether a stone of a chain is next to a point. */
  #touches(point: number, head: number): boolean {
    const { neighbours } = this.geometry
    for (let at = 4 * point; at < 4 * point + 4; at++) if (this.heads[neighbours[at] as number] === head) return true
    return false
  }

  #forget(start: number): void {
    let point = start
    do {
      this.heads[point] = -1
      point = this.next[point] as number
    } while (point !== start)
  }

  /** Finds all chains anew from `stones`. */
  rebuild(): void {
    this.heads.fill(-1)
    for (let point = 0; point < this.geometry.area; point++) {
      if (this.stones[point] !== EMPTY && this.heads[point] === -1) this.#gather(point)
    }
  }

  /** Makes the chain of the stone on `start` by walking over its stones. */
  #gather(start: number): void {
    const { stones, heads, next } = this
    const { neighbours } = this.geometry
    const stack = this.#stack
    const colour = stones[start]
    this.#clearLiberties(start)
    heads[start] = start
    next[start] = start
    let count = 0
    let depth = 0
    stack[depth++] = start
    while (depth > 0) {
      const point = stack[--depth] as number
      count++
      for (let at = 4 * point; at < 4 * point + 4; at++) {
        const neighbour = neighbours[at] as number
        const stone = stones[neighbour]
        if (stone === EMPTY) this.#addLiberty(start, neighbour)
        else if (stone === colour && heads[neighbour] !== start) {
          heads[neighbour] = start
          next[neighbour] = next[start] as number
          next[start] = neighbour
          stack[depth++] = neighbour
        }
      }
    }
    this.stoneCount[start] = count
  }

  #clearLiberties(head: number): void {
    const { words } = this.geometry
    for (let at = head * words; at < head * words + words; at++) this.libertyBits[at] = 0
    this.libertyCount[head] = 0
  }

  #addLiberty(head: number, point: number): void {
    const at = head * this.geometry.words + (point >> 5)
    const bit = 1 << (point & 31)
    const word = this.libertyBits[at] as number
    if ((word & bit) !== 0) return
    this.libertyBits[at] = word | bit
    this.libertyCount[head] = (this.libertyCount[head] as number) + 1
  }

  #dropLiberty(head: number, point: number): void {
    const at = head * this.geometry.words + (point >> 5)
    const bit = 1 << (point & 31)
    const word = this.libertyBits[at] as number
    if ((word & bit) === 0) return
    this.libertyBits[at] = word & ~bit
    this.libertyCount[head] = (this.libertyCount[head] as number) - 1
  }

  /** Makes two chains one, under the head of the longer. */
  #join(left: number, right: number): void {
    if (left === right) return
    const { heads, next, stoneCount, libertyBits } = this
    const { words } = this.geometry
    const kept = (stoneCount[left] as number) >= (stoneCount[right] as number) ? left : right
    const gone = kept === left ? right : left
    let point = gone
    do {
      heads[point] = kept
      point = next[point] as number
    } while (point !== gone)
    // Two rings become one where a `next` of each is exchanged.
    point = next[gone] as number
    next[gone] = next[kept] as number
    next[kept] = point
    stoneCount[kept] = (stoneCount[kept] as number) + (stoneCount[gone] as number)
    let liberties = 0
    for (let at = 0; at < words; at++) {
      const word = (libertyBits[kept * words + at] as number) | (libertyBits[gone * words + at] as number)
      libertyBits[kept * words + at] = word
      if (word !== 0) liberties += countBits(word)
    }
    this.libertyCount[kept] = liberties
  }
}
