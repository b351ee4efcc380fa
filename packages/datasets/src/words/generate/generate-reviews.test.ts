// Generated reviews: judged by hand-written rules that know nothing of the grammar, and by how little single words tell.
import { describe, expect, test } from 'vitest'
import { DatasetError } from '../../errors.ts'
import { generateReviews } from './generate-reviews.ts'

const reviews = generateReviews({ count: 3000, seed: 1 })
const praise =
  'good great moving funny clever warm fresh brilliant gripping charming honest lovely elegant touching smart witty'
const blame =
  'bad dull boring weak stale awful clumsy tedious cold shallow silly predictable lifeless messy bland forced'

/** +1, −1 or 0 for a clause, as a reader of English understands it. */
function judge(clause: string): number {
  const own = clause.split(' ')
  const sign = own.some((word) => praise.split(' ').includes(word))
    ? 1
    : own.some((word) => blame.split(' ').includes(word))
      ? -1
      : 0
  return /\b(is|was) (not|never|hardly|far from|anything but)\b/.test(clause) ? -sign : sign
}

/** The clause that counts: after `but` or the comma of `although`, before `even though`, beside `despite …`. */
function mainClause(text: string): string {
  if (text.startsWith('although ')) return text.slice(text.indexOf(' , ') + 3)
  if (text.includes(' , even though ')) return text.slice(0, text.indexOf(' , even though '))
  if (text.includes(' , but ')) return text.slice(text.indexOf(' , but ') + 7)
  if (text.startsWith('despite its ')) return text.split(' ').slice(4).join(' ')
  return text
}

describe('generateReviews', () => {
  test('half are positive, and a reader agrees with all', () => {
    expect(reviews.filter(({ positive }) => positive).length).toBe(1500)
    for (const { words, positive } of reviews) {
      const text = words.join(' ')
      expect(`${text}: ${judge(mainClause(text))}`).toBe(`${text}: ${positive ? 1 : -1}`)
    }
  })

  test('the seed decides', () => {
    expect(generateReviews({ count: 20, seed: 1 })).toEqual(reviews.slice(0, 20))
    expect(generateReviews({ count: 20, seed: 2 })).not.toEqual(reviews.slice(0, 20))
    expect(() => generateReviews({ count: 0, seed: 1 })).toThrow(DatasetError)
  })

  test('words alone, without their order, decide little: naive Bayes over them is hardly better than a coin', () => {
    const test = generateReviews({ count: 1000, seed: 2 })
    const counts = [new Map<string, number>(), new Map<string, number>()]
    for (const { words, positive } of reviews) {
      const own = counts[Number(positive)] as Map<string, number>
      for (const word of words) own.set(word, (own.get(word) ?? 0) + 1)
    }
    const right = test.filter(({ words, positive }) => {
      const score = words.reduce(
        (sum, word) => sum + Math.log((1 + (counts[1]?.get(word) ?? 0)) / (1 + (counts[0]?.get(word) ?? 0))),
        0,
      )
      return score > 0 === positive
    })
    expect(right.length / test.length).toBeGreaterThan(0.5)
    expect(right.length / test.length).toBeLessThan(0.65)
  })
})
