// CIDEr-D against the arithmetic of coco-caption's scorer.
import { RecipeError } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { candidates, measures, references, words } from '../fixtures/measures.ts'
import { ciderD } from './cider.ts'

test('as the reference implementation has it', () => {
  const { cider, scores } = ciderD(candidates, references)
  expect(scores).toHaveLength(measures.ciderD.length)
  for (const [i, wanted] of measures.ciderD.entries()) expect(scores[i]).toBeCloseTo(wanted, 9)
  expect(cider).toBeCloseTo(measures.ciderD.reduce((sum, score) => sum + score, 0) / scores.length, 9)
})

test('with the document frequencies of a larger collection', () => {
  const { scores } = ciderD(candidates.slice(0, 3), references.slice(0, 3), { documents: references })
  for (const [i, wanted] of measures.ciderDOfThree.entries()) expect(scores[i]).toBeCloseTo(wanted, 9)
})

test('a description of its own scores 10 where every n-gram is rare, one of another picture 0, a single picture 0', () => {
  const dog = words('a dog runs over green grass')
  const bus = words('the red bus stops near some people')
  expect(ciderD([dog, bus], [[dog], [bus]]).scores).toEqual([expect.closeTo(10, 9), expect.closeTo(10, 9)])
  expect(ciderD([bus, dog], [[dog], [bus]]).scores).toEqual([0, 0])
  expect(ciderD([dog], [[dog]]).scores).toEqual([0])
  expect(ciderD([], []).cider).toBe(0)
  expect(ciderD([[], bus], [[dog], [bus]]).scores[0]).toBe(0)
})

test('saying a rare word again and again is worth nothing more', () => {
  const dog = words('a dog runs over green grass')
  const others = [[words('the bus')], [words('two people talk')]]
  const score = (candidate: string[]) => ciderD([candidate, ['x'], ['x']], [[dog], ...others]).scores[0] as number
  expect(score(words('grass grass grass grass grass grass'))).toBeLessThan(score(words('over green grass')))
})

test.each<[string, () => unknown, RegExp]>([
  ['no references', () => ciderD([['a']], [[]]), /references of candidate 0/],
  ['lists of different lengths', () => ciderD([['a']], []), /received 0/],
  ['σ = 0', () => ciderD([['a']], [[['a']]], { sigma: 0 }), /sigma: expected a positive number/],
])('%s', (_, call, message) => {
  expect(call).toThrow(RecipeError)
  expect(call).toThrow(message)
})
