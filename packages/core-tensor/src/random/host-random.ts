// Random numbers for host code (shuffling, generators, augmentation): a Threefry stream with a position.
import { ValueError } from '../errors.ts'
import { threefry2x32 } from './threefry.ts'

/** A reproducible stream of random numbers on the host. Equal seeds give equal streams on every machine. */
export class HostRandom {
  readonly #key0: number
  readonly #key1: number
  readonly #words: Int32Array = new Int32Array(2)
  #block = 0
  #unused = 0

  /** @param seed any safe integer; its low and high 32 bits are the key. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new ValueError({
        what: 'new HostRandom(seed)',
        expected: 'a safe integer',
        received: String(seed),
        remedy: 'Give a whole number such as 42.',
      })
    }
    this.#key0 = seed | 0
    this.#key1 = Math.floor(seed / 2 ** 32) | 0
  }

  /** The next 32 random bits, as a signed integer. */
  bits(): number {
    if (this.#unused === 0) {
      threefry2x32(this.#key0, this.#key1, Math.floor(this.#block / 2 ** 32), this.#block | 0, this.#words, 0)
      this.#block++
      this.#unused = 2
    }
    return this.#words[2 - this.#unused--] as number
  }

  /** A number in [0, 1), a multiple of 2⁻²⁴ (exact in float32). */
  uniform(): number {
    return (this.bits() >>> 8) * 2 ** -24
  }

  /** A whole number in [0, below), without modulo bias. */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) {
      throw new ValueError({
        what: 'HostRandom.integer(below)',
        expected: 'a whole number from 1 to 2^32',
        received: String(below),
        remedy: 'Draw from a non-empty range.',
      })
    }
    // Words at or above the largest multiple of `below` would favour small results: draw again.
    const limit = 2 ** 32 - (2 ** 32 % below)
    for (;;) {
      const word = this.bits() >>> 0
      if (word < limit) return word % below
    }
  }

  /** A draw from the standard normal distribution (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** The numbers 0 … count − 1 in random order (Fisher and Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, index) => index)
    for (let last = count - 1; last > 0; last--) {
      const other = this.integer(last + 1)
      const kept = order[last] as number
      order[last] = order[other] as number
      order[other] = kept
    }
    return order
  }

  /** An independent stream for the given label; this stream does not move. */
  fork(label: number): HostRandom {
    const words = new Int32Array(2)
    // The counter's high word is all ones: blocks that the stream itself never reaches.
    threefry2x32(this.#key0, this.#key1, -1, label | 0, words, 0)
    const child = (words[0] as number) >>> 0
    return new HostRandom(child + ((words[1] as number) & 0xfffff) * 2 ** 32)
  }
}
