// Each method of Tensor against numbers worked out by hand or by an independent formula.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arange, full, tensor } from '../ops/create.ts'
import { asTensor, type Tensor } from './tensor.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const int = (value: number | number[] | number[][]): Tensor => tensor(value, { dtype: 'int32' })
const read = async (result: Tensor): Promise<unknown> => result.array()

/** Numbers equal to float32 accuracy, wherever they stand. */
async function expectClose(result: Tensor, expected: unknown): Promise<void> {
  const actual = tensor(expected as number[])
  expect(result.shape).toEqual(actual.shape)
  const [a, b] = [await result.data(), await actual.data()]
  a.forEach((number, i) => {
    const wanted = b[i] as number
    if (!Number.isFinite(wanted)) expect(number).toBe(wanted)
    else expect(Math.abs(number - wanted) / Math.max(1, Math.abs(wanted))).toBeLessThan(1e-6)
  })
}

const cube = arange(24).reshape([2, 3, 4])
/** The numbers of `cube` as nested arrays, without a tensor. */
const cubes = [0, 1].map((i) => [0, 1, 2].map((j) => [0, 1, 2, 3].map((k) => 12 * i + 4 * j + k)))

test('what is known before anything is computed', () => {
  expect([cube.shape, cube.rank, cube.size, cube.dtype, String(cube)]).toEqual([
    [2, 3, 4],
    3,
    24,
    'int32',
    'Tensor(int32[2, 3, 4])',
  ])
  expect([tensor(1).rank, tensor(1).size, tensor([]).size]).toEqual([0, 1, 0])
})

test('reading gives arrays, typed arrays, host arrays and ndarrays', async () => {
  const x = tensor([[1, 2], [3, 4]]) // biome-ignore format: a matrix
  expect(await x.array()).toEqual([[1, 2], [3, 4]]) // biome-ignore format: a matrix
  expect(await x.data()).toEqual(Float32Array.of(1, 2, 3, 4))
  expect(await x.host()).toEqual({ shape: [2, 2], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4) })
  expect((await x.ndarray()).get(1, 0)).toBe(3)
  expect(await tensor(true).array()).toBe(true)
})

describe('elementwise', () => {
  test('functions of one tensor', async () => {
    const x = tensor([-2, -0.5, 0, 1, 3])
    const numbers = [-2, -0.5, 0, 1, 3]
    await expectClose(x.neg(), [2, 0.5, -0, -1, -3])
    await expectClose(x.exp(), numbers.map(Math.exp))
    await expectClose(x.abs().add(1).log(), numbers.map((n) => Math.log1p(Math.abs(n))))
    await expectClose(x.abs().sqrt(), numbers.map((n) => Math.sqrt(Math.abs(n))))
    await expectClose(x.tanh(), numbers.map(Math.tanh))
    await expectClose(x.sigmoid(), numbers.map((n) => 1 / (1 + Math.exp(-n))))
    await expectClose(x.sin(), numbers.map(Math.sin))
    await expectClose(x.cos(), numbers.map(Math.cos))
    await expectClose(x.square(), [4, 0.25, 0, 1, 9])
    expect(await read(x.abs())).toEqual([2, 0.5, 0, 1, 3])
    expect(await read(x.sign())).toEqual([-1, -1, 0, 1, 1])
    expect(await read(x.floor())).toEqual([-2, -1, 0, 1, 3])
    expect(await read(x.relu())).toEqual([0, 0, 0, 1, 3])
    expect(await read(x.stopGradient())).toEqual(numbers)
  }) // biome-ignore format: one function a line

  test('relu passes NaN on, and takes int32', async () => {
    expect(await read(tensor([nan, -inf, inf, -0]).relu())).toEqual([nan, 0, inf, 0])
    expect(await read(int([-3, 4]).relu())).toEqual([0, 4])
  })

  test('softplus neither overflows nor loses its ends', async () => {
    await expectClose(tensor([-1e4, -1, 0, 1, 1e4, inf, -inf]).softplus(), [
      0,
      Math.log1p(Math.exp(-1)),
      Math.LN2,
      Math.log1p(Math.exp(1)),
      1e4,
      inf,
      0,
    ])
    expect(await read(tensor(nan).softplus())).toBe(nan)
  })

  test('functions of two tensors', async () => {
    const [a, b] = [tensor([7, -7, 2]), tensor([2, 2, 0.5])]
    expect(await read(a.add(b))).toEqual([9, -5, 2.5])
    expect(await read(a.sub(b))).toEqual([5, -9, 1.5])
    expect(await read(a.mul(b))).toEqual([14, -14, 1])
    expect(await read(a.div(b))).toEqual([3.5, -3.5, 4])
    expect(await read(a.maximum(b))).toEqual([7, 2, 2])
    expect(await read(a.minimum(b))).toEqual([2, -7, 0.5])
    await expectClose(a.pow(b), [49, 49, Math.SQRT2])
    expect(await read(a.div(0))).toEqual([inf, -inf, inf])
  })

  test('comparisons, of NaN too', async () => {
    const [a, b] = [tensor([1, 2, 3, nan]), tensor([2, 2, 2, nan])]
    expect(await read(a.less(b))).toEqual([true, false, false, false])
    expect(await read(a.lessEqual(b))).toEqual([true, true, false, false])
    expect(await read(a.greater(b))).toEqual([false, false, true, false])
    expect(await read(a.greaterEqual(b))).toEqual([false, true, true, false])
    expect(await read(a.equal(b))).toEqual([false, true, false, false])
    expect(await read(a.notEqual(b))).toEqual([true, false, true, true])
    expect(await read(tensor([true, false]).equal([true, true]))).toEqual([true, false])
  })

  test('and, or, not: their truth tables', async () => {
    const [a, b] = [tensor([true, true, false, false]), tensor([true, false, true, false])]
    expect(await read(a.and(b))).toEqual([true, false, false, false])
    expect(await read(a.or(b))).toEqual([true, true, true, false])
    expect(await read(a.not())).toEqual([false, false, true, true])
    expect(await read(a.and(true).or([false]))).toEqual([true, true, false, false])
  })

  test('where chooses, and broadcasts all three', async () => {
    const rows = tensor([[true], [false]])
    expect(await read(rows.where([1, 2], 0))).toEqual([[1, 2], [0, 0]])
    expect(await read(rows.where(int([5, 6]), 7))).toEqual([[5, 6], [7, 7]])
    expect(rows.where(int([5, 6]), 7).dtype).toBe('int32')
    expect(rows.where(7, int([5, 6])).dtype).toBe('int32')
    expect(await read(tensor(true).where([true, false], false))).toEqual([true, false])
    // What is not chosen does not matter.
    expect(await read(tensor([true, false]).where([1, nan], [nan, 2]))).toEqual([1, 2])
  }) // biome-ignore format: matrices

  test('cast', async () => {
    expect(await read(tensor([1.9, -1.9, 0]).cast('int32'))).toEqual([1, -1, 0])
    expect(await read(tensor([2, 0, nan]).cast('bool'))).toEqual([true, false, true])
    expect(await read(tensor([true, false]).cast('float32'))).toEqual([1, 0])
    expect(await read(int([-3, 0]).cast('bool'))).toEqual([true, false])
    const x = tensor(1)
    expect(x.cast('float32')).toBe(x)
  })

  test('int32 wraps, and divides towards zero', async () => {
    const [least, most] = [-(2 ** 31), 2 ** 31 - 1]
    expect(await read(int([most, least]).add(int([1, -1])))).toEqual([least, most])
    expect(await read(int([least, 3]).sub(int([1, 5])))).toEqual([most, -2])
    expect(await read(int([65537, -7]).mul(int([65537, 3])))).toEqual([Math.imul(65537, 65537), -21])
    expect(await read(int([7, -7, 7, -7]).div(int([2, 2, -2, -2])))).toEqual([3, -3, -3, 3])
    expect(await read(int([least, -5, 5]).neg())).toEqual([least, 5, -5])
    expect(await read(int([most, most]).sum())).toBe(-2)
    expect(await read(int([-5, 0, 5]).sign())).toEqual([-1, 0, 1])
    fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer(), async (a, b) => {
        expect(await read(int(a).mul(int(b)))).toBe(Math.imul(a, b))
        expect(await read(int(a).add(int(b)))).toBe((a + b) | 0)
      }),
      { numRuns: 20 },
    )
  })
})

describe('reductions', () => {
  const total = (list: number[]) => list.reduce((sum, n) => sum + n, 0)

  test('sum over any axes', async () => {
    expect(await read(cube.sum())).toBe(276)
    expect(await read(cube.sum(-1))).toEqual(cubes.map((matrix) => matrix.map(total)))
    expect(await read(cube.sum([0, 2]))).toEqual(
      [0, 1, 2].map((j) => total([0, 1].flatMap((i) => cubes[i]?.[j] ?? []))),
    )
    expect(await read(cube.sum([-1, 0]))).toEqual(await read(cube.sum([0, 2])))
    expect(cube.sum([0, -1], { keepDims: true }).shape).toEqual([1, 3, 1])
    expect(cube.sum([]).shape).toEqual([2, 3, 4])
    expect(await read(tensor(5).sum())).toBe(5)
    expect(await read(full([0, 2], 1).sum(0))).toEqual([0, 0])
    expect(full([2, 0], 1).sum(0).shape).toEqual([0])
  })

  test('mean is float32, whatever it is of', async () => {
    expect(await read(cube.mean())).toBe(11.5)
    expect(await read(int([1, 2]).mean())).toBe(1.5)
    expect(await read(tensor([true, false, false, true]).mean())).toBe(0.5)
    expect(await read(tensor([[1, 2], [3, 5]]).mean(0, { keepDims: true }))).toEqual([[2, 3.5]]) // biome-ignore format: a matrix
    expect(await read(tensor([]).mean())).toBe(nan)
  })

  test('max and min pass NaN on, and take the ends of int32', async () => {
    const x = tensor([[3, -1, 2], [-5, nan, 0]]) // biome-ignore format: a matrix
    expect(await read(x.max(1))).toEqual([3, nan])
    expect(await read(x.min(1))).toEqual([-1, nan])
    expect(await read(x.max(0, { keepDims: true }))).toEqual([[3, nan, 2]])
    expect(await read(tensor([-inf, -inf]).max())).toBe(-inf)
    const [least, most] = [-(2 ** 31), 2 ** 31 - 1]
    expect(await read(int([least, 5, most]).min())).toBe(least)
    expect(await read(int([least, 5, most]).max())).toBe(most)
    expect(await read(int([[4, 7], [9, 5]]).min(-1, { keepDims: true }))).toEqual([[4], [5]]) // biome-ignore format: a matrix
  })

  test('argMax: the first of equals; NaN counts as largest', async () => {
    expect(await read(tensor([[1, 3, 3], [nan, 9, nan]]).argMax())).toEqual([1, 0]) // biome-ignore format: a matrix
    expect(await read(int([[1, 9], [7, 2]]).argMax(0))).toEqual([1, 0]) // biome-ignore format: a matrix
    expect(tensor([1, 2]).argMax().dtype).toBe('int32')
  })

  test('logSumExp without overflow, and of nothing but −∞', async () => {
    await expectClose(tensor([[1e4, 1e4], [-1e4, -1e4], [0, 1]]).logSumExp(1), [1e4 + Math.LN2, -1e4 + Math.LN2, Math.log(1 + Math.E)])
    await expectClose(tensor([[-inf, -inf], [-inf, 3], [inf, 0]]).logSumExp(-1), [-inf, 3, inf])
    expect(await read(tensor([nan, 1]).logSumExp())).toBe(nan)
    expect(tensor([[1, 2]]).logSumExp(0, { keepDims: true }).shape).toEqual([1, 2])
    await expectClose(tensor([[0, 0], [0, 0]]).logSumExp(), Math.log(4))
    await expectClose(tensor(3).logSumExp(), 3)
  }) // biome-ignore format: matrices

  test('softmax and its logarithm', async () => {
    const x = [[1e4, 1e4 - 1], [-1e4, 1e4], [0, 2]] // biome-ignore format: a matrix
    const shares = x.map(([a, b]) => 1 / (1 + Math.exp((b as number) - (a as number))))
    await expectClose(tensor(x).softmax(), shares.map((p) => [p, 1 - p]))
    const [one] = shares as [number]
    await expectClose(tensor(x).logSoftmax(), [
      [Math.log(one), Math.log(one) - 1],
      [-2e4, 0],
      [-2 - Math.log1p(Math.exp(-2)), -Math.log1p(Math.exp(-2))],
    ])
    await expectClose(tensor([[0, 0], [0, 0]]).softmax(0), [[0.5, 0.5], [0.5, 0.5]])
    expect(await read(tensor([-inf, 0]).softmax())).toEqual([0, 1])
    expect(await read(tensor([-inf, 0]).logSoftmax())).toEqual([-inf, 0])
    // 0 / 0, as everywhere else.
    expect(await read(tensor([-inf, -inf]).softmax())).toEqual([nan, nan])
  }) // biome-ignore format: matrices
})

describe('movement', () => {
  test('reshape with one size left open', async () => {
    expect(cube.reshape([-1, 6]).shape).toEqual([4, 6])
    expect(cube.reshape([2, -1]).shape).toEqual([2, 12])
    expect(cube.reshape([-1]).shape).toEqual([24])
    expect(tensor(5).reshape([-1]).shape).toEqual([1])
    expect(full([0, 3], 1).reshape([-1, 3]).shape).toEqual([0, 3])
    expect(await read(arange(4).reshape([2, 2]))).toEqual([[0, 1], [2, 3]]) // biome-ignore format: a matrix
    expect(cube.reshape([2, 3, 4])).toBe(cube)
  })

  test('transpose and swapAxes', async () => {
    const turned = (await read(cube.transpose([2, 0, -2]))) as number[][][]
    for (const [i, j, k] of [[0, 1, 2], [1, 2, 3], [1, 0, 0]] as const) expect(turned[k]?.[i]?.[j]).toBe(cubes[i]?.[j]?.[k])
    expect(cube.transpose().shape).toEqual([4, 3, 2])
    expect(cube.swapAxes(0, -1).shape).toEqual([4, 3, 2])
    expect(await read(arange(6).reshape([2, 3]).transpose())).toEqual([[0, 3], [1, 4], [2, 5]])
    expect(tensor(1).transpose().shape).toEqual([])
  }) // biome-ignore format: matrices

  test('expandDims and squeeze', () => {
    expect(cube.expandDims(0).shape).toEqual([1, 2, 3, 4])
    expect(cube.expandDims(-1).shape).toEqual([2, 3, 4, 1])
    expect(cube.expandDims(-2).shape).toEqual([2, 3, 1, 4])
    expect(tensor(1).expandDims(0).shape).toEqual([1])
    const thin = cube.reshape([1, 24, 1])
    expect(thin.squeeze().shape).toEqual([24])
    expect(thin.squeeze(0).shape).toEqual([24, 1])
    expect(thin.squeeze([-1, 0]).shape).toEqual([24])
  })

  test('slice, at, flip, pad', async () => {
    expect(await read(cube.slice([0, 1, 1], [2, 1, -1], [1, 1, 2]))).toEqual([[[5, 7]], [[17, 19]]])
    expect(await read(arange(5).slice([1], [-1]))).toEqual([1, 2, 3, 4])
    expect(await read(arange(5).slice([1], [-1], [3]))).toEqual([1, 4])
    expect(cube.slice([0, 0, 4], [2, 3, 0]).shape).toEqual([2, 3, 0])
    expect(await read(cube.at(1))).toEqual(cubes[1])
    expect(await read(cube.at(-1, -1))).toEqual(cubes.map((matrix) => matrix.map((row) => row[3])))
    expect(await read(arange(3).at(-3))).toBe(0)
    expect(await read(arange(3).flip())).toEqual([2, 1, 0])
    expect(await read(cube.flip([0, -1]))).toEqual([...cubes].reverse().map((matrix) => matrix.map((row) => [...row].reverse())))
    expect(await read(arange(2).pad([[1, 2]], -1))).toEqual([-1, 0, 1, -1, -1])
    expect(await read(tensor([[1]]).pad([[0, 1], [1, 0]]))).toEqual([[0, 1], [0, 0]])
    expect(await read(tensor([true]).pad([[1, 0]]))).toEqual([false, true])
  }) // biome-ignore format: matrices

  test('gather along any axis', async () => {
    expect(await read(cube.gather([1, 0, 1], -1).at(0))).toEqual(cubes[0]?.map(([a, b]) => [b, a, b]))
    expect(cube.gather(int([[0, 1], [1, 0]]), 1).shape).toEqual([2, 2, 2, 4]) // biome-ignore format: a matrix
    expect(await read(arange(5).gather(3))).toBe(3)
    expect(await read(tensor([true, false]).gather([1, 0]))).toEqual([false, true])
  })
})

describe('matmul', () => {
  const loop = (a: number[][], b: number[][]): number[][] =>
    a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((sum, x, k) => sum + x * (b[k]?.[j] as number), 0)))

  test('of matrices', async () => {
    const [a, b] = [[[1, 2, 3], [4, 5, 6]], [[1, 0], [0, 1], [2, 2]]] // biome-ignore format: matrices
    expect(await read(tensor(a).matmul(b as number[][]))).toEqual(loop(a as number[][], b as number[][]))
    expect(await read(full([2, 0], 1).matmul(full([0, 2], 1)))).toEqual([[0, 0], [0, 0]]) // biome-ignore format: a matrix
  })

  test('of stacks, which broadcast', async () => {
    const stacks = cube.cast('float32')
    const square = tensor([[1, 2], [3, 4], [5, 6], [7, 8]]) // biome-ignore format: a matrix
    const expected = cubes.map((matrix) => loop(matrix, [[1, 2], [3, 4], [5, 6], [7, 8]])) // biome-ignore format: a matrix
    expect(await read(stacks.matmul(square))).toEqual(expected)
    expect(await read(stacks.matmul(square.broadcastTo([2, 4, 2])))).toEqual(expected)
    expect(await read(stacks.expandDims(1).matmul(square.reshape([1, 1, 4, 2])))).toEqual(expected.map((m) => [m]))
    // A matrix times a stack.
    const left = tensor([[1, 0, 1]])
    expect(await read(left.matmul(stacks))).toEqual(cubes.map((matrix) => loop([[1, 0, 1]], matrix)))
    expect(stacks.reshape([1, 2, 3, 4]).matmul(full([5, 1, 4, 2], 1)).shape).toEqual([5, 2, 3, 2])
  })
})

test('asTensor keeps tensors and gives values the dtype beside them', () => {
  const x = tensor([1])
  expect(asTensor(x, 'int32')).toBe(x)
  expect(asTensor(2, 'int32').dtype).toBe('int32')
  expect(asTensor([2, 3], 'int32').dtype).toBe('int32')
  expect(asTensor(1, 'bool').dtype).toBe('bool')
  expect(asTensor(Float32Array.of(1), 'int32').dtype).toBe('float32')
  expect(asTensor([true]).dtype).toBe('bool')
})
