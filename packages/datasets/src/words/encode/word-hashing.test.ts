// Word hashing: the lecture's own example, and the two codings against each other.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DatasetError } from '../../errors.ts'
import { buildWordHashing, letterTrigrams, makeWordHashing } from './word-hashing.ts'

describe('letterTrigrams', () => {
  test.each([
    ['apple', ['#ap', 'app', 'ppl', 'ple', 'le#']],
    ['a', ['#a#']],
    ['日本', ['#日本', '日本#']],
    ['😀', ['#😀#']],
    ['', []],
  ])('%s', (word, expected) => {
    expect(letterTrigrams(word)).toEqual(expected)
  })
})

describe('word hashing', () => {
  const hashing = buildWordHashing(['apple', 'banana', 'apply'])

  test('frequent trigrams first; an unseen word shares some with seen ones', () => {
    expect(hashing.trigrams.slice(0, 3)).toEqual(['#ap', 'ana', 'app'])
    expect(hashing.size).toBe(2 + new Set(['apple', 'banana', 'apply'].flatMap(letterTrigrams)).size)
    const named = [...hashing.encodeWord('apples')].map((index) => hashing.trigrams[index - 2])
    expect(named).toEqual(['#ap', 'app', 'ppl', 'ple'])
    expect([...hashing.encodeWord('xyz')]).toEqual([])
  })

  test('each trigram once, and indices name the ones of the multi-hot vector', () => {
    expect([...hashing.encodeWord('banana')].map((index) => hashing.trigrams[index - 2])).toEqual([
      '#ba',
      'ban',
      'ana',
      'nan',
      'na#',
    ])
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'n', 'p', 'l', 'e', 'y'), maxLength: 9 })
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const indices = hashing.encodeIndices(words)
        const hot = hashing.encodeMultiHot(words)
        words.forEach((_, row) => {
          const marked = new Float32Array(hashing.size)
          for (let at = 0; at < (indices.shape[1] as number); at++) {
            const index = indices.get(row, at)
            if (index !== 0) marked[index] = 1
          }
          expect(hot.data.subarray(row * hashing.size, (row + 1) * hashing.size)).toEqual(marked)
        })
      }),
    )
  })

  test('a width keeps the first trigrams', () => {
    const { data, shape } = hashing.encodeIndices(['apple', ''], 2)
    expect(shape).toEqual([2, 2])
    expect([...data.slice(0, 2)].map((index) => hashing.trigrams[index - 2])).toEqual(['#ap', 'app'])
    expect([...data.slice(2)]).toEqual([0, 0])
  })

  test('again from its own list', () => {
    const again = makeWordHashing(hashing.trigrams)
    expect(again.encodeWord('bapple')).toEqual(hashing.encodeWord('bapple'))
    expect(() => makeWordHashing(['#ap', 'appl'])).toThrow(DatasetError)
    expect(() => makeWordHashing(['#ap', '#ap'])).toThrow("received '#ap' twice")
  })
})
