// Edit distance against its definition and NLTK, and error rates against published examples.
import { RecipeError } from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { candidates, measures, references } from '../fixtures/measures.ts'
import { alignEdits, characterErrorRate, editDistance, tokenErrorRate, wordErrorRate } from './edit-distance.ts'

/** Fewest edits by trying everything. */
function searchDistance(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length
  const [restA, restB] = [a.slice(1), b.slice(1)]
  if (a[0] === b[0]) return searchDistance(restA, restB)
  return 1 + Math.min(searchDistance(restA, restB), searchDistance(restA, b), searchDistance(a, restB))
}

const sequences = fc.array(fc.nat(2), { maxLength: 5 })

describe('edit distance', () => {
  test('of words that everybody uses for it', () => {
    expect(editDistance([...'sitting'], [...'kitten'])).toBe(3)
    expect(editDistance([...'saturday'], [...'sunday'])).toBe(3)
    expect(editDistance([], [...'abc'])).toBe(3)
    expect(editDistance([], [])).toBe(0)
  })

  test('is what trying everything finds, and its alignment has as many edits', () => {
    fc.assert(
      fc.property(sequences, sequences, (candidate, reference) => {
        const wanted = searchDistance(candidate, reference)
        expect(editDistance(candidate, reference)).toBe(wanted)
        const edits = alignEdits(candidate, reference)
        expect(edits.filter(({ kind }) => kind !== 'equal')).toHaveLength(wanted)
        expect(edits.flatMap((edit) => ('candidate' in edit ? [edit.candidate] : []))).toEqual(candidate)
        expect(edits.flatMap((edit) => ('reference' in edit ? [edit.reference] : []))).toEqual(reference)
      }),
    )
  })

  test('as NLTK has it', () => {
    const distances = candidates.map((candidate, i) => editDistance(candidate, references[i]?.[0] as string[]))
    expect(distances).toEqual(measures.editDistance)
  })

  test('kinds of edits', () => {
    const kinds = (candidate: string, reference: string) =>
      alignEdits(candidate.split(' '), reference.split(' ')).map(({ kind }) => kind)
    expect(kinds('the big cat', 'the cat')).toEqual(['equal', 'insert', 'equal'])
    expect(kinds('the cat', 'the big cat')).toEqual(['equal', 'delete', 'equal'])
    expect(kinds('the big cat', 'the old cat')).toEqual(['equal', 'substitute', 'equal'])
  })
})

describe('error rates', () => {
  test("words: the example of jiwer's manual", () => {
    expect(wordErrorRate(['hello duck'], ['hello world'])).toEqual({
      rate: 0.5,
      substitutions: 1,
      deletions: 0,
      insertions: 0,
      distance: 1,
      length: 2,
      sentenceErrorRate: 1,
    })
  })

  test('edits are summed before they are divided; white space only separates', () => {
    const { rate, length } = wordErrorRate(['  a\tb ', 'x y z'], ['a b', 'x'])
    expect([rate, length]).toEqual([2 / 3, 3])
  })

  test('characters: code points, not halves of them', () => {
    expect(characterErrorRate(['好棒'], ['好棒棒']).rate).toBeCloseTo(1 / 3, 12)
    expect(characterErrorRate(['👍a'], ['👎a'])).toMatchObject({ rate: 0.5, length: 2 })
  })

  test('empty references, and nothing at all', () => {
    expect(tokenErrorRate([[1]], [[]]).rate).toBe(Number.POSITIVE_INFINITY)
    expect(tokenErrorRate([[]], [[]]).rate).toBe(0)
    expect(tokenErrorRate([], []).rate).toBe(0)
    expect(tokenErrorRate([[]], [[1, 2]])).toMatchObject({ rate: 1, deletions: 2 })
  })

  test('lists of different lengths, and sequences too long to align', () => {
    expect(() => wordErrorRate(['a'], [])).toThrow(/each of the 1 candidates, received 0/)
    const long = new Array<number>(40_000).fill(1)
    expect(() => alignEdits(long, long)).toThrow(RecipeError)
  })
})
