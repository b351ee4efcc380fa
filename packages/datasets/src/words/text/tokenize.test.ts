// Words and marks, by examples with the right answer beside each.
import { expect, test } from 'vitest'
import { splitWords, tokenize } from './tokenize.ts'

test('splitWords takes any run of spaces and tabs', () => {
  expect(splitWords('  a \t b  c ')).toEqual(['a', 'b', 'c'])
  expect(splitWords('   ')).toEqual([])
})

test.each([
  ["Not bad, isn't it?", ['not', 'bad', ',', "isn't", 'it', '?']],
  ['U.S. films cost 1,500.50 dollars.', ['u.s', '.', 'films', 'cost', '1,500.50', 'dollars', '.']],
  ['November 2nd at 7:30', ['november', '2nd', 'at', '7:30']],
  ['a well-made – café!!', ['a', 'well-made', '–', 'café', '!', '!']],
  ['', []],
])('tokenize(%j)', (text, expected) => {
  expect(tokenize(text)).toEqual(expected)
})

test('the case can stay', () => {
  expect(tokenize('Taipei', { lowerCase: false })).toEqual(['Taipei'])
})
