// Prefix beam search with a beam that holds everything against adding up all paths, with and without words and language models.
import { RecipeError } from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collapse, listPaths, softmax } from '../fixtures/brute-force.ts'
import { countNGrams } from '../language/n-gram-model.ts'
import { decodeBestPath } from './best-path.ts'
import { decodePrefixBeam, type PrefixBeamOptions } from './prefix-beam.ts'

/** log p of everything that can be spelled, by adding up all paths. */
function enumerateLabels(
  scores: readonly number[][],
  blank: number,
): Map<string, { labels: number[]; logProbability: number }> {
  const probabilities = scores.map(softmax)
  const sums = new Map<string, { labels: number[]; probability: number }>()
  for (const path of listPaths(scores.length, scores[0]?.length ?? 0)) {
    const labels = collapse(path, blank)
    const probability = path.reduce((product, label, t) => product * (probabilities[t]?.[label] as number), 1)
    const known = sums.get(labels.join()) ?? { labels, probability: 0 }
    sums.set(labels.join(), { labels, probability: known.probability + probability })
  }
  return new Map(
    [...sums].map(([key, { labels, probability }]) => [key, { labels, logProbability: Math.log(probability) }]),
  )
}

const cases = fc
  .record({ time: fc.integer({ min: 1, max: 5 }), classes: fc.integer({ min: 2, max: 4 }) })
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
    }),
  )
const logs = (rows: number[][]) => rows.map((row) => row.map(Math.log))
const wide = { beamWidth: 10_000, results: 10_000 }

/** Compares the outputs with everything that can be spelled and is allowed, scored as given. */
function expectRanking(
  scores: number[][],
  options: PrefixBeamOptions,
  rescore: (labels: readonly number[]) => number | undefined = () => 0,
): void {
  const wanted = [...enumerateLabels(scores, options.blank ?? 0).values()].flatMap(({ labels, logProbability }) => {
    const added = rescore(labels)
    return added === undefined ? [] : [{ labels, logProbability, score: logProbability + added }]
  })
  const found = decodePrefixBeam(scores, { ...wide, ...options })
  expect(found).toHaveLength(wanted.length)
  for (const { labels, logProbability, score } of found) {
    const same = wanted.find((each) => each.labels.join() === labels.join())
    expect(logProbability).toBeCloseTo(same?.logProbability as number, 5)
    expect(score).toBeCloseTo(same?.score as number, 5)
  }
  expect(found.every(({ score }, i) => i === 0 || score <= (found[i - 1]?.score as number))).toBe(true)
}

describe('with a beam that holds everything', () => {
  test('every output has the probability of all its paths', () => {
    fc.assert(
      fc.property(cases, ({ blank, scores }) => expectRanking(scores, { blank })),
      { numRuns: 60 },
    )
  })

  test('a language model of labels', () => {
    const model = countNGrams([[1, 2, 1], [2, 2], [3, 1], []], { order: 2 })
    fc.assert(
      fc.property(cases, ({ scores }) =>
        expectRanking(
          scores,
          { language: { model, weight: 0.8, bonus: 0.3 } },
          (labels) => 0.8 * model.scoreSentence(labels) + 0.3 * labels.length,
        ),
      ),
      { numRuns: 40 },
    )
  })

  test('a word list with a separator, and a language model of words', () => {
    const spellings = new Map([
      ['one', [1]],
      ['two', [2, 2]],
      ['oneTwo', [1, 2]],
    ])
    const model = countNGrams([['one', 'two'], ['two'], ['oneTwo', 'one']], { order: 2 })
    const rescore = (labels: readonly number[]): number | undefined => {
      const words: string[] = []
      const pieces = labels.join('').split('3')
      if (pieces.at(-1) === '' && pieces.length > 0) pieces.pop()
      for (const piece of pieces) {
        const word = [...spellings].find(([, spelling]) => spelling.join('') === piece)?.[0]
        if (word === undefined) return undefined
        words.push(word)
      }
      return 0.5 * model.scoreSentence(words) + 0.2 * words.length
    }
    const four = cases.filter(({ scores }) => scores[0]?.length === 4)
    fc.assert(
      fc.property(four, ({ scores }) =>
        expectRanking(scores, { words: { spellings, separator: 3, language: { model, bonus: 0.2 } } }, rescore),
      ),
      { numRuns: 30 },
    )
  })

  test('without a separator, exactly one word', () => {
    const spellings = [['a', [1]] as const, ['b', [1, 2, 1]] as const]
    const isWord = (labels: readonly number[]) => (['1', '1,2,1'].includes(labels.join()) ? 0 : undefined)
    const three = cases.filter(({ scores }) => scores[0]?.length === 3)
    fc.assert(
      fc.property(three, ({ scores }) => expectRanking(scores, { words: { spellings } }, isWord)),
      { numRuns: 30 },
    )
  })
})

test("TensorFlow's published test: a beam of two", () => {
  const probabilities = [
    [0.30999, 0.309938, 0.0679938, 0.0673362, 0.0708352, 0.173908],
    [0.215136, 0.439699, 0.0370931, 0.0393967, 0.0381581, 0.230517],
    [0.199959, 0.489485, 0.0233221, 0.0251417, 0.0233289, 0.238763],
    [0.279611, 0.452966, 0.0204795, 0.0209126, 0.0194803, 0.20655],
    [0.51286, 0.288951, 0.0243026, 0.0220788, 0.0219297, 0.129878],
  ]
  const found = decodePrefixBeam(logs(probabilities), { blank: 5, beamWidth: 2, results: 2 })
  expect(found.map(({ labels }) => labels)).toEqual([
    [1, 0],
    [0, 1, 0],
  ])
  expect(found[0]?.logProbability).toBeCloseTo(-3.5821197, 4)
  expect(found[1]?.logProbability).toBeCloseTo(-3.777835, 4)
})

describe('the beam', () => {
  test('finds what the best path misses', () => {
    const scores = logs([
      [0.6, 0.4],
      [0.6, 0.4],
    ])
    expect(decodeBestPath(scores).labels).toEqual([])
    const [best] = decodePrefixBeam(scores)
    expect(best?.labels).toEqual([1])
    expect(Math.exp(best?.logProbability ?? 0)).toBeCloseTo(0.4 * 0.4 + 2 * 0.6 * 0.4, 6)
  })

  test('gives times and confidences', () => {
    const scores = logs([
      [0.1, 0.8, 0.1],
      [0.8, 0.1, 0.1],
      [0.1, 0.1, 0.8],
      [0.1, 0.3, 0.6],
    ])
    const [best] = decodePrefixBeam(scores)
    expect(best?.alignment).toMatchObject([
      { label: 1, start: 0, end: 1 },
      { label: 2, start: 2, end: 4 },
    ])
    expect(best?.alignment[1]?.confidence).toBeCloseTo(0.8, 6)
  })

  test('a language model turns what sounds alike', () => {
    const scores = logs([[0.1, 0.47, 0.43]])
    const model = countNGrams([[2], [2], [2], [1]], { order: 1 })
    expect(decodePrefixBeam(scores)[0]?.labels).toEqual([1])
    expect(decodePrefixBeam(scores, { language: { model } })[0]?.labels).toEqual([2])
  })

  test('a narrow beam on 1,000 steps of 500 classes ends, in log space', () => {
    const scores = Array.from({ length: 1000 }, (_, t) =>
      Array.from({ length: 500 }, (_, k) => (k === (t % 20 === 0 ? 1 + (t % 7) : 0) ? 9 : Math.sin(k * t))),
    )
    const [best] = decodePrefixBeam(scores, { beamWidth: 4, labelsPerStep: 3 })
    expect(best?.labels).toEqual(decodeBestPath(scores).labels)
    expect(best?.labels).toHaveLength(50)
    expect(Number.isFinite(best?.logProbability)).toBe(true)
  })

  test('no steps, and words that cannot be spelled', () => {
    expect(decodePrefixBeam([[0, 0]], { length: 0 })).toEqual([
      { labels: [], alignment: [], logProbability: 0, score: 0 },
    ])
    expect(decodePrefixBeam([[0, 0]], { words: { spellings: [['long', [1, 1, 1]]] } })).toEqual([])
  })
})

test.each<[string, PrefixBeamOptions, RegExp]>([
  ['a beam of width 0', { beamWidth: 0 }, /beamWidth: expected a positive whole number, received 0/],
  ['no results', { results: 0.5 }, /results: .* received 0.5/],
  ['no labels', { labelsPerStep: -1 }, /labelsPerStep: .* received -1/],
  ['no words', { words: { spellings: [] } }, /words: expected at least one word/],
  ['a word of nothing', { words: { spellings: [['x', []]] } }, /spelling of x: expected one or more labels/],
  ['a word with the separator', { words: { spellings: [['x', [1]]], separator: 1 } }, /separator not among them/],
])('%s is refused', (_, options, message) => {
  expect(() => decodePrefixBeam([[0, 0]], options)).toThrow(RecipeError)
  expect(() => decodePrefixBeam([[0, 0]], options)).toThrow(message)
})
