// Masked cross-entropy against PyTorch, and what it makes of padding and of wrong arguments.
import { readFileSync } from 'node:fs'
import {
  compile,
  type NestedArray,
  openReference,
  RecipeError,
  type Tensor,
  tensor,
  zeros,
} from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { differentiate, expectClose, flat, hostArray } from './fixtures/compare.ts'
import { type MaskedCrossEntropyOptions, maskedCrossEntropy, type TokenReduction } from './masked-cross-entropy.ts'

interface TorchCase {
  readonly name: string
  readonly options: MaskedCrossEntropyOptions
  readonly tokens: number[][]
  readonly mean: number
  readonly gradient: NestedArray
}

const fixture: { logits: number[][][]; targets: number[][]; cases: TorchCase[] } = JSON.parse(
  readFileSync(new URL('fixtures/cross-entropy.json', import.meta.url), 'utf8'),
)
const logits = hostArray(fixture.logits)
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

describe.each(fixture.cases.map((given) => [given.name, given] as const))('as PyTorch has it: %s', (_, given) => {
  test('the mean over real tokens and its gradient', async () => {
    const run = (x: Tensor) => maskedCrossEntropy(x, fixture.targets, given.options)
    const { value, gradient } = await differentiate(run, logits)
    expectClose('mean', value, given.mean, 1e-8)
    expectClose('gradient', gradient, given.gradient, 1e-8)
  })

  test.each<[TokenReduction, NestedArray]>([
    ['none', given.tokens],
    ['sequence-sum', given.tokens.map(sum)],
    ['sequence-mean', given.tokens.map((row, i) => sum(row) / (i === 0 ? 4 : 2))],
    ['sum', sum(given.tokens.flat())],
  ])('%s', async (reduction, wanted) => {
    const run = (x: Tensor) => maskedCrossEntropy(x, fixture.targets, { ...given.options, reduction })
    expectClose(reduction, (await differentiate(run, logits)).value, wanted, 1e-8)
  })
})

describe('padding', () => {
  const targets = [
    [3, 1, 0, 4],
    [2, 2, 0, 0],
  ]
  const real = targets.map((row, i) => row.map((_, t) => i === 0 || t < 2))
  const wanted = (fixture.cases[0] as TorchCase).mean

  test.each<[string, MaskedCrossEntropyOptions, number[][]]>([
    ['a mask', { mask: tensor(real) }, targets],
    ['lengths', { lengths: [4, 2] }, targets],
    [
      'a padding class',
      { padding: 4 },
      [
        [3, 1, 0],
        [2, 2, 4],
      ].map((row, i) => (i === 0 ? [...row, 4] : [...row, 4])),
    ],
    ['a padding class beyond the others', { padding: 5 }, targets.map((row, i) => (i === 0 ? row : [2, 2, 5, 5]))],
  ])('told by %s', async (name, options, given) => {
    const { value } = await differentiate((x) => maskedCrossEntropy(x, given, options), logits)
    const tokens = (fixture.cases[0] as TorchCase).tokens.flat()
    // With padding 4 the last token of the first sequence is padding too.
    const mean = name === 'a padding class' ? (sum(tokens) - (tokens[3] as number)) / 5 : wanted
    expectClose('mean', value, mean, 1e-8)
  })

  test('hides NaN, in the gradient too; nothing but padding is a loss of 0', async () => {
    const data = Float32Array.from(logits.data)
    data.fill(Number.NaN, 30)
    const run = (x: Tensor) => maskedCrossEntropy(x, targets, { lengths: [4, 2], labelSmoothing: 0.1, focal: 2 })
    const [dirty, clean] = [await differentiate(run, { ...logits, data }), await differentiate(run, logits)]
    expect(dirty).toEqual(clean)
    expect(flat(dirty.gradient).slice(30)).toEqual(new Array(10).fill(0))
    for (const reduction of ['mean', 'sum'] as const) {
      expect(await maskedCrossEntropy(zeros([1, 2, 3]), [[-1, -1]], { reduction }).item()).toBe(0)
    }
  })
})

test('a class that is ruled out, or not there, has an infinite loss; others do not mind', async () => {
  const scores = tensor([[[0, Number.NEGATIVE_INFINITY, 0]]])
  expect(await maskedCrossEntropy(scores, [[1]]).item()).toBe(Number.POSITIVE_INFINITY)
  expect(await maskedCrossEntropy(scores, [[2]]).item()).toBeCloseTo(Math.log(2), 6)
  const fed = compile(openReference(), (targets: Tensor) => maskedCrossEntropy(scores, targets))
  expect(await (await fed({ shape: [1, 1], dtype: 'int32', data: Int32Array.of(3) })).item()).toBe(
    Number.POSITIVE_INFINITY,
  )
})

test('a focal loss of a sure network is 0 with a finite gradient, for γ below 1 as well', async () => {
  const { value, gradient } = await differentiate(
    (x) => maskedCrossEntropy(x, [[0]], { focal: 0.5 }),
    hostArray([[[99, 0]]]),
  )
  expectClose('loss', value, 0, 1e-9)
  expectClose('gradient', gradient, [0, 0], 1e-9)
})

describe('arguments that do not fit', () => {
  const scores = zeros([2, 3, 4])
  const targets = [
    [1, 2, 3],
    [0, 0, 0],
  ]
  test.each<[string, () => unknown, RegExp]>([
    ['scores of one sequence', () => maskedCrossEntropy(zeros([3, 4]), targets), /float32\[batch, time, classes\]/],
    ['targets of another length', () => maskedCrossEntropy(scores, [[1], [2]]), /targets: expected int32\[2, 3\]/],
    [
      'a class beyond the last',
      () =>
        maskedCrossEntropy(scores, [
          [1, 2, 4],
          [0, 0, 0],
        ]),
      /to 3, received 4/,
    ],
    [
      'a mask of another shape',
      () => maskedCrossEntropy(scores, targets, { mask: tensor([[true]]) }),
      /mask: expected bool\[2, 3\]/,
    ],
    [
      'two ways to say what is real',
      () => maskedCrossEntropy(scores, targets, { padding: 0, lengths: [1, 2] }),
      /received 2 of them/,
    ],
    [
      'smoothing everything away',
      () => maskedCrossEntropy(scores, targets, { labelSmoothing: 1 }),
      /labelSmoothing: .* received 1/,
    ],
    ['a negative focus', () => maskedCrossEntropy(scores, targets, { focal: -1 }), /focal: .* received -1/],
    ['another reduction', () => maskedCrossEntropy(scores, targets, { reduction: 'batch' as never }), /received batch/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(RecipeError)
    expect(call).toThrow(message)
  })
})
