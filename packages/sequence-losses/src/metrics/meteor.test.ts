// METEOR's exact matcher against NLTK, and its chunks against trying all alignments.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { candidates, measures, references, words } from '../fixtures/measures.ts'
import { meteorExact } from './meteor.ts'

/** The fewest chunks of all alignments with the most matches. */
function searchChunks(candidate: readonly number[], reference: readonly number[]): [matches: number, chunks: number] {
  let best: [number, number] = [0, 0]
  const visit = (i: number, taken: readonly number[], last: number, matches: number, chunks: number): void => {
    if (i === candidate.length) {
      if (matches > best[0] || (matches === best[0] && chunks < best[1])) best = [matches, chunks]
      return
    }
    visit(i + 1, taken, -2, matches, chunks)
    reference.forEach((token, place) => {
      if (token !== candidate[i] || taken.includes(place)) return
      visit(i + 1, [...taken, place], place, matches + 1, chunks + (place === last + 1 ? 0 : 1))
    })
  }
  visit(0, [], -2, 0, 0)
  return best
}

test('as NLTK has it without stems and synonyms, where no word is repeated', () => {
  candidates.forEach((candidate, i) => {
    const { score } = meteorExact([...new Set(candidate)], [[...new Set(references[i]?.[0])]])
    expect(score).toBeCloseTo(measures.meteor[i] as number, 10)
  })
})

test('as many matches as possible in as few chunks as possible', () => {
  const sentences = fc.array(fc.nat(2), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(sentences, sentences, (candidate, reference) => {
      const { matches, chunks } = meteorExact(candidate, [reference])
      expect([matches, chunks]).toEqual(searchChunks(candidate, reference))
    }),
  )
})

test('the best reference counts', () => {
  const candidate = words('the cat sat on the mat')
  expect(meteorExact(candidate, [words('a dog'), candidate])).toMatchObject({ matches: 6, chunks: 1, precision: 1 })
  expect(meteorExact(candidate, [candidate]).score).toBeCloseTo(1 - 0.5 * (1 / 6) ** 3, 12)
  expect(meteorExact(candidate, [words('a dog')]).score).toBe(0)
  expect(meteorExact([], [words('a dog')]).score).toBe(0)
})

describe('wrong arguments', () => {
  test.each<[object, RegExp]>([
    [{ alpha: 1 }, /alpha/],
    [{ beta: -1 }, /beta/],
    [{ gamma: 2 }, /gamma/],
  ])('%j', (options, message) => {
    expect(() => meteorExact(['a'], [['a']], options)).toThrow(message)
  })
  test('no references', () => {
    expect(() => meteorExact(['a'], [])).toThrow(/expected at least one/)
  })
})
