// Vocabularies: numbers that are promised (0 padding, 1 other), order, and the way back.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DatasetError } from '../../errors.ts'
import { buildVocabulary, buildVocabularySync, makeVocabulary, otherIndex, paddingIndex } from './vocabulary.ts'

const text = ['to be or not to be', 'that is the question', 'to the point'].map((line) => line.split(' '))

describe('buildVocabulary', () => {
  test('the most frequent first, then the alphabet', () => {
    const vocabulary = buildVocabularySync(text)
    expect(vocabulary.words).toEqual(['to', 'be', 'the', 'is', 'not', 'or', 'point', 'question', 'that'])
    expect(vocabulary.size).toBe(11)
    expect([...vocabulary.encode(['to', 'be', 'hamlet'])]).toEqual([2, 3, otherIndex])
  })

  test('rare words are other, and at most so many are kept', () => {
    expect(buildVocabularySync(text, { minimumCount: 2 }).words).toEqual(['to', 'be', 'the'])
    expect(buildVocabularySync(text, { maximumWords: 2, reserved: ['<start>', 'be'] }).words).toEqual([
      '<start>',
      'be',
      'to',
      'the',
    ])
  })

  test('reads a stream', async () => {
    async function* stream() {
      yield* text
    }
    expect((await buildVocabulary(stream())).words).toEqual(buildVocabularySync(text).words)
  })

  test('options out of range', () => {
    expect(() => buildVocabularySync(text, { minimumCount: 0 })).toThrow(DatasetError)
    expect(() => buildVocabularySync(text, { maximumWords: -1 })).toThrow(DatasetError)
  })
})

describe('makeVocabulary', () => {
  test('there and back again, and from its own list', () => {
    const word = fc.string({ minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 10 }), (words, picks) => {
        const vocabulary = makeVocabulary(words)
        const sentence = picks.flatMap((pick) => words[pick] ?? [])
        expect(vocabulary.decode(vocabulary.encode(sentence))).toEqual(sentence)
        const again = makeVocabulary(vocabulary.words)
        expect(again.encode([...words, '\u0000never'])).toEqual(vocabulary.encode([...words, '\u0000never']))
      }),
    )
  })

  test('names of objects are words like others', () => {
    const vocabulary = makeVocabulary(['constructor'])
    expect(vocabulary.has('__proto__')).toBe(false)
    expect(vocabulary.indexOf('toString')).toBe(otherIndex)
    expect(vocabulary.indexOf('constructor')).toBe(2)
  })

  test('padding and other cannot be asked for by name, padding is not decoded', () => {
    const vocabulary = makeVocabulary(['a'])
    expect(vocabulary.indexOf(vocabulary.wordAt(paddingIndex))).toBe(otherIndex)
    expect(vocabulary.has(vocabulary.wordAt(otherIndex))).toBe(false)
    expect(vocabulary.decode([2, 1, 0, 0])).toEqual(['a', '< other >'])
  })

  test('1-of-N', () => {
    const { data, shape } = makeVocabulary(['a', 'b']).encodeOneHot(['b', 'z'])
    expect(shape).toEqual([2, 4])
    expect([...data]).toEqual([0, 0, 0, 1, 0, 1, 0, 0])
  })

  test('what is no vocabulary', () => {
    expect(() => makeVocabulary(['a', 'a'])).toThrow("received 'a' twice")
    expect(() => makeVocabulary([''])).toThrow('received an empty word')
    expect(() => makeVocabulary(['a']).wordAt(3)).toThrow('expected a whole number from 0 to 2, received 3')
    expect(() => makeVocabulary(['a']).decode([-1])).toThrow(DatasetError)
  })
})
