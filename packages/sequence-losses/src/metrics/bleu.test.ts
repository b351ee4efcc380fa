// BLEU against NLTK: its documented examples, and every smoothing method on a made-up corpus.
import { RecipeError } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { candidates, measures, references, words } from '../fixtures/measures.ts'
import { corpusBleu, sentenceBleu } from './bleu.ts'
import type { BleuSmoothing } from './smooth-precisions.ts'

const guide = words('It is a guide to action which ensures that the military always obeys the commands of the party')
const guideReferences = [
  'It is a guide to action that ensures that the military will forever heed Party commands',
  'It is the guiding principle which guarantees the military forces always being under the command of the Party',
  'It is the practical guide for the army always to heed the directions of the party',
].map(words)
const book = words('he read the book because he was interested in world history')
const bookReference = words('he was interested in world history because he read the book')

describe("NLTK's documented examples", () => {
  test('a corpus is not the mean of its sentences', () => {
    expect(Math.floor(corpusBleu([guide, book], [guideReferences, [bookReference]]).bleu * 1e4)).toBe(5920)
    const single = [sentenceBleu(guide, guideReferences), sentenceBleu(book, [bookReference])]
    expect(Math.floor(((single[0]?.bleu ?? 0) + (single[1]?.bleu ?? 0)) * 5e3)).toBe(6223)
  })

  test('weights, and other orders', () => {
    const weigh = (...weights: number[]) =>
      Math.floor(
        corpusBleu([guide, book], [guideReferences, [bookReference]], { weights, order: weights.length }).bleu * 1e4,
      )
    expect(weigh(0.1, 0.3, 0.5, 0.1)).toBe(5818)
    expect(weigh(0.5, 0.5)).toBe(8242)
    expect(weigh(0.2, 0.2, 0.2, 0.2, 0.2)).toBe(4719)
  })

  test.each<[BleuSmoothing, number]>([
    [0, 0.4118],
    [1, 0.4118],
    [2, 0.4452],
    [3, 0.4118],
    [4, 0.4118],
    [5, 0.4905],
    [6, 0.4135],
    [7, 0.4905],
  ])('smoothing method %i', (smoothing, wanted) => {
    const { bleu } = sentenceBleu(guide, guideReferences.slice(0, 1), { smoothing })
    expect(Math.floor(bleu * 1e4) / 1e4).toBe(wanted)
  })

  test.each([
    [12, [12, 15, 17], 1],
    [12, [28, 28], 0.2635971381157267],
    [12, [13, 2], Math.exp(1 - 13 / 12)],
    [12, [13, 11], 1],
    [7, [11, 8], 0.8668778997501817],
    [7, [11, 8, 6, 7], 1],
  ])('the brevity penalty of %i tokens against %j', (length, others, wanted) => {
    const all = (count: number) => new Array<string>(count).fill('a')
    expect(sentenceBleu(all(length), others.map(all)).brevityPenalty).toBeCloseTo(wanted, 12)
  })

  test('the the the: a word counts as often as one reference has it', () => {
    const cat = ['the cat is on the mat', 'there is a cat on the mat'].map(words)
    expect(sentenceBleu(words('the the the the the the the'), cat).precisions[0]).toBeCloseTo(2 / 7, 12)
  })
})

describe('as NLTK has it', () => {
  test('BLEU-1 to BLEU-4 of a corpus', () => {
    const { bleu, byOrder } = corpusBleu(candidates, references)
    for (const [n, wanted] of measures.corpusBleu.entries()) expect(byOrder[n]).toBeCloseTo(wanted, 10)
    expect(bleu).toBe(byOrder[3])
  })

  test.each([0, 1, 2, 3, 4, 5, 6, 7] as const)('sentences, smoothing method %i', (smoothing) => {
    let compared = 0
    for (const [i, wanted] of (measures.sentenceBleu[smoothing] as (number | null)[]).entries()) {
      if (wanted === null) continue
      const { bleu } = sentenceBleu(candidates[i] as string[], references[i] as string[][], { smoothing })
      expect(bleu).toBeCloseTo(wanted, 10)
      compared++
    }
    expect(compared).toBeGreaterThan(5)
  })
})

test('perfect, hopeless, short and empty candidates', () => {
  expect(corpusBleu([guide], [[guide]]).bleu).toBe(1)
  expect(sentenceBleu(['x', 'y'], [guide]).bleu).toBe(0)
  expect(sentenceBleu([], [guide]).bleu).toBe(0)
  expect(corpusBleu([], []).bleu).toBe(0)
  // No n-gram of three: nothing without smoothing, something with it.
  expect(sentenceBleu(['It', 'is'], [['It', 'is']], { smoothing: 0 }).bleu).toBe(0)
  expect(sentenceBleu(['It', 'is'], [['It', 'is']]).bleu).toBeGreaterThan(0)
  expect(sentenceBleu(['It', 'is'], [['It', 'is']], { order: 2 }).bleu).toBe(1)
})

test('numbers are tokens of their own', () => {
  expect(sentenceBleu([1, 2, 3, 4], [[1, 2, 3, 4]]).bleu).toBe(1)
  expect(sentenceBleu([1, 2, 3, 4], [['1', '2', '3', '4']]).bleu).toBe(0)
})

test.each<[string, () => unknown, RegExp]>([
  ['lists of different lengths', () => corpusBleu([guide], []), /each of the 1 candidates, received 0/],
  ['no references', () => corpusBleu([guide], [[]]), /references of candidate 0: expected at least one/],
  ['order 0', () => corpusBleu([guide], [[guide]], { order: 0 }), /order: expected a whole number from 1/],
  ['too few weights', () => corpusBleu([guide], [[guide]], { weights: [1] }), /weights: expected 4 numbers/],
  ['another method', () => sentenceBleu(guide, [guide], { smoothing: 8 as never }), /smoothing: .* 0 to 7, received 8/],
])('%s are refused', (_, call, message) => {
  expect(call).toThrow(RecipeError)
  expect(call).toThrow(message)
})
