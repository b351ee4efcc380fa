// Decay, penalties and the largest norm, by hand.
import { grad, type Tensor, tensor, ValueError, zeros } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { constrainNorm, decayWeights, l1Penalty, l2Penalty, weightsOnly } from './weight-decay.ts'

const params = {
  0: {
    weight: tensor([
      [2, -4],
      [0, 8],
    ]),
    bias: tensor([1, -1]),
  },
  1: { scale: tensor([3]), offset: tensor([3]), state: { weight: tensor([5]) } },
  2: { table: tensor([[16]]) },
}
const read = async (tree: typeof params): Promise<unknown> => [
  await tree[0].weight.array(),
  await tree[0].bias.array(),
  await tree[1].scale.array(),
  await tree[1].offset.array(),
  await tree[1].state.weight.array(),
  await tree[2].table.array(),
]

test('weightsOnly goes by whole names', () => {
  expect(['weight', '0.weight', 'encoder.table', 'filter', 'biased.weight'].filter(weightsOnly)).toHaveLength(5)
  expect(['bias', '0.bias', '1.scale', '1.offset', '1.state.weight', 'state'].filter(weightsOnly)).toEqual([])
})

test('decayWeights: λ may be a scalar that changes', async () => {
  expect(await read(decayWeights(params, tensor(0.25)))).toEqual(await read(decayWeights(params, 0.25)))
})

test('decayWeights: w ← (1 − λ) w for weights alone', async () => {
  expect(await read(decayWeights(params, 0.25))).toEqual([
    [
      [1.5, -3],
      [0, 6],
    ],
    [1, -1],
    [3],
    [3],
    [5],
    [[12]],
  ])
  expect(await read(decayWeights(params, 0.5, (path) => path === '0.bias'))).toEqual([
    [
      [2, -4],
      [0, 8],
    ],
    [0.5, -0.5],
    [3],
    [3],
    [5],
    [[16]],
  ])
})

test('penalties and their gradients', async () => {
  expect(await l2Penalty(params, 0.5).array()).toBe(0.25 * (4 + 16 + 64 + 256))
  expect(await l1Penalty(params, 0.5).array()).toBe(0.5 * (2 + 4 + 8 + 16))
  expect(await read(grad((p: typeof params) => l2Penalty(p, 0.5))(params))).toEqual([
    [
      [1, -2],
      [0, 4],
    ],
    [0, 0],
    [0],
    [0],
    [0],
    [[8]],
  ])
  expect(await read(grad((p: typeof params) => l1Penalty(p, 0.5))(params))).toEqual([
    [
      [0.5, -0.5],
      [0, 0.5],
    ],
    [0, 0],
    [0],
    [0],
    [0],
    [[0.5]],
  ])
  expect(await l2Penalty({}, 1).array()).toBe(0)
})

describe('constrainNorm', () => {
  test('shortens the units that are too long, and leaves the others as they are', async () => {
    // Columns of length 5, 1 and 0.
    const weight = tensor([
      [3, 0.6, 0],
      [4, 0.8, 0],
    ])
    const shortened = constrainNorm({ weight, bias: tensor([100, 100, 100]) }, 2)
    expect(await shortened.weight.array()).toEqual([
      [expect.closeTo(1.2, 6), Math.fround(0.6), 0],
      [expect.closeTo(1.6, 6), Math.fround(0.8), 0],
    ])
    expect(await shortened.bias.array()).toEqual([100, 100, 100])
  })

  test('filters [units, channels, height, width]: each unit by itself', async () => {
    const weight = tensor([
      [[[3, 0]], [[0, 4]]],
      [[[0, 0]], [[1, 0]]],
    ])
    const { weight: shortened } = constrainNorm({ weight }, 2.5)
    expect(shortened.shape).toEqual([2, 2, 1, 2])
    expect(await shortened.array()).toEqual([
      [[[1.5, 0]], [[0, 2]]],
      [[[0, 0]], [[1, 0]]],
    ])
  })
})

describe('bad arguments', () => {
  const weight: { weight: Tensor } = { weight: zeros([2, 2]) }
  test.each<[string, () => unknown, RegExp]>([
    [
      'a decay of everything',
      () => decayWeights(weight, 1),
      /decayWeights: lambda: .*received 1\. Give the share of each weight/,
    ],
    ['a negative decay', () => decayWeights(weight, -0.1), /decayWeights: lambda/],
    [
      'a negative penalty',
      () => l2Penalty(weight, -1),
      /l2Penalty: lambda: expected a finite number, 0 or more, received -1/,
    ],
    ['a penalty that is NaN', () => l1Penalty(weight, Number.NaN), /l1Penalty: lambda/],
    ['a length of 0', () => constrainNorm(weight, 0), /constrainNorm: limit: expected a positive number, received 0/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(ValueError)
    expect(make).toThrow(message)
  })
})
