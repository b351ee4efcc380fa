// Reductions against sums and maxima collected index by index.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostArray } from '../../host/host-array.ts'
import { buildArray, disguises, elementAt, float, int, listIndices, runPrimitive } from './fixtures/run-primitive.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

/** All numbers that fall onto the same kept index, in row-major order. */
function collect(value: HostArray, axes: readonly number[]): number[][] {
  const shape = value.shape.filter((_, axis) => !axes.includes(axis))
  const groups = new Map(listIndices(shape).map((index) => [index.join(), [] as number[]]))
  for (const index of listIndices(value.shape)) {
    groups.get(index.filter((_, axis) => !axes.includes(axis)).join())?.push(elementAt(value, index))
  }
  return [...groups.values()]
}

describe('small cases', () => {
  test('nothing sums to 0', () => {
    expect(runPrimitive('sum', { axes: [0] }, [float([])])).toEqual(float(0))
    const empty = { shape: [0, 3], dtype: 'float32', data: new Float32Array(0) } as const
    expect(Array.from(runPrimitive('sum', { axes: [0] }, [empty]).data)).toEqual([0, 0, 0])
    expect(runPrimitive('sum', { axes: [1] }, [empty]).shape).toEqual([0])
    expect(runPrimitive('maxReduce', { axes: [1] }, [empty]).shape).toEqual([0])
  })

  test('NaN and infinities go through', () => {
    expect(runPrimitive('sum', { axes: [0] }, [float([inf, -inf])]).data[0]).toBeNaN()
    expect(runPrimitive('maxReduce', { axes: [0] }, [float([1, nan, 3])]).data[0]).toBeNaN()
    expect(runPrimitive('maxReduce', { axes: [0] }, [float([-inf, -inf])]).data[0]).toBe(-inf)
  })

  test('int32 wraps, and its largest number can be the smallest there is', () => {
    expect(runPrimitive('sum', { axes: [0] }, [int([2 ** 31 - 1, 1, 1])]).data[0]).toBe(-(2 ** 31) + 1)
    expect(runPrimitive('maxReduce', { axes: [0] }, [int([-(2 ** 31)])]).data[0]).toBe(-(2 ** 31))
  })

  test('argMax takes the first of equals, and NaN before anything', () => {
    const argMax = (numbers: number[]) => runPrimitive('argMax', { axis: 0 }, [float(numbers)]).data[0]
    expect(argMax([1, 3, 3])).toBe(1)
    expect(argMax([1, nan, inf, nan])).toBe(1)
    expect(argMax([nan, 5])).toBe(0)
    expect(argMax([-inf, -inf])).toBe(0)
    expect(argMax([-0, 0])).toBe(0)
  })

  test('a long sum does not lose small numbers', () => {
    // 2²⁴ ones after 2²⁴: in float32, one at a time, none of them would count.
    const numbers = new Float32Array(2 ** 16 + 1).fill(1)
    numbers[0] = 2 ** 24
    expect(runPrimitive('sum', { axes: [0] }, [float(numbers)]).data[0]).toBe(2 ** 24 + 2 ** 16)
  })
})

const cases = fc.tuple(
  fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  fc.integer({ min: 0, max: 15 }),
  fc.constantFrom(...disguises),
)

test('any axes of any shape in any layout', () => {
  fc.assert(
    fc.property(cases, ([shape, mask, disguise]) => {
      const axes = shape.flatMap((_, axis) => ((mask >> axis) & 1 ? [axis] : []))
      const value = buildArray(shape, (index) => (index.reduce((sum, i) => 31 * sum + 7 * i, 3) % 17) - 8)
      const groups = collect(value, axes)
      const sums = groups.map((numbers) => numbers.reduce((a, b) => a + b, 0))
      expect(Array.from(runPrimitive('sum', { axes }, [value], { disguise }).data)).toEqual(sums)
      const whole = { ...value, dtype: 'int32', data: Int32Array.from(value.data) } as const
      expect(Array.from(runPrimitive('sum', { axes }, [whole], { disguise }).data)).toEqual(sums)
      const largest = groups.map((numbers) => Math.max(...numbers))
      expect(Array.from(runPrimitive('maxReduce', { axes }, [value], { disguise }).data)).toEqual(largest)
    }),
  )
})

test('argMax along any axis', () => {
  fc.assert(
    fc.property(cases, ([shape, along, disguise]) => {
      const axis = along % shape.length
      const value = buildArray(shape, (index) => index.reduce((sum, i) => 31 * sum + 7 * i, 3) % 5)
      const expected = collect(value, [axis]).map((numbers) => numbers.indexOf(Math.max(...numbers)))
      expect(Array.from(runPrimitive('argMax', { axis }, [value], { disguise }).data)).toEqual(expected)
    }),
  )
})

test('wide rows over a batch, as for the gradient of a bias', () => {
  const value = buildArray([33, 50], ([i, j]) => ((i as number) * 7 + (j as number) * 3) % 11)
  const expected = Array.from({ length: 50 }, (_, j) => {
    let total = 0
    for (let i = 0; i < 33; i++) total += (i * 7 + j * 3) % 11
    return total
  })
  expect(Array.from(runPrimitive('sum', { axes: [0] }, [value]).data)).toEqual(expected)
})
