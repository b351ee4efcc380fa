// Reading a memory: masks, hard and soft, feature maps; the penalties against PyTorch; the score-function gradient by enumeration.
import { readFileSync } from 'node:fs'
import { grad, ones, randomKey, randomNormal, ShapeError, type Tensor, tensor, zeros } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { type Derived, expectClose, expectSame } from '../fixtures/expected.ts'
import { additiveAttention } from './additive.ts'
import { type Attention, attend, featureMapMemory, prepareMemory } from './attention.ts'
import { dotAttention, generalAttention } from './multiplicative.ts'
import { doublyStochasticPenalty, hardAttentionLoss, moveBaseline } from './penalties.ts'

const fixture: { readonly penalties: Derived; readonly mask: boolean[][] } = JSON.parse(
  readFileSync(new URL('../fixtures/attention.json', import.meta.url), 'utf8'),
)

const kinds: [string, Attention][] = [
  ['additive', additiveAttention(5)],
  ['dot', dotAttention()],
  ['scaled dot', dotAttention({ scaled: true })],
  ['general', generalAttention()],
]

test.each(kinds)('%s: padding changes nothing, whatever it holds', async (_, attention) => {
  const memory = randomNormal(randomKey(1), [2, 5, 3])
  const queries = randomNormal(randomKey(2), [2, 4, 3])
  const params = attention.init(randomKey(3), { query: 3, memory: 3 })
  const mask = tensor([
    [true, false, true, true, false],
    [false, false, false, false, false],
  ])
  const dirty = mask.expandDims(-1).where(memory, Number.NaN)
  const { context, weights } = attend(attention, params, prepareMemory(attention, params, dirty, mask), queries)
  // The real places alone.
  const real = memory.slice([0, 0, 0], [1, 5, 3]).gather(tensor([0, 2, 3], { dtype: 'int32' }), 1)
  const own = prepareMemory(attention, params, real)
  const alone = attend(attention, params, own, queries.slice([0, 0, 0], [1, 4, 3]))
  expectClose('context', await context.at(0).array(), await alone.context.at(0).array(), 1e-6)
  expectClose(
    'sums',
    await weights.sum(-1).array(),
    [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ],
    1e-6,
  )
  expect(await context.at(1).array()).toEqual(await zeros([4, 3]).array())
  const loss = (given: Tensor): Tensor =>
    attend(attention, params, prepareMemory(attention, params, given, mask), queries)
      .context.square()
      .sum()
  const slope = (await grad(loss)(dirty).array()) as number[][][]
  expect(slope.flat(2).every(Number.isFinite)).toBe(true)
  expect(slope[0]?.[1]).toEqual([0, 0, 0])
})

test('penalties have the values and gradients of their equations', async () => {
  const mask = tensor(fixture.mask)
  const steps = tensor([
    [true, true, true],
    [true, true, false],
  ])
  const chosen = tensor([
    [
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ],
    [
      [0, 1, 0, 0],
      [0, 1, 0, 0],
      [1, 0, 0, 0],
    ],
  ])
  await expectSame(fixture.penalties, ({ scores, logLikelihood }) => {
    const real = mask.expandDims(1)
    const weights = real.where(real.where(scores as Tensor, -1e30).softmax(), 0)
    const terms = { logLikelihood: logLikelihood as Tensor, weights, chosen, steps, baseline: -1.5 }
    return {
      doubly: doublyStochasticPenalty(weights, { steps, places: mask }),
      hard: hardAttentionLoss({ ...terms, reward: 0.75, entropy: 0.125 }),
    }
  })
})

test('over all places that could be drawn, the estimate is the gradient of the expected log likelihood', async () => {
  const scores = tensor([0.3, -0.7, 1.1])
  const ofPlace = tensor([-2, -0.5, -3]) // log p(y | s) for each place
  const expectation = (given: Tensor): Tensor => given.softmax().mul(ofPlace).sum().neg()
  const wanted = (await grad(expectation)(scores).array()) as number[]
  // Σ_s p(s) · estimate(s), with any baseline.
  const estimate = (given: Tensor): Tensor => {
    const weights = given.softmax().expandDims(0).expandDims(0).broadcastTo([3, 1, 3])
    const chosen = tensor([[[1, 0, 0]], [[0, 1, 0]], [[0, 0, 1]]])
    const loss = hardAttentionLoss({ logLikelihood: ofPlace, weights, chosen, baseline: -1.7, entropy: 0 })
    return loss.mul(given.softmax().stopGradient()).sum()
  }
  expectClose('gradient', await grad(estimate)(scores).array(), wanted, 1e-6)
})

test('the baseline is a moving average', async () => {
  const next = moveBaseline(-1, tensor([-2, -4]))
  expect(await next.item()).toBeCloseTo(0.9 * -1 + 0.1 * -3, 6)
  expect(await moveBaseline(next, tensor([-2, -4]), 0.5).item()).toBeCloseTo(0.5 * -1.2 + 0.5 * -3, 6)
})

test('positions of a feature map, row by row', async () => {
  const map = tensor([
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
  ])
  expect(await featureMapMemory(map).array()).toEqual([
    [
      [1, 5],
      [2, 6],
      [3, 7],
      [4, 8],
    ],
  ])
  expect(() => featureMapMemory(ones([2, 3, 4]))).toThrow(ShapeError)
})
