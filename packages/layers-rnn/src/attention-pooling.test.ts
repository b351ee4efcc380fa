// Attention pooling against PyTorch's values and gradients, and what padding may hold.
import { readFileSync } from 'node:fs'
import {
  concat,
  full,
  grad,
  randomKey,
  randomNormal,
  ShapeError,
  type Tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import { evaluation, sequential } from '@deep-recipe/layers-core'
import { expect, test } from 'vitest'
import { attentionPooling } from './attention-pooling.ts'
import { lstm } from './cells/lstm.ts'
import { type Derived, expectClose, expectSame, flat } from './fixtures/expected.ts'
import { lengthsToMask } from './mask.ts'

const expected: Derived & { readonly lengths: number[] } = JSON.parse(
  readFileSync(new URL('fixtures/attention-pooling.json', import.meta.url), 'utf8'),
)
const key = randomKey(3)

test('values and gradients are those of PyTorch', async () => {
  const layer = attentionPooling(2)
  const context = { ...evaluation, mask: lengthsToMask(expected.lengths, 4) }
  await expectSame(expected, ({ input, weight, bias, query }) => {
    const params = { projection: { weight: weight as Tensor, bias: bias as Tensor }, query: query as Tensor }
    return {
      pooled: layer.apply(params, input as Tensor, context),
      weights: layer.attend(params, input as Tensor, context),
    }
  })
})

test('padding changes nothing, whatever it holds', async () => {
  const layer = attentionPooling(4)
  const params = layer.init(key, [3, 5])
  const short = randomNormal(key, [2, 3, 5])
  const padded = concat([short, full([2, 2, 5], Number.NaN)], 1)
  const context = { ...evaluation, mask: lengthsToMask([3, 3], 5) }
  const wanted = await layer.apply(params, short, evaluation).array()
  expectClose('pooled', await layer.apply(params, padded, context).array(), wanted, 1e-6)
  const nothing = layer.apply(params, padded, { ...evaluation, mask: lengthsToMask([0, 3], 5) })
  expect(await nothing.at(0).array()).toEqual([0, 0, 0, 0, 0])
})

test('what padding holds does not reach the gradients', async () => {
  const layer = attentionPooling(4)
  const params = layer.init(key, [3, 5])
  const padded = concat([randomNormal(key, [2, 3, 5]), full([2, 2, 5], Number.NaN)], 1)
  const context = { ...evaluation, mask: lengthsToMask([3, 3], 5) }
  const slope = grad((query: Tensor) =>
    layer
      .apply({ ...params, query }, padded, context)
      .square()
      .sum(),
  )
  for (const value of flat(await slope(params.query).array())) expect(value).toSatisfy(Number.isFinite)
})

test('one step is given back as it is, and weights sum to one', async () => {
  const layer = attentionPooling(3)
  const params = layer.init(key, [1, 5])
  const input = randomNormal(key, [2, 1, 5])
  expectClose('pooled', await layer.apply(params, input, evaluation).array(), await input.at(0, 1).array(), 1e-6)
  const long = randomNormal(key, [2, 7, 5])
  expectClose('sums', await layer.attend(params, long, evaluation).sum(1).array(), [1, 1], 1e-6)
})

test('stands where other layers do', () => {
  const model = sequential(lstm(6), attentionPooling(4))
  expect(model.apply(model.init(key, [5, 3]), randomNormal(key, [2, 5, 3]), evaluation).shape).toEqual([2, 6])
})

test('refuses what makes no sense', () => {
  expect(() => attentionPooling(0)).toThrow(ValueError)
  const layer = attentionPooling(2)
  const params = layer.init(key, [4, 3])
  expect(() => layer.apply(params, randomNormal(key, [2, 3]), evaluation)).toThrow(ShapeError)
  const mask = lengthsToMask([2, 2], 3)
  expect(() => layer.apply(params, randomNormal(key, [2, 4, 3]), { ...evaluation, mask })).toThrow(ShapeError)
})
