// Phrase pairs: reproducible, one translation for each sentence, and rules of both languages that can be checked from outside.
import { expect, test } from 'vitest'
import { generatePhrasePairs } from './generate-phrase-pairs.ts'

const pairs = generatePhrasePairs({ count: 3000, seed: 1 })

test('the same seed gives the same pairs, another one others; a sentence has one translation', () => {
  expect(generatePhrasePairs({ count: 50, seed: 1 })).toEqual(pairs.slice(0, 50))
  expect(generatePhrasePairs({ count: 50, seed: 2 })).not.toEqual(pairs.slice(0, 50))
  const known = new Map<string, string>()
  for (const { source, target } of pairs) {
    expect(known.get(source) ?? target).toBe(target)
    known.set(source, target)
  }
  expect(known.size).toBeGreaterThan(2500)
})

test('machine learning is 机器学习, and names stay as they are', () => {
  for (const { source, target } of pairs) {
    expect(source.includes('machine learning')).toBe(target.includes('机器学习'))
    expect(source.match(/[A-Z]\w+/g) ?? []).toEqual(target.match(/[A-Z]\w+/g) ?? [])
  }
  expect(pairs.some(({ source }) => source === 'machine learning')).toBe(true)
  expect(pairs.filter(({ source }) => /[A-Z]/.test(source)).length).toBeGreaterThan(300)
})

test('sentences end in both languages or in neither; verbs agree; articles suit what follows', () => {
  for (const { source, target } of pairs) {
    expect(source.endsWith('.')).toBe(target.endsWith('。'))
    expect(source).not.toMatch(/\b(friend|sister|brother|teacher|father|doctor) (want|have) to/)
    expect(source).not.toMatch(/\b(i|you|we|they|students|neighbours) (wants|has) to/)
    expect(source).not.toMatch(/\ban [^aeio]|\ba [aeio]/)
    expect(source).not.toMatch(/ {2}/)
  }
})

test('in Chinese, when comes before where, and where before what', () => {
  const both = pairs.filter(({ source }) => /^\S+ will learn physics in the park today/.test(source))
  for (const { target } of both) expect(target).toMatch(/今天会在公园里学物理/)
  const timed = pairs.filter(({ source }) => / in beijing tomorrow\.$/.test(source))
  expect(timed.length).toBeGreaterThan(3)
  for (const { target } of timed) expect(target).toMatch(/明天.*在北京.*/)
})
