// The n-gram model against its definition, worked out by a program that looks through all sentences for each number.
import { readFileSync } from 'node:fs'
import { RecipeError } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { countNGrams } from './n-gram-model.ts'

interface Query {
  readonly history: string[]
  readonly token: string | null
  readonly probability: number
}
interface Fixture {
  readonly sentences: string[][]
  readonly cases: readonly { readonly order: number; readonly discount: number | null; readonly queries: Query[] }[]
}
const { sentences, cases }: Fixture = JSON.parse(
  readFileSync(new URL('../fixtures/n-gram.json', import.meta.url), 'utf8'),
)

describe.each(cases)('order $order, discount $discount', ({ order, discount, queries }) => {
  const model = countNGrams(sentences, { order, ...(discount !== null && { discount }) })

  test('is what the definition says', () => {
    for (const { history, token, probability } of queries) {
      const logarithm = model.logProbability(token ?? undefined, history)
      expect(Math.exp(logarithm), `${token} after ${history}`).toBeCloseTo(probability, 11)
    }
  })

  test.each([[[]], [['a']], [['a', 'b']], [['z', 'c', 'd']]])('sums to 1 after %j', (history: string[]) => {
    const all = [...model.vocabulary, 'never seen', undefined]
    const sum = all.reduce<number>((total, token) => total + Math.exp(model.logProbability(token, history)), 0)
    expect(sum).toBeCloseTo(1, 12)
  })
})

test('sentences and perplexity', () => {
  const model = countNGrams([[1, 2, 3]], { order: 1, discount: 0 })
  // Each of three tokens and the end once.
  expect(model.scoreSentence([1, 2, 3])).toBeCloseTo(4 * Math.log(1 / 4), 12)
  expect(model.perplexity([[1, 2, 3], [3]])).toBeCloseTo(4, 12)
  expect(countNGrams([[]]).logProbability(undefined, [])).toBeGreaterThan(Math.log(0.5))
})

test('what is followed by much counts for more than what is frequent', () => {
  // "francisco" is frequent, but stands after "san" only: after a new word it is unlikelier than "tea".
  const text = ['san francisco', 'san francisco', 'san francisco', 'green tea', 'black tea', 'hot tea']
  const model = countNGrams(
    text.map((line) => line.split(' ')),
    { order: 2 },
  )
  expect(model.logProbability('tea', ['cold'])).toBeGreaterThan(model.logProbability('francisco', ['cold']))
})

test.each<[string, () => unknown, RegExp]>([
  ['no sentences', () => countNGrams([]), /expected sentences, received none/],
  ['order 0', () => countNGrams([['a']], { order: 0 }), /order: expected a whole number from 1 to 16/],
  ['a discount above 1', () => countNGrams([['a']], { discount: 1.5 }), /discount: .* received 1.5/],
])('%s', (_, call, message) => {
  expect(call).toThrow(RecipeError)
  expect(call).toThrow(message)
})
