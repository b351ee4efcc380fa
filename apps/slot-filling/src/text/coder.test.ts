// Words as numbers, and back from a record.
import { expect, test } from 'vitest'
import { buildCoder, makeCoder, toCoderRecord } from './coder.ts'
import { normalizeWord } from './normalize.ts'

const sentences = [
  { words: ['Fly', 'to', 'Oslo', 'at', '838'], tags: ['O', 'O', 'B-to', 'O', 'B-time'], intent: 'fly' },
  { words: ['to', 'Rio', 'de', 'Janeiro'], tags: ['O', 'B-to', 'I-to', 'I-to'], intent: undefined },
]
const coder = buildCoder(sentences)

test('case and digits are alike', () => {
  expect(['Taipei', '2nd', '٣ pm'].map(normalizeWord)).toEqual(['taipei', '0nd', '0 pm'])
  const width = coder.width
  expect(coder.encodeWords(['fly', '905'])).toEqual(coder.encodeWords(['FLY', '838']))
  expect(coder.encodeWords(['fly']).length).toBe(width)
})

test('O is tag 0; others and intents in alphabetical order; what is unknown is −1', () => {
  expect(coder.tags).toEqual(['O', 'B-time', 'B-to', 'I-to'])
  expect(coder.intents).toEqual(['fly'])
  expect([coder.tagIndex('I-to'), coder.tagIndex('B-from'), coder.intentIndex('fly')]).toEqual([3, -1, 0])
  expect([coder.intentIndex('walk'), coder.intentIndex(undefined)]).toEqual([-1, -1])
})

test('an unseen word is other, with the trigrams that are known', () => {
  const known = coder.encodeWords(['oslo'])
  const unseen = coder.encodeWords(['oslos'])
  expect(known[0]).toBeGreaterThan(1)
  expect(unseen[0]).toBe(1)
  // #os, osl, slo are known; los, os# are not.
  expect([...unseen.slice(1)].filter((index) => index > 0)).toEqual([...known.slice(1, 4)])
})

test('words longer than any of the training set fit', () => {
  expect(coder.encodeWords(['janeirojaneirojaneirojaneiro']).length).toBe(coder.width)
  expect(coder.width).toBe(1 + 'janeiro'.length)
})

test('again from its record, through JSON', () => {
  const again = makeCoder(JSON.parse(JSON.stringify(toCoderRecord(coder))))
  const words = ['fly', 'janeiro', 'nowhere', '12']
  expect(again.encodeWords(words)).toEqual(coder.encodeWords(words))
  expect(toCoderRecord(again)).toEqual(toCoderRecord(coder))
})
