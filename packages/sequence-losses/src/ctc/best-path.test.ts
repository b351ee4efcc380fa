// Trimming as the lecture shows it, and best paths with their times.
import { RecipeError, tensor } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { expectClose } from '../fixtures/compare.ts'
import { collapsePath, decodeBestPath } from './best-path.ts'
import { cutBatch } from './frames.ts'

describe('trimming', () => {
  test('equal neighbours become one: 好好好棒棒棒棒棒 → 好棒', () => {
    expect(collapsePath([...'好好好棒棒棒棒棒']).join('')).toBe('好棒')
  })

  test('without a blank no output gives 好棒棒; with one, some do', () => {
    expect(collapsePath([...'好好好棒棒棒棒棒']).join('')).not.toBe('好棒棒')
    expect(collapsePath([...'好∅∅棒∅∅∅∅'], '∅').join('')).toBe('好棒')
    expect(collapsePath([...'好∅∅棒∅棒∅∅'], '∅').join('')).toBe('好棒棒')
  })

  test('nothing, and nothing but blanks', () => {
    expect(collapsePath([], 0)).toEqual([])
    expect(collapsePath([0, 0, 0], 0)).toEqual([])
  })
})

/** Scores that are logarithms of these probabilities. */
const logs = (rows: number[][]) => rows.map((row) => row.map(Math.log))

describe('decodeBestPath', () => {
  test('labels, times, confidences and the probability of the path', () => {
    const probabilities = [
      [0.1, 0.7, 0.2],
      [0.1, 0.9, 0],
      [0.6, 0.2, 0.2],
      [0.3, 0.5, 0.2],
      [0.2, 0.2, 0.6],
    ]
    const { labels, alignment, logProbability } = decodeBestPath(logs(probabilities))
    expect(labels).toEqual([1, 1, 2])
    expect(alignment.map(({ label, start, end }) => [label, start, end])).toEqual([
      [1, 0, 2],
      [1, 3, 4],
      [2, 4, 5],
    ])
    expectClose(
      'confidence',
      alignment.map(({ confidence }) => confidence),
      [0.9, 0.5, 0.6],
      1e-6,
    )
    expectClose('log p', [logProbability], [Math.log(0.7 * 0.9 * 0.6 * 0.5 * 0.6)], 1e-6)
  })

  test('another blank, padding, a batch', async () => {
    const batch = await tensor([
      logs([
        [0.9, 0.1],
        [0.2, 0.8],
        [0.7, 0.3],
      ]),
      logs([
        [0.9, 0.1],
        [0.8, 0.2],
        [0.3, 0.7],
      ]),
    ]).host()
    const [first, second] = cutBatch(batch, [3, 2])
    expect(decodeBestPath(first as never, { blank: 1 }).labels).toEqual([0, 0])
    expect(decodeBestPath(second as never, { blank: 1 }).alignment[0]).toMatchObject({ label: 0, start: 0, end: 2 })
    expect(decodeBestPath(second as never, { blank: 1, length: 0 })).toEqual({
      labels: [],
      alignment: [],
      logProbability: 0,
    })
  })

  test.each<[string, () => unknown, RegExp]>([
    ['a batch', () => decodeBestPath([[[1, 2]]]), /one sequence \[time, classes\], received \[1, 1, 2\]/],
    ['NaN', () => decodeBestPath([[1, Number.NaN]]), /scores of step 0: .* received 1, NaN/],
    ['a length too long', () => decodeBestPath([[1, 2]], { length: 2 }), /length: expected a whole number from 0 to 1/],
    ['a blank too large', () => decodeBestPath([[1, 2]], { blank: 2 }), /blank: expected a class number from 0 to 1/],
    ['lengths of another batch', () => cutBatch([[[1, 2]]], [1, 1]), /\[1, 1, 2\] and 2 lengths/],
  ])('%s is refused', (_, call, message) => {
    expect(call).toThrow(RecipeError)
    expect(call).toThrow(message)
  })
})
