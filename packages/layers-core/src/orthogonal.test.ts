// Orthogonal weights: orthonormal in every shape, and distributed as promised.
import { randomKey, type Shape, ShapeError } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { orthogonalInitializer } from './orthogonal.ts'

const fans = { fanIn: 1, fanOut: 1 }
const draw = async (shape: Shape, seed = 1, gain?: number): Promise<Float32Array> =>
  (await orthogonalInitializer(gain)(randomKey(seed), shape, fans).data()) as Float32Array

/** How far the products of the shorter side's vectors are from those of an orthonormal set. */
function findError(data: Float32Array, rows: number, columns: number): number {
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
  const at = (vector: number, i: number): number =>
    data[rows < columns ? vector * columns + i : i * columns + vector] as number
  let error = 0
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      let product = 0
      for (let i = 0; i < length; i++) product += at(a, i) * at(b, i)
      error = Math.max(error, Math.abs(product - (a === b ? 1 : 0)))
    }
  }
  return error
}

test.each<[number, number]>([
  [1, 1],
  [2, 2],
  [3, 3],
  [7, 7],
  // Uniform ones end at 32 columns.
  [32, 32],
  [33, 33],
  // 36 = 6 · 6, 37 leaves one place over, 62 = 5 · 12 + 2 leaves two.
  [36, 36],
  [37, 37],
  [62, 62],
  [101, 101],
  [128, 128],
  // Rows and columns of different numbers.
  [5, 1],
  [1, 5],
  [300, 20],
  [40, 300],
  [200, 37],
  [100, 400],
  [512, 512],
])('%i × %i is orthonormal to 10⁻⁵', async (rows, columns) => {
  expect(findError(await draw([rows, columns]), rows, columns)).toBeLessThan(1e-5)
})

test('more than two axes count as rows; the gain scales', async () => {
  const data = await draw([3, 4, 5, 6], 1, 2)
  expect(data.length).toBe(360)
  expect(
    findError(
      data.map((number) => number / 2),
      60,
      6,
    ),
  ).toBeLessThan(1e-5)
})

describe.each([
  ['uniform', 24, 200],
  ['by blocks', 132, 8],
  ['by blocks, with places left over', 131, 8],
])('%s: %i × %i', (_, size, matrices) => {
  test('every number has mean 0 and variance 1 / n, nearly normal; the diagonal is like the rest', async () => {
    const draws = await Promise.all(Array.from({ length: matrices }, (_, seed) => draw([size, size], seed)))
    const numbers = draws.flatMap((data) => [...data])
    const moment = (power: number): number => numbers.reduce((sum, x) => sum + x ** power, 0) / numbers.length
    // Rows and columns have length 1, so the mean square is exact; what is random is how it spreads.
    expect(moment(2) * size).toBeCloseTo(1, 4)
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(numbers.length * size))
    expect(moment(4) / moment(2) ** 2).toBeGreaterThan(2.6)
    expect(moment(4) / moment(2) ** 2).toBeLessThan(3.6)
    const diagonal = draws.flatMap((data) => Array.from({ length: size }, (_, i) => data[i * (size + 1)] as number))
    const meanSquare = diagonal.reduce((sum, x) => sum + x * x, 0) / diagonal.length
    expect(meanSquare * size).toBeGreaterThan(0.8)
    expect(meanSquare * size).toBeLessThan(1.2)
    // The trace of a uniform one has mean 0 and variance 1 (Diaconis and Shahshahani, 1994).
    const traces = draws.map((data) => {
      let trace = 0
      for (let i = 0; i < size; i++) trace += data[i * (size + 1)] as number
      return trace
    })
    expect(Math.abs(traces.reduce((sum, trace) => sum + trace, 0) / matrices)).toBeLessThan(5 / Math.sqrt(matrices))
  })
})

test('the same key gives the same numbers, another key others', async () => {
  expect(await draw([40, 40], 1)).toEqual(await draw([40, 40], 1))
  expect(await draw([40, 40], 1)).not.toEqual(await draw([40, 40], 2))
})

test('vectors are refused', () => {
  expect(() => orthogonalInitializer()(randomKey(1), [4], fans)).toThrow(ShapeError)
})

test('512 × 512 is quick, also for the interpreter', async () => {
  const times: number[] = []
  for (let seed = 0; seed < 6; seed++) {
    const began = performance.now()
    await draw([512, 512], seed)
    times.push(performance.now() - began)
  }
  // 36 ms on a machine with nothing else to do, where one product of two such matrices takes 100 ms.
  expect(Math.min(...times)).toBeLessThan(200)
})
