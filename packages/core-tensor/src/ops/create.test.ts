// Making and joining tensors.
import ndarray from 'ndarray'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { Tensor } from '../trace/tensor.ts'
import {
  arange,
  concat,
  eye,
  full,
  oneHot,
  ones,
  scatterAdd,
  split,
  stack,
  tensor,
  where,
  zeros,
  zerosLike,
} from './create.ts'
import { randomKey, splitKey } from './random.ts'

const read = async (result: Tensor): Promise<unknown> => result.array()
const int = (value: number[] | number[][]): Tensor => tensor(value, { dtype: 'int32' })

describe('making', () => {
  test('tensor takes every form of value', async () => {
    expect(await read(tensor([[1, 2], [3, 4]]).matmul(tensor([[1, 3], [2, 4]])))).toEqual([[5, 11], [11, 25]])
    expect(await read(tensor(ndarray([1, 2, 3, 4], [2, 2]).transpose(1, 0)))).toEqual([[1, 3], [2, 4]])
    expect(await read(tensor(Int8Array.of(1, 2, 3, 4), { shape: [2, 2], dtype: 'float32' }))).toEqual([[1, 2], [3, 4]])
    expect([tensor(1).dtype, tensor(true).dtype, tensor(Uint8Array.of(1)).dtype]).toEqual(['float32', 'bool', 'int32'])
  }) // biome-ignore format: matrices

  test('constants of a shape', async () => {
    expect(await read(zeros([2, 2]))).toEqual([[0, 0], [0, 0]]) // biome-ignore format: a matrix
    expect(await read(ones([3]))).toEqual([1, 1, 1])
    expect(await read(full([2], -7, 'int32'))).toEqual([-7, -7])
    expect(await read(full([2], 1, 'bool'))).toEqual([true, true])
    expect(await read(full([], 2.5))).toBe(2.5)
    expect(await read(full([0, 2], 1))).toEqual([])
    expect(String(zerosLike(full([2, 1], 3, 'int32')))).toBe('Tensor(int32[2, 1])')
    expect([zeros([1]).dtype, ones([1], 'bool').dtype]).toEqual(['float32', 'bool'])
    // A large one is a single number, repeated.
    expect(full([1000, 1000], 1).node.inputs[0]?.shape).toEqual([1, 1])
  })

  test('arange and eye', async () => {
    expect(await read(arange(4))).toEqual([0, 1, 2, 3])
    expect([arange(0).shape, arange(4).dtype, eye(2).dtype]).toEqual([[0], 'int32', 'float32'])
    expect(await read(eye(3))).toEqual([[1, 0, 0], [0, 1, 0], [0, 0, 1]]) // biome-ignore format: a matrix
  })

  test('oneHot: a new last axis; nothing for an index out of range', async () => {
    expect(await read(oneHot([2, 0], 3))).toEqual([[0, 0, 1], [1, 0, 0]])
    expect(await read(oneHot(int([[1], [0]]), 2))).toEqual([[[0, 1]], [[1, 0]]])
    expect(await read(oneHot([-1, 3], 3))).toEqual([[0, 0, 0], [0, 0, 0]])
    expect(await read(oneHot(1, 2))).toEqual([0, 1])
  }) // biome-ignore format: matrices

  test('where, with values in place of tensors', async () => {
    expect(await read(where([true, false], 1, [5, 6]))).toEqual([1, 6])
    expect(await read(where([1, 0], int([1, 2]), -1))).toEqual([1, -1])
  })
})

describe('joining and cutting', () => {
  const [a, b] = [int([[1, 2], [3, 4]]), int([[5, 6]])] // biome-ignore format: matrices

  test('concat along any axis', async () => {
    expect(await read(concat([a, b]))).toEqual([[1, 2], [3, 4], [5, 6]])
    expect(await read(concat([a, b.transpose()], -1))).toEqual([[1, 2, 5], [3, 4, 6]])
    expect(await read(concat([a, zeros([0, 2], 'int32'), b]))).toEqual([[1, 2], [3, 4], [5, 6]])
    expect(await read(concat([a]))).toEqual([[1, 2], [3, 4]])
    expect(await read(concat([tensor([true]), tensor([false])]))).toEqual([true, false])
  }) // biome-ignore format: matrices

  test('stack along a new axis, anywhere', async () => {
    const [x, y] = [int([1, 2]), int([3, 4])]
    expect(await read(stack([x, y]))).toEqual([[1, 2], [3, 4]])
    expect(await read(stack([x, y], 1))).toEqual([[1, 3], [2, 4]])
    expect(await read(stack([x, y], -1))).toEqual([[1, 3], [2, 4]])
    expect(await read(stack([tensor(1), tensor(2)]))).toEqual([1, 2])
  }) // biome-ignore format: matrices

  test('split is what concat undoes', async () => {
    const parts = split(arange(12).reshape([2, 6]), 3, -1)
    expect(parts.map(({ shape }) => shape)).toEqual([[2, 2], [2, 2], [2, 2]]) // biome-ignore format: shapes
    expect(await read(parts[1])).toEqual([[2, 3], [8, 9]]) // biome-ignore format: a matrix
    expect(await read(concat(parts, 1))).toEqual(await read(arange(12).reshape([2, 6])))
    expect(split(zeros([0, 2]), 3).map(({ shape }) => shape)).toEqual([[0, 2], [0, 2], [0, 2]]) // biome-ignore format: shapes
  })

  test('a literal number of parts is known to the compiler', () => {
    expectTypeOf(split(zeros([4]), 2)).toEqualTypeOf<[Tensor, Tensor]>()
    expectTypeOf(split(zeros([4]), 2 as number)).toEqualTypeOf<Tensor[]>()
    expectTypeOf(splitKey(randomKey(1))).toEqualTypeOf<[Tensor, Tensor]>()
    expectTypeOf(splitKey(randomKey(1), 3)).toEqualTypeOf<[Tensor, Tensor, Tensor]>()
    expectTypeOf(splitKey(randomKey(1), 1000)).toEqualTypeOf<Tensor[]>()
  })

  test('scatterAdd adds up what goes to one place', async () => {
    expect(await read(scatterAdd([1, 1, 3], [10, 20, 30], 4))).toEqual([0, 30, 0, 30])
    expect(await read(scatterAdd([0, 0], int([[1, 2], [3, 4]]), 2))).toEqual([[4, 6], [0, 0]])
    expect(await read(scatterAdd([2, 0], tensor([[1, 2], [3, 4]]), 3, -1))).toEqual([[2, 0, 1], [4, 0, 3]])
    expect(await read(scatterAdd(2, [7, 8], 3))).toEqual([[0, 0], [0, 0], [7, 8]])
    // The transpose of a lookup: ⟨gather(x), y⟩ = ⟨x, scatterAdd(y)⟩.
    const [x, y] = [tensor([1, 2, 3]), tensor([4, 5, 6, 7])]
    const places = [2, 0, 2, 1]
    const left = await read(x.gather(places).mul(y).sum())
    expect(await read(x.mul(scatterAdd(places, y, 3)).sum())).toBe(left)
  }) // biome-ignore format: matrices
})
