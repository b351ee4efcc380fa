// Words as numbers: known, unknown, long, and again from the tables of a file.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collectTables, columns, makeEncoder, padEncoded, trigramsPerWord } from './encoder.ts'

const tables = collectTables([
  ['a', 'good', 'film'],
  ['good', 'goods'],
])
const encoder = makeEncoder(tables)

test('a word and its trigrams', () => {
  const numbers = encoder.encode(['good', 'goodness'])
  expect(numbers.length).toBe(2 * columns)
  expect(encoder.vocabulary.wordAt(numbers[0] as number)).toBe('good')
  const trigramsOf = (row: number): (string | undefined)[] =>
    [...numbers.subarray(row * columns + 1, (row + 1) * columns)]
      .filter((index) => index > 0)
      .map((index) => encoder.hashing.trigrams[index - 2])
  expect(trigramsOf(0)).toEqual(['#go', 'goo', 'ood', 'od#'])
  // Never seen: what it shares with words that were.
  expect(numbers[columns]).toBe(1)
  expect(trigramsOf(1)).toEqual(['#go', 'goo', 'ood'])
})

test('any words, the same after a way through a file', () => {
  const again = makeEncoder(JSON.parse(JSON.stringify(tables)))
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 6 }), (words) => {
      const numbers = encoder.encode(words)
      expect(again.encode(words)).toEqual(numbers)
      expect(numbers.length).toBe(words.length * (1 + trigramsPerWord))
      words.forEach((_, row) => {
        expect(numbers[row * columns]).toBeGreaterThan(0)
      })
    }),
  )
})

test('padding', () => {
  const { shape, data } = padEncoded([encoder.encode(['film']), encoder.encode(['a', 'good'])], 3)
  expect(shape).toEqual([2, 3, columns])
  expect([...data.subarray(columns, 3 * columns)]).toEqual(new Array(2 * columns).fill(0))
  expect(data.subarray(3 * columns, 5 * columns)).toEqual(encoder.encode(['a', 'good']))
})
