// Captions as rows of numbers, and back.
import { expect, test } from 'vitest'
import { collectWords, decodeCaption, encodeCaption, splitCaption } from './words.ts'

test.each([
  ['A girl , in a "pink" dress .', ['a', 'girl', 'in', 'a', 'pink', 'dress']],
  ["the man's well-worn hat!", ['the', "man's", 'well-worn', 'hat']],
  ['Zwei Äpfel', ['zwei', 'äpfel']],
  [' . ', []],
])('words of %j', (caption, words) => {
  expect(splitCaption(caption)).toEqual(words)
})

const vocabulary = collectWords(['a dog runs', 'a dog sits', 'a cat sits'], 2)

test('the vocabulary has what occurs often enough, after padding, other, start and end', () => {
  expect(vocabulary.words).toEqual(['<start>', '<end>', 'a', 'dog', 'sits'])
})

test('start, words, end, padding; a rare word is other; what is too long has no end', () => {
  expect([...encodeCaption('A cat sits.', vocabulary, 6)]).toEqual([2, 4, 1, 6, 3, 0, 0])
  expect([...encodeCaption('a dog sits', vocabulary, 2)]).toEqual([2, 4, 5])
  expect([...encodeCaption('', vocabulary, 2)]).toEqual([2, 3, 0])
})

test('numbers back to words, up to the end', () => {
  expect(decodeCaption([4, 5, 6, 3, 4, 4], vocabulary)).toBe('a dog sits')
  expect(decodeCaption([4, 1, 6], vocabulary)).toBe('a … sits')
  expect(decodeCaption([2, 3], vocabulary)).toBe('')
})
