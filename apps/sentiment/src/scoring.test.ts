// Verdicts on many sentences at once are those one by one, and figures are what they say.
import { openReference } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { drawNetwork, encoder, words } from './fixtures/drawn-network.ts'
import { averageAll, makeScorer, measure, roundUp } from './scoring.ts'

test.each(['last', 'attention'] as const)('%s: many at once, whatever their lengths', async (pooling) => {
  const scorer = makeScorer(await drawNetwork(pooling), openReference())
  const sentences = [3, 0, 20, 8, 1, 9, 20].map((count, i) =>
    encoder.encode(
      words
        .slice(0, count)
        .reverse()
        .slice(i % 2),
    ),
  )
  const together = await scorer.score(sentences)
  for (const [i, sentence] of sentences.entries()) {
    expect((await scorer.score([sentence]))[0]).toBeCloseTo(together[i] as number, 6)
  }
  expect(together[1]).toBe(0.5)
  expect(new Set(together.map((probability) => probability.toFixed(4))).size).toBeGreaterThan(4)
  scorer.dispose()
})

test('figures', () => {
  const { accuracy, loss } = measure([0.9, 0.2, 0.5, 0.6], [1, 0, 1, 0])
  expect(accuracy).toBe(0.5)
  expect(loss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8) + Math.log(0.5) + Math.log(0.4)) / 4, 12)
  expect(measure([0, 1], [1, 0]).loss).toBeCloseTo(-Math.log(1e-12), 6)
  expect(
    averageAll([
      [0.2, 0.4],
      [0.4, 1],
    ]).map((value) => value.toFixed(6)),
  ).toEqual(['0.300000', '0.700000'])
})

test('few lengths are compiled, none of them too short or much too long', () => {
  const lengths = new Set<number>()
  const wrong: number[][] = []
  for (let length = 1; length <= 10_000; length++) {
    const rounded = roundUp(length)
    lengths.add(rounded)
    if (rounded < length || rounded > Math.max(length + 7, 1.5 * length)) wrong.push([length, rounded])
  }
  expect(wrong).toEqual([])
  expect(lengths.size).toBeLessThan(25)
})
