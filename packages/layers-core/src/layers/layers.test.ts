// Dense, maxout, embedding, flatten and reshape by hand.
import {
  grad,
  RecipeError,
  randomKey,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { relu } from '../activations.ts'
import { constantInitializer } from '../initializers.ts'
import { evaluation, type Layer } from '../layer.ts'
import { dense } from './dense.ts'
import { embedding } from './embedding.ts'
import { maxout } from './maxout.ts'
import { flatten, reshape } from './shape.ts'

const key = randomKey(1)
const weight = tensor([
  [1, -1],
  [2, 0],
  [0, 3],
])
const bias = tensor([10, 20])
const rows = [
  [1, 2, 3],
  [-1, 0, 1],
]

describe('dense', () => {
  test('x W + b', async () => {
    expect(await dense(2).apply({ weight, bias }, tensor(rows), evaluation).array()).toEqual([
      [15, 28],
      [9, 24],
    ])
  })

  test('without bias, then an activation', async () => {
    const layer = dense(2, { useBias: false, activation: relu })
    expect(await layer.apply({ weight }, tensor(rows), evaluation).array()).toEqual([
      [5, 8],
      [0, 4],
    ])
    expect(Object.keys(layer.init(key, [3]))).toEqual(['weight'])
  })

  test('sees the last axis of inputs of any rank', async () => {
    const deep = tensor([
      [
        rows,
        [
          [0, 0, 0],
          [1, 1, 1],
        ],
      ],
    ])
    expect(await dense(2).apply({ weight, bias }, deep, evaluation).array()).toEqual([
      [
        [
          [15, 28],
          [9, 24],
        ],
        [
          [10, 20],
          [13, 22],
        ],
      ],
    ])
    expect(dense(2).init(key, [9, 3]).weight?.shape).toEqual([3, 2])
  })

  test('begins with zero biases and drawn weights', async () => {
    const params = dense(2).init(key, [3])
    expect(await params.bias?.array()).toEqual([0, 0])
    expect(new Set(await params.weight?.data()).size).toBe(6)
  })

  test('gradients: xᵀ g for the weights, Σ g for the biases', async () => {
    const loss = (params: { weight: Tensor; bias: Tensor }) =>
      dense(2).apply(params, tensor(rows), evaluation).mul([1, 2]).sum()
    const gradient = grad(loss)({ weight, bias })
    expect(await gradient.weight.array()).toEqual([
      [0, 0],
      [2, 4],
      [4, 8],
    ])
    expect(await gradient.bias.array()).toEqual([2, 4])
  })

  test('refuses no units, single numbers, and inputs of another width', () => {
    for (const units of [0, -1, 1.5, Number.NaN]) expect(() => dense(units)).toThrow(ValueError)
    expect(() => dense(2).init(key, [])).toThrow(/dense: input: expected examples with at least one axis/)
    expect(() => dense(2).apply({ weight, bias }, zeros([2, 4]), evaluation)).toThrow(ShapeError)
  })
})

describe('maxout', () => {
  const layer = maxout(2, 3, { weightInitializer: constantInitializer(0), biasInitializer: constantInitializer(0) })

  test('each unit is the largest of its pieces', async () => {
    // Unit 0: max(x, −x, 1); unit 1: max(2x, 0, x − 5).
    const params = { weight: tensor([[1, -1, 0, 2, 0, 1]]), bias: tensor([0, 0, 1, 0, 0, -5]) }
    const output = layer.apply(params, tensor([[-3], [0.5], [4]]), evaluation)
    expect(await output.array()).toEqual([
      [3, 0],
      [1, 1],
      [4, 8],
    ])
  })

  test('keeps the axes before the last', () => {
    const params = layer.init(key, [5, 4])
    expect(params.weight?.shape).toEqual([4, 6])
    expect(layer.apply(params, zeros([7, 5, 4]), evaluation).shape).toEqual([7, 5, 2])
  })

  test('only the piece that wins learns', async () => {
    const params = { weight: tensor([[1, -1]]), bias: tensor([0, 0]) }
    const loss = (given: typeof params) =>
      maxout(1, 2)
        .apply(given, tensor([[2], [-3], [5]]), evaluation)
        .sum()
    expect(await grad(loss)(params).weight.array()).toEqual([[7, -3]])
  })

  test('refuses no units and no pieces', () => {
    expect(() => maxout(0)).toThrow(/maxout: units/)
    expect(() => maxout(2, 0)).toThrow(/maxout: pieces/)
  })
})

describe('embedding', () => {
  const table = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ])

  test('gives each symbol its row', async () => {
    const symbols = tensor(
      [
        [2, 0],
        [1, 1],
      ],
      { dtype: 'int32' },
    )
    const output = embedding(3, 2).apply({ table }, symbols, evaluation)
    expect(await output.array()).toEqual([
      [
        [5, 6],
        [1, 2],
      ],
      [
        [3, 4],
        [3, 4],
      ],
    ])
  })

  test('rows learn from all their uses', async () => {
    const loss = (params: { table: Tensor }) =>
      embedding(3, 2)
        .apply(params, tensor([1, 1, 2], { dtype: 'int32' }), evaluation)
        .mul([1, 10])
        .sum()
    expect(await grad(loss)({ table }).table.array()).toEqual([
      [0, 0],
      [2, 20],
      [1, 10],
    ])
  })

  test('refuses symbols that are not in the table', async () => {
    const layer = embedding(3, 2)
    await expect(layer.apply({ table }, tensor([3], { dtype: 'int32' }), evaluation).array()).rejects.toThrow(
      RecipeError,
    )
    expect(() => embedding(0, 2)).toThrow(/embedding: symbols/)
    expect(() => embedding(3, 0)).toThrow(/embedding: width/)
  })
})

describe('flatten and reshape', () => {
  test.each<[Layer, number[], number[]]>([
    [flatten(), [4, 2, 3, 5], [4, 30]],
    [flatten(), [4], [4, 1]],
    [flatten(), [0, 2, 3], [0, 6]],
    [reshape([3, 2]), [4, 6], [4, 3, 2]],
    [reshape([2, -1]), [4, 3, 4], [4, 2, 6]],
    [reshape([]), [4, 1], [4]],
  ])('$name', (layer, from, to) => {
    expect(layer.apply({}, zeros(from), evaluation).shape).toEqual(to)
  })

  test('keep the order of the numbers', async () => {
    const input = tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ])
    const flattened = flatten().apply({}, input, evaluation)
    expect(await flattened.array()).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ])
    expect(await reshape([2, 2]).apply({}, flattened, evaluation).array()).toEqual(await input.array())
  })

  test('refuse what does not fit', () => {
    expect(() => reshape([4]).apply({}, zeros([2, 3]), evaluation)).toThrow(ShapeError)
  })
})
