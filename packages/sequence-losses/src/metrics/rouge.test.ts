// ROUGE-L against coco-caption's arithmetic and the examples of rouge-score's tests.
import { expect, test } from 'vitest'
import { candidates, measures, references, words } from '../fixtures/measures.ts'
import { longestCommonSubsequence, rougeL } from './rouge.ts'

test('as coco-caption has it, and as plain F1', () => {
  candidates.forEach((candidate, i) => {
    const own = references[i] as string[][]
    expect(rougeL(candidate, own).f).toBeCloseTo(measures.rougeL[i] as number, 10)
    expect(rougeL(candidate, own.slice(0, 1), { beta: 1 }).f).toBeCloseTo(measures.rougeLF1[i] as number, 10)
  })
})

test("the paper's example: police killed the gunman", () => {
  const reference = [words('police killed the gunman')]
  // Lin 2004, section 3.1, with β = 1.
  expect(rougeL(words('police kill the gunman'), reference, { beta: 1 }).f).toBe(0.75)
  expect(rougeL(words('the gunman kill police'), reference, { beta: 1 }).f).toBe(0.5)
})

test('common subsequences', () => {
  expect(longestCommonSubsequence([...'ABCBDAB'], [...'BDCABA'])).toBe(4)
  expect(longestCommonSubsequence([], [1])).toBe(0)
})

test('nothing in common, nothing at all, nothing to compare with', () => {
  expect(rougeL(['a'], [['b']])).toEqual({ precision: 0, recall: 0, f: 0 })
  expect(rougeL([], [[]])).toEqual({ precision: 0, recall: 0, f: 0 })
  expect(() => rougeL(['a'], [])).toThrow(/expected at least one/)
  expect(() => rougeL(['a'], [['a']], { beta: 0 })).toThrow(/beta: expected a positive number/)
})
