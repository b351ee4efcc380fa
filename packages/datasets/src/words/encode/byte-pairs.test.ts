// Byte pairs: a case by hand, a plain second implementation, and words that were never seen.
import { HostRandom } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { DatasetError } from '../../errors.ts'
import { joinPieces, learnBytePairs, makeBytePairs } from './byte-pairs.ts'

const repeat = (counts: { readonly [word: string]: number }): string[] =>
  Object.entries(counts).flatMap(([word, count]) => new Array<string>(count).fill(word))

/** Algorithm 1 of the paper as it stands there: count all pairs anew after each merge. */
function learnPlainly(words: readonly string[], merges: number): string[][] {
  let spelled = words.map((word) => [...word].map((letter, at) => (at === word.length - 1 ? `${letter}▁` : letter)))
  const learnt: string[][] = []
  while (learnt.length < merges) {
    const counts = new Map<string, number>()
    for (const pieces of spelled) {
      for (let at = 1; at < pieces.length; at++) {
        const key = `${pieces[at - 1]} ${pieces[at]}`
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    }
    const [best] = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    if (!best || best[1] < 2) break
    const [left, right] = best[0].split(' ') as [string, string]
    learnt.push([left, right])
    spelled = spelled.map((pieces) => {
      const text = ` ${pieces.join('  ')} `.replaceAll(` ${left}  ${right} `, ` ${left}${right} `)
      return text.trim().split(/ +/)
    })
  }
  return learnt
}

describe('learnBytePairs', () => {
  test('the most frequent pair first', () => {
    // a|b▁ occurs eight times, a|a five times; then a|ab▁ five times.
    const { merges } = learnBytePairs(repeat({ aab: 5, ab: 3 }), { merges: 4 })
    expect(merges).toEqual([
      ['a', 'b▁'],
      ['a', 'ab▁'],
    ])
  })

  test('the same merges as counting everything anew after each', () => {
    const random = new HostRandom(4)
    for (let round = 0; round < 20; round++) {
      const words = Array.from({ length: 60 }, () =>
        Array.from({ length: 1 + random.integer(6) }, () => 'abc'[random.integer(3)]).join(''),
      )
      expect(learnBytePairs(words, { merges: 25 }).merges).toEqual(learnPlainly(words, 25))
    }
  })

  test('stops where pairs are rare', () => {
    expect(learnBytePairs(['ab', 'cd'], { merges: 9 }).merges).toEqual([])
    expect(learnBytePairs(['ab', 'ab'], { merges: 9, minimumCount: 3 }).merges).toEqual([])
    expect(learnBytePairs([], { merges: 9 }).merges).toEqual([])
  })
})

describe('cutting', () => {
  const pairs = learnBytePairs(repeat({ low: 5, lowest: 2, newer: 6, wider: 3 }), { merges: 6 })

  test('every word comes back, also one of other characters, of several code units, and with the mark inside', () => {
    for (const word of ['low', 'lower', 'newest', '机器', '𠮷野家', 'x', 'naïve']) {
      expect(joinPieces(pairs.cut(word))).toEqual([word])
    }
    expect(joinPieces(pairs.cut('a▁b'))).toEqual(['a_b'])
    expect(pairs.cut('')).toEqual([])
    expect(joinPieces(['low▁', 'ne', 'w'])).toEqual(['low', 'new'])
    expect(joinPieces([])).toEqual([])
  })

  test('the merges are all it takes', () => {
    const again = makeBytePairs(JSON.parse(JSON.stringify(pairs.merges)))
    for (const word of ['low', 'lowest', 'newer', 'wild']) expect(again.cut(word)).toEqual(pairs.cut(word))
    expect(() => makeBytePairs([['', 'a']])).toThrow(DatasetError)
    expect(() => learnBytePairs([], { merges: -1 })).toThrow(DatasetError)
  })
})
