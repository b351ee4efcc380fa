// Random tensors: known answers, distributions, keys that have nothing to do with each other.
import { describe, expect, test } from 'vitest'
import { openReference } from '../backend/reference/reference-backend.ts'
import { compile } from '../compile/compile.ts'
import {
  chiSquare,
  chiSquareLimit,
  correlation,
  kolmogorovLimit,
  kolmogorovSmirnov,
  listOrders,
  momentOf,
  normalDistribution,
} from '../random/fixtures/statistics.ts'
import { threefry2x32 } from '../random/threefry.ts'
import type { Tensor } from '../trace/tensor.ts'
import { arange, tensor } from './create.ts'
import {
  foldInKey,
  randomBernoulli,
  randomBits,
  randomKey,
  randomNormal,
  randomPermutation,
  randomUniform,
  splitKey,
} from './random.ts'
import { scan } from './scan.ts'

const hex = (words: Iterable<number>): string[] =>
  Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0'))
const key = randomKey(42)

describe('keys', () => {
  test('are the words of the seed', async () => {
    expect(await randomKey(42).data()).toEqual(Int32Array.of(42, 0))
    expect(await randomKey(-1).data()).toEqual(Int32Array.of(-1, -1))
    expect(await randomKey(5 * 2 ** 32 + 2 ** 31).data()).toEqual(Int32Array.of(-(2 ** 31), 5))
    expect(hex(await randomBits(randomKey(0), [2]).data())).toEqual(['6b200159', '99ba4efe'])
  })

  test('the same key gives the same numbers, compiled or not, and a longer draw begins like a shorter one', async () => {
    const draw = (k: Tensor): Tensor => randomNormal(k, [3, 5])
    const once = await draw(key).data()
    expect(await draw(randomKey(42)).data()).toEqual(once)
    const compiled = await compile(openReference(), draw)(Int32Array.of(42, 0))
    expect(await compiled.data()).toEqual(once)
    const [short, long] = [await randomBits(key, [7]).data(), await randomBits(key, [4, 5]).data()]
    expect(long.slice(0, 7)).toEqual(short)
  })

  test('split and folded keys differ from each other, and so do their numbers', async () => {
    const keys = [key, ...splitKey(key, 20), ...splitKey(splitKey(key)[1] as Tensor, 3)]
    for (let step = 1; step < 30; step++) keys.push(foldInKey(key, step))
    keys.push(
      foldInKey(foldInKey(key, 1), 2),
      foldInKey(foldInKey(key, 2), 1),
      foldInKey(key, -1),
      foldInKey(key, 2 ** 31 - 1),
    )
    const words = await Promise.all(keys.map(async (part) => hex(await part.data()).join()))
    expect(new Set(words).size).toBe(keys.length)
    const streams = await Promise.all(
      keys
        .slice(0, 12)
        .concat(keys.slice(-6))
        .map((part) => randomUniform(part, [1000]).data()),
    )
    streams.forEach((a, i) => {
      for (const b of streams.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(4.5)
    })
  })

  test('a step counter may be traced: each step draws other numbers', async () => {
    const [, draws] = scan(
      (_: undefined, step: Tensor) => [undefined, randomUniform(foldInKey(key, step), [4])],
      undefined,
      arange(5),
    )
    const rows = (await draws.array()) as number[][]
    expect(new Set(rows.flat()).size).toBe(20)
    expect(rows[3]).toEqual(await randomUniform(foldInKey(key, 3), [4]).array())
  })

  test('splitting gives as many keys as asked for', () => {
    expect(splitKey(key)).toHaveLength(2)
    expect(splitKey(key, 5).every(({ shape, dtype }) => shape.join() === '2' && dtype === 'int32')).toBe(true)
  })
})

describe('distributions', () => {
  test('bits: each of the 32 is set half of the time', async () => {
    const words = await randomBits(key, [10_000]).data()
    for (let bit = 0; bit < 32; bit++) {
      const set = Array.from(words).filter((word) => (word >>> bit) & 1).length
      expect(Math.abs(set - 5000)).toBeLessThan(4 * 50)
    }
  })

  test('uniform: range, moments, distribution', async () => {
    const sample = await randomUniform(key, [100, 200]).data()
    expect(sample.every((x) => x >= 0 && x < 1)).toBe(true)
    expect(kolmogorovSmirnov(sample, (x) => x)).toBeLessThan(kolmogorovLimit)
    // E x^k = 1 / (k + 1), with variance 1 / (2k + 1) − 1 / (k + 1)².
    for (const k of [1, 2, 3, 4]) {
      const error = Math.sqrt((1 / (2 * k + 1) - 1 / (k + 1) ** 2) / sample.length)
      expect(Math.abs(momentOf(sample, k) - 1 / (k + 1))).toBeLessThan(4 * error)
    }
    const wide = await randomUniform(key, [5000], -3, 5).data()
    expect(wide.every((x) => x >= -3 && x < 5)).toBe(true)
    expect(kolmogorovSmirnov(wide, (x) => (x + 3) / 8)).toBeLessThan(kolmogorovLimit)
    expect(randomUniform(key, [], 1, 2).shape).toEqual([])
    expect(await randomUniform(key, [0, 3]).array()).toEqual([])
  })

  test('normal: moments, distribution, tails', async () => {
    const sample = await randomNormal(key, [40_000]).data()
    expect(sample.every(Number.isFinite)).toBe(true)
    expect(kolmogorovSmirnov(sample, normalDistribution)).toBeLessThan(kolmogorovLimit)
    // E x^k and the variance of x^k of the standard normal distribution, from the double factorials.
    for (const [k, moment, variance] of [[1, 0, 1], [2, 1, 2], [3, 0, 15], [4, 3, 96]] as const) {
      expect(Math.abs(momentOf(sample, k) - moment)).toBeLessThan(4 * Math.sqrt(variance / sample.length))
    }
    for (const limit of [2, 3]) {
      for (const side of [-1, 1]) {
        const share = 1 - normalDistribution(limit)
        const beyond = Array.from(sample).filter((x) => side * x > limit).length
        expect(Math.abs(beyond - share * sample.length)).toBeLessThan(4 * Math.sqrt(share * sample.length))
      }
    }
    expect(Math.abs(correlation(sample.slice(1), sample.slice(0, -1)))).toBeLessThan(4)
  }) // biome-ignore format: moments

  test('bernoulli: one probability, or one for each element', async () => {
    const coins = await randomBernoulli(key, 0.3, [20_000]).data()
    const heads = 20_000 * momentOf(coins, 1)
    expect(Math.abs(heads - 6000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.3 * 0.7))
    const columns = randomBernoulli(key, [0, 1, 0.5], [2000, 3])
    expect([columns.shape, columns.dtype]).toEqual([[2000, 3], 'bool'])
    const shares = (await columns.mean(0).array()) as number[]
    expect(shares.slice(0, 2)).toEqual([0, 1])
    expect(Math.abs((shares[2] as number) - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(2000))
  })

  test('a big draw: its last block is the block of its last counter', async () => {
    const size = 2 ** 20 + 3
    const words = await randomBits(key, [size]).data()
    const last = new Int32Array(2)
    threefry2x32(42, 0, 0, 2 ** 19 + 1, last, 0)
    expect(words[size - 1]).toBe(last[0])
    expect(new Set(words.slice(-1000)).size).toBeGreaterThan(990)
  })
})

describe('permutations', () => {
  test.each([0, 1, 2, 3, 4, 5, 7, 8, 31, 64, 100, 1000, 4097])('of %i: every number once', async (count) => {
    const numbers = await randomPermutation(key, count).data()
    expect(Array.from(numbers).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
    if (count > 6) expect(Array.from(numbers)).not.toEqual(Array.from({ length: count }, (_, i) => i))
  })

  test('all 24 orders of 4 are equally likely', { timeout: 20_000 }, async () => {
    const draws = 24 * 200
    const [, orders] = scan(
      (_: undefined, one: Tensor) => [undefined, randomPermutation(one, 4)],
      undefined,
      randomBits(key, [draws, 2]),
    )
    const data = await orders.data()
    const counts = new Map(listOrders([0, 1, 2, 3]).map((order) => [order.join(), 0]))
    for (let i = 0; i < draws; i++) {
      const order = data.slice(4 * i, 4 * i + 4).join()
      counts.set(order, (counts.get(order) as number) + 1)
    }
    expect(counts.size).toBe(24)
    expect(chiSquare([...counts.values()])).toBeLessThan(chiSquareLimit(23))
  })

  test('of 100: each number is as likely at each place, and neighbours do not stay neighbours', {
    timeout: 20_000,
  }, async () => {
    const draws = 500
    const [, orders] = scan(
      (_: undefined, one: Tensor) => [undefined, randomPermutation(one, 100)],
      undefined,
      randomBits(randomKey(7), [draws, 2]),
    )
    const data = await orders.data()
    const [places, steps] = [new Array<number>(100).fill(0), new Array<number>(10).fill(0)]
    for (let i = 0; i < draws; i++) {
      const order = data.slice(100 * i, 100 * i + 100)
      const place = order.indexOf(0)
      places[place] = (places[place] as number) + 1
      const band = Math.floor(((((order[1] as number) - (order[0] as number) + 100) % 100) - 1) / 9.9)
      steps[band] = (steps[band] as number) + 1
    }
    expect(chiSquare(places)).toBeLessThan(chiSquareLimit(99))
    expect(chiSquare(steps)).toBeLessThan(chiSquareLimit(9))
  })

  test('shuffles rows when gathered', async () => {
    const rows = tensor([[1, 10], [2, 20], [3, 30]]).gather(randomPermutation(key, 3)) // biome-ignore format: a matrix
    const shuffled = (await rows.array()) as number[][]
    expect(shuffled.map(([a]) => a).sort()).toEqual([1, 2, 3])
    expect(shuffled.every(([a, b]) => b === 10 * (a as number))).toBe(true)
  })
})
