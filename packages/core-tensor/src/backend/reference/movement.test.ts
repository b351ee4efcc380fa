// Movement primitives against their definitions, read off index by index.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostArray } from '../../host/host-array.ts'
import { bool, buildArray, disguises, elementAt, float, int, runPrimitive } from './fixtures/run-primitive.ts'

/** A shape, and a value whose elements all differ. */
const values = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
  .map((shape) => buildArray(shape, (index) => index.reduce((sum, i) => 10 * sum + i, 1)))

const disguised = fc.constantFrom(...disguises)

function check(value: HostArray, shape: readonly number[], source: (index: readonly number[]) => number): void {
  expect(value).toEqual(buildArray(shape, source))
}

describe('small cases', () => {
  const matrix = float([
    [1, 2, 3],
    [4, 5, 6],
  ])

  test('permute, flip, slice, broadcast and reshape', () => {
    expect(Array.from(runPrimitive('permute', { axes: [1, 0] }, [matrix]).data)).toEqual([1, 4, 2, 5, 3, 6])
    expect(Array.from(runPrimitive('flip', { axes: [1] }, [matrix]).data)).toEqual([3, 2, 1, 6, 5, 4])
    const slice = { start: [0, 0], size: [1, 2], stride: [1, 2] }
    expect(Array.from(runPrimitive('slice', slice, [matrix]).data)).toEqual([1, 3])
    expect(Array.from(runPrimitive('broadcast', { shape: [2, 3] }, [float([[7], [8]])]).data)).toEqual([
      7, 7, 7, 8, 8, 8,
    ])
    expect(runPrimitive('reshape', { shape: [3, 2] }, [matrix])).toEqual({ ...matrix, shape: [3, 2] })
    expect(runPrimitive('stopGradient', {}, [matrix])).toEqual(matrix)
  })

  test('reshape of a transposed matrix reads its own order', () => {
    const result = runPrimitive('reshape', { shape: [6] }, [matrix], { disguise: 'transposed' })
    expect(Array.from(result.data)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('pad around and between, of every dtype', () => {
    const widths = { before: [1], after: [2], interior: [1] }
    expect(Array.from(runPrimitive('pad', { ...widths, value: 9 }, [float([1, 2, 3])]).data)).toEqual([
      9, 1, 9, 2, 9, 3, 9, 9,
    ])
    expect(Array.from(runPrimitive('pad', { ...widths, value: -1 }, [int([5])]).data)).toEqual([-1, 5, -1, -1])
    expect(Array.from(runPrimitive('pad', { ...widths, value: 1 }, [bool([0])]).data)).toEqual([1, 0, 1, 1])
    expect(Array.from(runPrimitive('pad', { ...widths, value: 4 }, [float([])]).data)).toEqual([4, 4, 4])
  })

  test('concat along the inner axis, with an empty part', () => {
    const result = runPrimitive('concat', { axis: 1 }, [float([[1], [2]]), float([[], []]), matrix])
    expect(result).toEqual(
      float([
        [1, 1, 2, 3],
        [2, 4, 5, 6],
      ]),
    )
  })
})

test('permute moves axes', () => {
  fc.assert(
    fc.property(values, disguised, fc.integer(), (value, disguise, seed) => {
      const axes = value.shape.map((_, axis) => axis).sort((a, b) => Math.sin(seed + a) - Math.sin(seed + b))
      const shape = axes.map((axis) => value.shape[axis] as number)
      check(runPrimitive('permute', { axes }, [value], { disguise }), shape, (index) =>
        elementAt(
          value,
          value.shape.map((_, axis) => index[axes.indexOf(axis)] as number),
        ),
      )
    }),
  )
})

test('flip reverses axes', () => {
  fc.assert(
    fc.property(values, disguised, fc.integer({ min: 0, max: 15 }), (value, disguise, mask) => {
      const axes = value.shape.flatMap((_, axis) => ((mask >> axis) & 1 ? [axis] : []))
      check(runPrimitive('flip', { axes }, [value], { disguise }), value.shape, (index) =>
        elementAt(
          value,
          index.map((i, axis) => (axes.includes(axis) ? (value.shape[axis] as number) - 1 - i : i)),
        ),
      )
    }),
  )
})

test('slice takes start + i · stride', () => {
  fc.assert(
    fc.property(values, disguised, fc.nat(2), fc.integer({ min: 1, max: 3 }), (value, disguise, first, step) => {
      const start = value.shape.map((size) => Math.min(first, size))
      const size = value.shape.map((length, axis) => Math.ceil((length - (start[axis] as number)) / step))
      const stride = value.shape.map(() => step)
      check(runPrimitive('slice', { start, size, stride }, [value], { disguise }), size, (index) =>
        elementAt(
          value,
          index.map((i, axis) => (start[axis] as number) + i * step),
        ),
      )
    }),
  )
})

test('broadcast repeats axes of size 1', () => {
  fc.assert(
    fc.property(values, disguised, fc.integer({ min: 0, max: 5 }), (value, disguise, count) => {
      const shape = value.shape.map((size) => (size === 1 ? count : size))
      check(runPrimitive('broadcast', { shape }, [value], { disguise }), shape, (index) =>
        elementAt(
          value,
          index.map((i, axis) => (value.shape[axis] === 1 ? 0 : i)),
        ),
      )
    }),
  )
})

test('pad places elements apart', () => {
  const widths = fc.array(fc.nat(2), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(values, disguised, widths, widths, widths, (value, disguise, b, a, gaps) => {
      const rank = value.shape.length
      const [before, after, interior] = [b.slice(0, rank), a.slice(0, rank), gaps.slice(0, rank)]
      const shape = value.shape.map(
        (size, axis) =>
          (before[axis] as number) +
          size +
          Math.max(0, size - 1) * (interior[axis] as number) +
          (after[axis] as number),
      )
      check(runPrimitive('pad', { before, after, interior, value: -5 }, [value], { disguise }), shape, (index) => {
        const from = index.map((i, axis) => (i - (before[axis] as number)) / ((interior[axis] as number) + 1))
        const inside = from.every((i, axis) => Number.isInteger(i) && i >= 0 && i < (value.shape[axis] as number))
        return inside ? elementAt(value, from) : -5
      })
    }),
  )
})

test('concat puts parts one after the other', () => {
  fc.assert(
    fc.property(values, disguised, fc.nat(3), (value, disguise, along) => {
      const axis = along % value.shape.length
      const size = value.shape[axis] as number
      const other = { ...value, data: value.data.map((x) => -x) }
      check(
        runPrimitive('concat', { axis }, [value, other], { disguise }),
        value.shape.with(axis, 2 * size),
        (index) => {
          const i = index[axis] as number
          return i < size ? elementAt(value, index) : elementAt(other, index.with(axis, i - size))
        },
      )
    }),
  )
})
