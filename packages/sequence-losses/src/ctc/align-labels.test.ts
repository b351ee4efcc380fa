// Forced alignment against trying all paths.
import { RecipeError } from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collapse, listPaths, softmax } from '../fixtures/brute-force.ts'
import { alignLabels } from './align-labels.ts'

/** The largest probability of one path that spells the labels. */
function searchBest(scores: readonly number[][], labels: readonly number[], blank: number): number {
  const probabilities = scores.map(softmax)
  let best = 0
  for (const path of listPaths(scores.length, scores[0]?.length ?? 0)) {
    if (collapse(path, blank).join() !== labels.join()) continue
    best = Math.max(
      best,
      path.reduce((product, label, t) => product * (probabilities[t]?.[label] as number), 1),
    )
  }
  return best
}

const cases = fc
  .record({ time: fc.integer({ min: 1, max: 6 }), classes: fc.integer({ min: 2, max: 3 }) })
  .chain(({ time, classes }) =>
    fc.record({
      blank: fc.nat(classes - 1),
      scores: fc.array(
        fc.array(
          fc.integer({ min: -40, max: 40 }).map((n) => n / 16),
          { minLength: classes, maxLength: classes },
        ),
        { minLength: time, maxLength: time },
      ),
      symbols: fc.array(fc.nat(classes - 2), { maxLength: 3 }),
    }),
  )

test('finds the likeliest path, and its times', () => {
  fc.assert(
    fc.property(cases, ({ blank, scores, symbols }) => {
      const labels = symbols.map((symbol) => (symbol < blank ? symbol : symbol + 1))
      const best = searchBest(scores, labels, blank)
      if (best === 0) {
        expect(() => alignLabels(scores, labels, { blank })).toThrow(RecipeError)
        return
      }
      const { alignment, logProbability } = alignLabels(scores, labels, { blank })
      expect(Math.exp(logProbability)).toBeCloseTo(best, 6)
      // The path that the times describe spells the labels and has that probability.
      const path = scores.map((_, t) => alignment.find(({ start, end }) => t >= start && t < end)?.label ?? blank)
      expect(collapse(path, blank)).toEqual(labels)
      const probabilities = scores.map(softmax)
      expect(path.reduce((product, label, t) => product * (probabilities[t]?.[label] as number), 1)).toBeCloseTo(
        best,
        6,
      )
      for (const { label, start, end, confidence } of alignment) {
        const inside = probabilities.slice(start, end).map((row) => row[label] as number)
        expect(confidence).toBeCloseTo(Math.max(...inside), 6)
      }
    }),
    { numRuns: 200 },
  )
})

test('no labels: silence', () => {
  expect(alignLabels([[0, 0]], [])).toEqual({ labels: [], alignment: [], logProbability: -Math.log(2) })
})

test.each<[string, () => unknown, RegExp]>([
  [
    'too few steps for equal neighbours',
    () =>
      alignLabels(
        [
          [0, 0],
          [0, 0],
        ],
        [1, 1],
      ),
    /received 2 labels in 2 steps/,
  ],
  ['a label that is ruled out', () => alignLabels([[0, Number.NEGATIVE_INFINITY]], [1]), /none of them ruled out/],
  ['the blank as a label', () => alignLabels([[0, 0]], [0]), /other than the blank 0, received 0/],
  ['a label that is no class', () => alignLabels([[0, 0]], [2]), /from 0 to 1 .* received 2/],
])('%s is refused', (_, call, message) => {
  expect(call).toThrow(RecipeError)
  expect(call).toThrow(message)
})
