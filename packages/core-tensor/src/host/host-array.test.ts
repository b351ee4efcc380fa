// Host values: every form in which numbers come, the same numbers out, and complaints about what are none.
import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, test } from 'vitest'
import { openReference } from '../backend/reference/reference-backend.ts'
import { DTypeError, RecipeError, ShapeError } from '../errors.ts'
import { tensor } from '../ops/create.ts'
import {
  type HostValue,
  isHostArray,
  isNdArray,
  sameHostArray,
  toHostArray,
  toNdArray,
  toNested,
} from './host-array.ts'

const { NaN: nan } = Number

describe('what comes in', () => {
  test.each<[string, HostValue, string, number[], number[]]>([
    ['a number', 1.5, 'float32', [], [1.5]],
    ['a boolean', true, 'bool', [], [1]],
    ['a vector', [1, 2], 'float32', [2], [1, 2]],
    ['a matrix', [[1, 2], [3, 4], [5, 6]], 'float32', [3, 2], [1, 2, 3, 4, 5, 6]],
    ['booleans', [[true], [false]], 'bool', [2, 1], [1, 0]],
    ['booleans among numbers', [true, 2], 'float32', [2], [1, 2]],
    ['nothing', [], 'float32', [0], []],
    ['rows of nothing', [[], [], []], 'float32', [3, 0], []],
    ['Float32Array', Float32Array.of(1, 2), 'float32', [2], [1, 2]],
    ['Float64Array', Float64Array.of(0.1), 'float32', [1], [Math.fround(0.1)]],
    ['Int8Array', Int8Array.of(-128), 'int32', [1], [-128]],
    ['Int16Array', Int16Array.of(-32768), 'int32', [1], [-32768]],
    ['Int32Array', Int32Array.of(-(2 ** 31)), 'int32', [1], [-(2 ** 31)]],
    ['Uint8Array', Uint8Array.of(255), 'int32', [1], [255]],
    ['Uint8ClampedArray', Uint8ClampedArray.of(255), 'int32', [1], [255]],
    ['Uint16Array', Uint16Array.of(65535), 'int32', [1], [65535]],
    // Bits are kept: the upper half wraps.
    ['Uint32Array', Uint32Array.of(7, 2 ** 32 - 1), 'int32', [2], [7, -1]],
    ['a subarray', Float32Array.of(9, 1, 2, 9).subarray(1, 3), 'float32', [2], [1, 2]],
    ['a host array', { shape: [1, 2], dtype: 'bool', data: Uint8Array.of(0, 1) }, 'bool', [1, 2], [0, 1]],
    ['an ndarray', ndarray(Int16Array.of(1, 2, 3, 4), [2, 2]), 'int32', [2, 2], [1, 2, 3, 4]],
    ['an ndarray of plain numbers', ndarray([1, 2]), 'float32', [2], [1, 2]],
    ['a scalar ndarray', ndarray(Float32Array.of(5), []), 'float32', [], [5]],
    ['an empty ndarray', ndarray(new Float32Array(0), [0, 2]), 'float32', [0, 2], []],
  ])('%s', (_, value, dtype, shape, numbers) => {
    const array = toHostArray(value)
    expect({ ...array, data: Array.from(array.data) }).toEqual({ dtype, shape, data: numbers })
    const storage = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[array.dtype]
    expect(array.data).toBeInstanceOf(storage)
  }) // biome-ignore format: one case a line

  test('dtype and shape can be chosen', () => {
    expect(toHostArray([1.9, -1.9, 0], { dtype: 'int32' }).data).toEqual(Int32Array.of(1, -1, 0))
    expect(toHostArray([2, 0, nan], { dtype: 'bool' }).data).toEqual(Uint8Array.of(1, 0, 1))
    expect(toHostArray(Uint8Array.of(2, 0), { dtype: 'float32' }).data).toEqual(Float32Array.of(2, 0))
    expect(toHostArray(Uint8Array.of(2, 0), { dtype: 'bool' }).data).toEqual(Uint8Array.of(1, 0))
    expect(toHostArray([1, 2, 3, 4], { shape: [2, 2] }).shape).toEqual([2, 2])
    expect(toHostArray([[1, 2], [3, 4]], { shape: [4, 1] }).shape).toEqual([4, 1]) // biome-ignore format: a matrix
  })

  test('typed data of the right kind is not copied, and double precision keeps every digit', () => {
    const data = Float32Array.of(1, 2)
    expect(toHostArray(data).data).toBe(data)
    const exact = Float64Array.of(0.1, 0.2, 0.3)
    expect(toHostArray(exact, { precision: 'double' }).data).toEqual(exact)
    const everyOther = ndarray(Float64Array.of(0.1, 0.2, 0.3), [2], [2])
    expect(toHostArray(everyOther, { precision: 'double' }).data).toEqual(Float64Array.of(0.1, 0.3))
  })

  test('any view of an ndarray, in and out again', () => {
    const side = fc.integer({ min: 1, max: 4 })
    const step = fc.constantFrom(1, 2, -1, -2)
    fc.assert(
      fc.property(
        fc.tuple(side, side, side),
        fc.tuple(step, step, step),
        fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
        fc.nat({ max: 3 }),
        (shape, steps, order, cut) => {
          const size = shape.reduce((product, n) => product * n, 1)
          const whole = ndarray(
            Float32Array.from({ length: size }, (_, i) => i + 0.5),
            shape,
          )
          const view = whole
            .step(...steps)
            .transpose(...order)
            .lo(Math.min(cut, whole.step(...steps).transpose(...order).shape[0] as number), 0, 0)
          const array = toHostArray(view)
          expect(array.shape).toEqual(view.shape)
          const back = toNdArray(array)
          for (let i = 0; i < (view.shape[0] as number); i++) {
            for (let j = 0; j < (view.shape[1] as number); j++) {
              for (let k = 0; k < (view.shape[2] as number); k++) expect(back.get(i, j, k)).toBe(view.get(i, j, k))
            }
          }
        },
      ),
    )
  })

  test('a picked row and a picked element', () => {
    const matrix = ndarray(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3])
    expect(toNested(toHostArray(matrix.pick(null, 1)))).toEqual([2, 5])
    expect(toNested(toHostArray(matrix.pick(1, 2)))).toBe(6)
    expect(toNested(toHostArray(matrix.pick(1, 2), { dtype: 'bool' }))).toBe(true)
  })
})

describe('what comes out', () => {
  test('nested arrays go in and come out the same', () => {
    const nested = fc.integer({ min: 0, max: 3 }).chain((rank) => {
      const lengths = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: rank, maxLength: rank })
      return lengths.map((shape) => {
        let next = 0
        const build = (axis: number): HostValue =>
          axis === rank ? next++ : (Array.from({ length: shape[axis] as number }, () => build(axis + 1)) as HostValue)
        return build(0)
      })
    })
    fc.assert(
      fc.property(nested, (value) => {
        expect(toNested(toHostArray(value))).toEqual(value)
      }),
    )
    expect(toNested(toHostArray([[], []]))).toEqual([[], []])
    expect(toNested(toHostArray([[true, false]]))).toEqual([[true, false]])
  })

  test('sameHostArray tells types, shapes and bits apart', () => {
    const [zero, minus] = [toHostArray([0, nan]), toHostArray([-0, nan])]
    expect(sameHostArray(zero, toHostArray([0, nan]))).toBe(true)
    expect(sameHostArray(zero, minus)).toBe(false)
    expect(sameHostArray(toHostArray([1]), toHostArray([1], { dtype: 'int32' }))).toBe(false)
    expect(sameHostArray(toHostArray([1]), toHostArray([[1]]))).toBe(false)
  })

  test('only what has both dtype and numbers is a host array', () => {
    expect(isHostArray({ shape: [1], dtype: 'float32', data: [1] })).toBe(true)
    expect(isHostArray(ndarray([1]))).toBe(false)
    expect(isNdArray(ndarray([1]))).toBe(true)
    for (const other of [tensor(1), openReference().upload(toHostArray(1)), null, 1, [1], { dtype: 'float32' }]) {
      expect(isHostArray(other)).toBe(false)
      expect(isNdArray(other)).toBe(false)
    }
  })
})

describe('complaints', () => {
  const complain = (value: unknown, options?: object) => () => toHostArray(value as HostValue, options)

  test.each([[[[1, 2], [3]]], [[1, [2]]], [[[1], 2]], [[[[1]], [[1, 2]]]], [[[], [1]]]])('ragged: %j', (value) => {
    expect(complain(value)).toThrow(ShapeError)
    expect(complain(value)).toThrow(/Nested array: expected every part .* a different length at depth \d\. Pad/)
  })

  test.each([
    ['text', 'string'],
    [['1'], 'string'],
    [[null], 'null'],
    [undefined, 'undefined'],
    [{}, 'a Object'],
    [new Date(0), 'a Date'],
    [10n, 'bigint'],
    [BigInt64Array.of(1n), 'a BigInt64Array'],
    [new DataView(new ArrayBuffer(4)), 'a DataView'],
    [[Float32Array.of(1)], 'a Float32Array'],
    [tensor(1), 'a Tensor'],
    [openReference().upload(toHostArray(1)), 'a ReferenceArray'],
  ])('no numbers: %s', (value, received) => {
    for (const options of [{}, { dtype: 'int32' }]) {
      expect(complain(value, options)).toThrow(DTypeError)
      expect(complain(value, options)).toThrow(`received ${received}. Convert the value to numbers first`)
    }
  })

  test('shapes and dtypes that do not fit', () => {
    expect(complain([1, 2, 3], { shape: [2, 2] })).toThrow(
      /expected 4 numbers for the shape \[2, 2\], received 3\. Give/,
    )
    expect(complain([1, 2, 3, 4], { shape: [-2, -2] })).toThrow(/a shape of whole numbers/)
    expect(complain([1], { shape: [0.5, 2] })).toThrow(RecipeError)
    expect(complain([1], { dtype: 'float64' })).toThrow(/dtype float32, int32 or bool, received float64/)
    expect(complain({ shape: [3], dtype: 'float32', data: Float32Array.of(1) })).toThrow(/expected 3 numbers/)
  })
})
