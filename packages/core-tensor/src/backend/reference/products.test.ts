// Matrix products against the textbook sum over k.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HostArray } from '../../host/host-array.ts'
import { sizeOf } from '../../trace/types.ts'
import { buildArray, disguises, float, runPrimitive } from './fixtures/run-primitive.ts'

/** Small whole numbers, so that every order of summation gives the same result. */
function integers(shape: readonly number[], seed: number): HostArray {
  return buildArray(shape, (index) => (index.reduce((sum, i) => 13 * sum + 5 * i, seed) % 9) - 4)
}

function multiply(a: HostArray, b: HostArray): number[] {
  const [rows, depth] = a.shape.slice(-2) as [number, number]
  const columns = b.shape.at(-1) as number
  const [x, y] = [a.data, b.data]
  return Array.from({ length: sizeOf(a.shape.slice(0, -1)) * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns]
    const stack = Math.floor(row / rows)
    let total = 0
    for (let k = 0; k < depth; k++) {
      total += (x[row * depth + k] as number) * (y[(stack * depth + k) * columns + column] as number)
    }
    return total
  })
}

test('a product worked out by hand', () => {
  const a = float([
    [1, 2],
    [3, 4],
  ])
  const b = float([
    [5, 6],
    [7, 8],
  ])
  expect(Array.from(runPrimitive('matmul', {}, [a, b]).data)).toEqual([19, 22, 43, 50])
})

test('any sizes, stacks and layouts', () => {
  const size = fc.integer({ min: 0, max: 11 })
  const stacks = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 })
  fc.assert(
    fc.property(size, size, size, stacks, fc.constantFrom(...disguises), (m, k, n, stack, disguise) => {
      const [a, b] = [integers([...stack, m, k], 1), integers([...stack, k, n], 2)]
      const result = runPrimitive('matmul', {}, [a, b], { disguise })
      expect(result.shape).toEqual([...stack, m, n])
      expect(Array.from(result.data, (x) => x + 0)).toEqual(multiply(a, b).map((x) => x + 0))
    }),
  )
})

test.each([
  [70, 300, 131],
  [64, 256, 128],
  [65, 257, 129],
  [1, 600, 150],
  [150, 600, 1],
])('across block borders: %d × %d × %d', (m, k, n) => {
  const [a, b] = [integers([m, k], 1), integers([k, n], 2)]
  for (const disguise of ['plain', 'transposed'] as const) {
    expect(Array.from(runPrimitive('matmul', {}, [a, b], { disguise }).data)).toEqual(multiply(a, b))
  }
})

test('the padding of slivers does not let NaN or infinities spread', () => {
  const a = float([[Number.NaN], [1], [2], [3], [4]])
  const b = float([[1, 2, 3, 4, Number.POSITIVE_INFINITY]])
  const { data } = runPrimitive('matmul', {}, [a, b])
  expect(Array.from(data.slice(0, 5))).toEqual(new Array(5).fill(Number.NaN))
  expect(Array.from(data.slice(5, 10))).toEqual([1, 2, 3, 4, Number.POSITIVE_INFINITY])
})
