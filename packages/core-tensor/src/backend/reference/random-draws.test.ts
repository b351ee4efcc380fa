// Random draws against the known answers that Random123 publishes for Threefry-2x32 with 20 rounds.
import { describe, expect, test } from 'vitest'
import { threefry2x32 } from '../../random/threefry.ts'
import { int, runPrimitive } from './fixtures/run-primitive.ts'

const hex = (words: Iterable<number>): string[] =>
  Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0'))

test.each([
  [
    [0, 0],
    [0, 0],
    ['6b200159', '99ba4efe'],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    ['1cb996fc', 'bb002be7'],
  ],
  [
    [0x13198a2e, 0x03707344],
    [0x243f6a88, 0x85a308d3],
    ['c4923a9c', '483df7a0'],
  ],
] as const)('key %o, counter %o', (key, counter, expected) => {
  const words = new Int32Array(2)
  threefry2x32(key[0], key[1], counter[0], counter[1], words, 0)
  expect(hex(words)).toEqual(expected)
})

describe('the primitive', () => {
  const draw = (kind: 'bits' | 'uniform', shape: number[], key: number[], offset: number) =>
    runPrimitive('random', { kind, shape }, [int(key), int(offset)])

  test('starts with the known answer', () => {
    const { data, dtype, shape } = draw('bits', [1, 2], [0, 0], 0)
    expect({ dtype, shape }).toEqual({ dtype: 'int32', shape: [1, 2] })
    expect(hex(data)).toEqual(['6b200159', '99ba4efe'])
  })

  test('counts blocks in the low word of the counter, and has the offset in the high word', () => {
    const words = new Int32Array(2)
    threefry2x32(0x13198a2e, 0x03707344, 0x243f6a88, 2, words, 0)
    const { data } = draw('bits', [6], [0x13198a2e, 0x03707344], 0x243f6a88)
    expect(Array.from(data.slice(4))).toEqual(Array.from(words))
  })

  test('uniform is the upper 24 bits of the word', () => {
    const { data } = draw('uniform', [3], [0, 0], 0)
    expect(data[0]).toBe(0x6b2001 / 2 ** 24)
    expect(data[1]).toBe(0x99ba4e / 2 ** 24)
  })

  test('uniform has the mean and the variance of the unit interval', () => {
    const data = Array.from(draw('uniform', [10001], [7, 9], 3).data)
    const mean = data.reduce((sum, x) => sum + x, 0) / data.length
    const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length
    // Five standard errors: σ = 1 / √12, and √((9/5 − 1) / 144) for the variance.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / data.length))
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(0.8 / 144 / data.length))
    expect(data.every((x) => x >= 0 && x < 1)).toBe(true)
  })
})
