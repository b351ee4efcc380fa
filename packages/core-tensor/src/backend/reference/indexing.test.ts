// Gather and scatterAdd against their index-by-index definitions.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ValueError } from '../../errors.ts'
import type { HostArray } from '../../host/host-array.ts'
import { sizeOf } from '../../trace/types.ts'
import { buildArray, disguises, elementAt, float, int, listIndices, runPrimitive } from './fixtures/run-primitive.ts'

describe('small cases', () => {
  const table = float([
    [1, 2],
    [3, 4],
    [5, 6],
  ])

  test('rows of a table', () => {
    expect(runPrimitive('gather', { axis: 0 }, [table, int([2, 0, 2])])).toEqual(
      float([
        [5, 6],
        [1, 2],
        [5, 6],
      ]),
    )
    expect(runPrimitive('gather', { axis: 0 }, [table, int(1)])).toEqual(float([3, 4]))
    expect(runPrimitive('gather', { axis: 1 }, [table, int([])]).shape).toEqual([3, 0])
  })

  test('equal indices add up', () => {
    const result = runPrimitive('scatterAdd', { axis: 0, size: 3 }, [int([2, 0, 2]), float([1, 10, 100])])
    expect(result).toEqual(float([10, 0, 101]))
    const whole = runPrimitive('scatterAdd', { axis: 0, size: 1 }, [int([0, 0]), int([2 ** 31 - 1, 1])])
    expect(Array.from(whole.data)).toEqual([-(2 ** 31)])
    const empty = runPrimitive('scatterAdd', { axis: 0, size: 2 }, [int([]), float([])])
    expect(Array.from(empty.data)).toEqual([0, 0])
  })

  test.each([-1, 3])('the index %i is refused by name', (index) => {
    const run = () => runPrimitive('gather', { axis: 0 }, [table, int([0, index])])
    expect(run).toThrow(ValueError)
    expect(run).toThrow(`gather: index number 1: expected 0 … 2, for an axis of size 3, received ${index}`)
    const scatter = () => runPrimitive('scatterAdd', { axis: 0, size: 3 }, [int([index]), float([1])])
    expect(scatter).toThrow(`scatterAdd: index number 0: expected 0 … 2, for an axis of size 3, received ${index}`)
  })
})

const cases = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  along: fc.nat(5),
  indexShape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
  seed: fc.nat(100),
  disguise: fc.constantFrom(...disguises),
})

test('any axis and any shape of indices', () => {
  fc.assert(
    fc.property(cases, ({ shape, along, indexShape, seed, disguise }) => {
      const axis = along % shape.length
      const size = shape[axis] as number
      const values = buildArray(shape, (index) => index.reduce((sum, i) => 10 * sum + i, 1))
      const data = Int32Array.from({ length: sizeOf(indexShape) }, (_, i) => (seed + i * i) % size)
      const indices: HostArray = { shape: indexShape, dtype: 'int32', data }
      const result = runPrimitive('gather', { axis }, [values, indices], { disguise })
      const sourceOf = (index: readonly number[]): number[] => {
        const chosen = elementAt(indices, index.slice(axis, axis + indexShape.length))
        return [...index.slice(0, axis), chosen, ...index.slice(axis + indexShape.length)]
      }
      const outShape = shape.toSpliced(axis, 1, ...indexShape)
      expect(result).toEqual(buildArray(outShape, (index) => elementAt(values, sourceOf(index))))

      const scattered = runPrimitive('scatterAdd', { axis, size }, [indices, result], { disguise })
      const sums = new Map<string, number>()
      for (const index of listIndices(outShape)) {
        const key = sourceOf(index).join()
        sums.set(key, (sums.get(key) ?? 0) + elementAt(result, index))
      }
      expect(scattered).toEqual(buildArray(shape, (index) => sums.get(index.join()) ?? 0))
    }),
  )
})
