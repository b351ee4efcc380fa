// The host's stream of random numbers: known answers, distributions, and streams that do not meet.
import { describe, expect, test } from 'vitest'
import { ValueError } from '../errors.ts'
import {
  chiSquare,
  chiSquareLimit,
  correlation,
  kolmogorovLimit,
  kolmogorovSmirnov,
  listOrders,
  normalDistribution,
} from './fixtures/statistics.ts'
import { HostRandom } from './host-random.ts'
import { threefry2x32 } from './threefry.ts'

const draw = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next)
const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')

describe('Threefry-2x32-20', () => {
  // kat_vectors of Random123: counter, key, result.
  test.each([
    ['00000000 00000000', '00000000 00000000', '6b200159 99ba4efe'],
    ['ffffffff ffffffff', 'ffffffff ffffffff', '1cb996fc bb002be7'],
    ['243f6a88 85a308d3', '13198a2e 03707344', 'c4923a9c 483df7a0'],
  ])('counter %s under key %s', (counter, key, expected) => {
    const [c0, c1] = counter.split(' ').map((word) => Number.parseInt(word, 16)) as [number, number]
    const [k0, k1] = key.split(' ').map((word) => Number.parseInt(word, 16)) as [number, number]
    const out = new Int32Array(4)
    threefry2x32(k0, k1, c0, c1, out, 1)
    expect(`${hex(out[1] as number)} ${hex(out[2] as number)}`).toBe(expected)
    expect([out[0], out[3]]).toEqual([0, 0])
    // Signed words are the same words.
    threefry2x32(k0 | 0, k1 | 0, c0 | 0, c1 | 0, out, 0)
    expect(`${hex(out[0] as number)} ${hex(out[1] as number)}`).toBe(expected)
  })

  test('one bit of the key or the counter changes half of the result', () => {
    const flips: number[] = []
    const [plain, changed] = [new Int32Array(2), new Int32Array(2)]
    for (let trial = 0; trial < 64; trial++) {
      for (let word = 0; word < 4; word++) {
        const input = [trial * 0x9e3779b1, trial ^ 0x5bd1e995, trial, 7 * trial].map((n) => n | 0) as [
          number,
          number,
          number,
          number,
        ]
        threefry2x32(...input, plain, 0)
        input[word] = (input[word] as number) ^ (1 << (trial % 32))
        threefry2x32(...input, changed, 0)
        for (const i of [0, 1]) {
          const difference = ((plain[i] as number) ^ (changed[i] as number)) >>> 0
          flips.push(difference.toString(2).replaceAll('0', '').length)
        }
      }
    }
    // Each count is binomial(32, 1/2): mean 16, deviation √8.
    const mean = flips.reduce((sum, n) => sum + n, 0) / flips.length
    expect(Math.abs(mean - 16)).toBeLessThan((4 * Math.sqrt(8)) / Math.sqrt(flips.length))
  })
})

describe('the stream', () => {
  test('is Threefry over the counter 0, 1, 2, … under the words of the seed', () => {
    const random = new HostRandom(0)
    expect([hex(random.bits()), hex(random.bits())]).toEqual(['6b200159', '99ba4efe'])
    const seed = 0x12345 * 2 ** 32 + 0xdeadbeef
    const other = new HostRandom(seed)
    const words = new Int32Array(2)
    for (let block = 0; block < 5; block++) {
      threefry2x32(0xdeadbeef | 0, 0x12345, 0, block, words, 0)
      expect([other.bits(), other.bits()]).toEqual([...words])
    }
  })

  test('is the same for the same seed, and another for another, negative ones too', () => {
    const seeds = [0, 1, 2, -1, 2 ** 32, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
    const starts = seeds.map((seed) => {
      const [a, b] = [new HostRandom(seed), new HostRandom(seed)]
      const first = draw(4, () => a.bits())
      expect(draw(4, () => b.bits())).toEqual(first)
      return first.join()
    })
    expect(new Set(starts).size).toBe(seeds.length)
  })

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses the seed %d', (seed) => {
    expect(() => new HostRandom(seed)).toThrow(ValueError)
    expect(() => new HostRandom(seed)).toThrow(/^new HostRandom\(seed\): expected a safe integer, received/)
  })

  test('forks do not move it, do not meet it, and do not meet each other', () => {
    const [random, untouched] = [new HostRandom(5), new HostRandom(5)]
    random.bits()
    untouched.bits()
    const forks = [0, 1, 2, -1, 1000].map((label) => random.fork(label))
    expect(random.bits()).toBe(untouched.bits())
    const streams = [random, ...forks, random.fork(1).fork(1)].map((stream) => draw(2000, () => stream.uniform()))
    streams.forEach((a, i) => {
      for (const b of streams.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(4)
    })
    expect(new HostRandom(5).fork(3).bits()).toBe(random.fork(3).bits())
  })
})

describe('distributions', () => {
  test('uniform', () => {
    const random = new HostRandom(1)
    const sample = draw(20_000, () => random.uniform())
    expect(sample.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24))).toBe(true)
    expect(kolmogorovSmirnov(sample, (x) => x)).toBeLessThan(kolmogorovLimit)
    // Neighbours do not know each other.
    expect(Math.abs(correlation(sample.slice(1), sample.slice(0, -1)))).toBeLessThan(4)
  })

  test('normal', () => {
    const random = new HostRandom(2)
    expect(
      kolmogorovSmirnov(
        draw(20_000, () => random.normal()),
        normalDistribution,
      ),
    ).toBeLessThan(kolmogorovLimit)
  })

  test.each([1, 2, 3, 10, 100])('integers below %i', (below) => {
    const random = new HostRandom(below)
    const counts = new Array<number>(below).fill(0)
    for (let i = 0; i < 200 * below; i++) {
      const place = random.integer(below)
      counts[place] = (counts[place] as number) + 1
    }
    expect(counts).toHaveLength(below)
    if (below > 1) expect(chiSquare(counts)).toBeLessThan(chiSquareLimit(below - 1))
  })

  test('integers below 3 · 2³⁰ have no bias: words of the incomplete last round are drawn again', () => {
    // Taking words modulo 3 · 2³⁰ would make the lowest third twice as likely as the others.
    const random = new HostRandom(9)
    const counts = [0, 0, 0]
    for (let i = 0; i < 6000; i++) {
      const third = Math.floor(random.integer(3 * 2 ** 30) / 2 ** 30)
      counts[third] = (counts[third] as number) + 1
    }
    expect(chiSquare(counts)).toBeLessThan(chiSquareLimit(2))
    expect(random.integer(2 ** 32)).toBeGreaterThanOrEqual(0)
  })

  test.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])('refuses integers below %d', (below) => {
    expect(() => new HostRandom(1).integer(below)).toThrow(
      /^HostRandom\.integer\(below\): expected a whole number from 1 to 2\^32/,
    )
  })

  test('permutations: every number once, every order equally often', () => {
    const random = new HostRandom(3)
    for (const count of [0, 1, 2, 7, 1000]) {
      expect(Array.from(random.permutation(count)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: count }, (_, i) => i),
      )
    }
    const orders = new Map(listOrders([0, 1, 2, 3]).map((order) => [order.join(), 0]))
    for (let i = 0; i < 24 * 200; i++) {
      const order = random.permutation(4).join()
      orders.set(order, (orders.get(order) as number) + 1)
    }
    expect(orders.size).toBe(24)
    expect(chiSquare([...orders.values()])).toBeLessThan(chiSquareLimit(23))
  })
})
