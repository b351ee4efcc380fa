// Chunk scores: against what the script conlleval printed for the same tags (fixtures/make_chunks.py).
import { RecipeError } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { findChunks, formatChunkScores, scoreChunks } from './chunk-f1.ts'
import cases from './fixtures/chunks.json' with { type: 'json' }

describe('scoreChunks', () => {
  test.each(cases)('conlleval: $name', ({ expected, predicted, output }) => {
    expect(formatChunkScores(scoreChunks(expected, predicted))).toBe(output)
  })

  test('by hand: one chunk right, one too short, one of another type', () => {
    const expected = [
      ['O', 'B-city', 'I-city', 'O', 'B-day'],
      ['B-city', 'I-city'],
    ]
    const predicted = [
      ['O', 'B-city', 'I-city', 'O', 'B-city'],
      ['B-city', 'O'],
    ]
    const scores = scoreChunks(expected, predicted)
    expect(scores).toMatchObject({ correct: 1, expected: 3, predicted: 3, tokens: 7, accuracy: 5 / 7 })
    expect(scores.f1).toBeCloseTo(1 / 3, 12)
    expect(scores.types.get('day')).toMatchObject({
      correct: 0,
      expected: 1,
      predicted: 0,
      precision: 0,
      recall: 0,
      f1: 0,
    })
    expect([...scores.types.keys()]).toEqual(['city', 'day'])
  })

  test('a chunk does not go on in the next sentence', () => {
    const score = scoreChunks([['O', 'B-a'], ['I-a']], [['O', 'B-a'], ['I-a']])
    expect(score).toMatchObject({ correct: 2, expected: 2, predicted: 2, f1: 1 })
  })

  test('nothing at all', () => {
    expect(scoreChunks([], [])).toMatchObject({ f1: 0, accuracy: 0, tokens: 0 })
    expect(formatChunkScores(scoreChunks([], []))).toBe(
      'processed 0 tokens with 0 phrases; found: 0 phrases; correct: 0.\n',
    )
  })

  test('other sentences or words', () => {
    expect(() => scoreChunks([['O']], [])).toThrow(RecipeError)
    expect(() => scoreChunks([['O'], ['O', 'O']], [['O'], ['O']])).toThrow('words of sentence 1: expected 2')
  })

  test('halves are rounded as in C: 1 of 32 is 3.12 %', () => {
    const expected = [Array.from({ length: 32 }, () => 'B-a')]
    const predicted = [['B-a', ...Array.from({ length: 31 }, () => 'O')]]
    expect(formatChunkScores(scoreChunks(expected, predicted))).toContain('recall:   3.12%')
    expect(formatChunkScores(scoreChunks(predicted, expected))).toContain('precision:   3.12%')
  })
})

test('findChunks: where they lie', () => {
  expect(findChunks(['B-a', 'I-a', 'I-b', 'O', 'I-a', 'B-a'])).toEqual([
    { type: 'a', start: 0, end: 2 },
    { type: 'b', start: 2, end: 3 },
    { type: 'a', start: 4, end: 5 },
    { type: 'a', start: 5, end: 6 },
  ])
  expect(findChunks([])).toEqual([])
})
