// Metrics against PyTorch's topk (fixtures/make_losses.py) and by hand where logits are equal or not numbers.
import { readFileSync } from 'node:fs'
import { ShapeError, type Tensor, tensor, ValueError, zeros } from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accuracy, type Metric, topAccuracy } from './metrics.ts'

const numbers = (...values: number[]): Tensor => tensor(Int32Array.from(values))
const measure = async (metric: Metric, logits: number[][], targets: Tensor): Promise<unknown> =>
  metric.measure(tensor(logits), targets).array()

describe('PyTorch', () => {
  const { classNumbers, topAccuracy: wanted } = JSON.parse(
    readFileSync(new URL('fixtures/losses.json', import.meta.url), 'utf8'),
  )
  test.each([1, 2, 3, 4, 5])('the %i largest', async (k) => {
    const targets = numbers(...classNumbers.targets)
    expect(await measure(topAccuracy(k), classNumbers.predictions, targets)).toEqual(wanted[k])
    if (k === 1) expect(await measure(accuracy, classNumbers.predictions, targets)).toEqual(wanted[k])
  })
})

describe('equal logits', () => {
  test('the first counts as the largest', async () => {
    const logits = [
      [1, 1, 0],
      [1, 1, 0],
      [2, 2, 2],
      [2, 2, 2],
      [2, 2, 2],
    ]
    const targets = numbers(0, 1, 0, 1, 2)
    expect(await measure(accuracy, logits, targets)).toEqual([1, 0, 1, 0, 0])
    expect(await measure(topAccuracy(1), logits, targets)).toEqual([1, 0, 1, 0, 0])
    expect(await measure(topAccuracy(2), logits, targets)).toEqual([1, 1, 1, 1, 0])
    expect(await measure(topAccuracy(3), logits, targets)).toEqual([1, 1, 1, 1, 1])
  })

  test('topAccuracy(k) is the place of the target in a stable sort', async () => {
    const row = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(row, fc.nat(4), fc.integer({ min: 1, max: 6 }), async (logits, target, k) => {
        const order = logits.map((_, i) => i).sort((a, b) => (logits[b] as number) - (logits[a] as number))
        const wanted = order.indexOf(target) < k ? 1 : 0
        expect(await measure(topAccuracy(k), [logits], numbers(target))).toEqual([wanted])
      }),
      { numRuns: 50 },
    )
  })
})

test('probabilities count by their largest', async () => {
  const targets = tensor([
    [0.2, 0.5, 0.3],
    [0, 0, 1],
  ])
  expect(
    await measure(
      accuracy,
      [
        [0, 1, 0],
        [3, 2, 1],
      ],
      targets,
    ),
  ).toEqual([1, 0])
  expect(
    await measure(
      topAccuracy(2),
      [
        [0, 1, 0],
        [3, 2, 1],
      ],
      targets,
    ),
  ).toEqual([1, 0])
})

test('several places in an example are averaged', async () => {
  const logits = tensor([
    [
      [1, 0],
      [0, 1],
    ],
    [
      [1, 0],
      [1, 0],
    ],
  ])
  const targets = tensor(Int32Array.of(0, 0, 1, 1), { shape: [2, 2] })
  for (const metric of [accuracy, topAccuracy(1)]) {
    expect(await metric.measure(logits, targets).array()).toEqual([0.5, 0])
  }
})

test('a model that says NaN is not right', async () => {
  const nothing = [
    [Number.NaN, Number.NaN, Number.NaN],
    [0, 1, Number.NaN],
  ]
  expect(await measure(topAccuracy(2), nothing, numbers(2, 0))).toEqual([0, 0])
  expect(await measure(accuracy, nothing, numbers(2, 1))).toEqual([0, 0])
})

test('no class is right for a number out of range', async () => {
  expect(
    await measure(
      accuracy,
      [
        [0, 1],
        [0, 1],
      ],
      numbers(2, -1),
    ),
  ).toEqual([0, 0])
  expect(
    await measure(
      topAccuracy(5),
      [
        [0, 1],
        [0, 1],
      ],
      numbers(2, -1),
    ),
  ).toEqual([0, 0])
})

test.each([0, -1, 1.5, Number.NaN])('topAccuracy(%d) is refused', (k) => {
  expect(() => topAccuracy(k)).toThrow(ValueError)
  expect(() => topAccuracy(k)).toThrow(/topAccuracy: k: expected a whole number, 1 or more/)
})

test.each<[string, Tensor]>([
  ['class numbers in a column', tensor(new Int32Array(4), { shape: [4, 1] })],
  ['class numbers as floats', zeros([4])],
  ['other classes', zeros([4, 2])],
])('targets of a wrong shape are refused, not broadcast: %s', (_, targets) => {
  for (const metric of [accuracy, topAccuracy(2)]) {
    expect(() => metric.measure(zeros([4, 3]), targets)).toThrow(ShapeError)
    expect(() => metric.measure(zeros([4, 3]), targets)).toThrow(new RegExp(`${metric.name}: targets: expected`))
  }
})
