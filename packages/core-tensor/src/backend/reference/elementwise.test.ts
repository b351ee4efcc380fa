// Elementwise primitives against values from the definition of IEEE arithmetic, and strides against a plain loop.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostArray } from '../../host/host-array.ts'
import type { Primitive } from '../../trace/node.ts'
import { bool, buildArray, disguises, float, int, runPrimitive } from './fixtures/run-primitive.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const lowest = -(2 ** 31)

function unary(
  operation: 'neg' | 'abs' | 'sign' | 'floor' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid',
  a: HostArray,
) {
  return Array.from(runPrimitive(operation, {}, [a]).data)
}

function binary(operation: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow', a: HostArray, b: HostArray) {
  return Array.from(runPrimitive(operation, {}, [a, b]).data)
}

describe('floats', () => {
  test('sign, abs, neg and floor keep NaN, infinities and the sign of zero', () => {
    const x = float([-2.5, -0, 0, 3, inf, -inf, nan])
    expect(unary('sign', x)).toEqual([-1, -0, 0, 1, 1, -1, nan])
    expect(unary('abs', x)).toEqual([2.5, 0, 0, 3, inf, inf, nan])
    expect(unary('neg', x)).toEqual([2.5, 0, -0, -3, -inf, inf, nan])
    expect(unary('floor', x)).toEqual([-3, -0, 0, 3, inf, -inf, nan])
  })

  test('exponentials at known places', () => {
    expect(unary('exp', float([0, -inf, inf, 89]))).toEqual([1, 0, inf, inf])
    expect(unary('log', float([1, 0, -1, inf]))).toEqual([0, -inf, nan, inf])
    expect(unary('sqrt', float([4, -0, -1, inf]))).toEqual([2, -0, nan, inf])
    expect(unary('tanh', float([0, inf, -inf]))).toEqual([0, 1, -1])
    expect(unary('sigmoid', float([0, inf, -inf, -200, 200]))).toEqual([0.5, 1, 0, 0, 1])
    // To the last float32 digit; tanh 1, σ(1), sin 1 and cos 1 from tables.
    const one = float([1])
    const two = float([2])
    expect(unary('exp', one)[0]).toBe(Math.fround(Math.E))
    expect(unary('log', two)[0]).toBe(Math.fround(Math.LN2))
    expect(unary('tanh', one)[0]).toBe(Math.fround(0.7615941559557649))
    expect(unary('sigmoid', one)[0]).toBe(Math.fround(0.7310585786300049))
    expect(runPrimitive('sin', {}, [one]).data[0]).toBe(Math.fround(0.8414709848078965))
    expect(runPrimitive('cos', {}, [one]).data[0]).toBe(Math.fround(0.5403023058681398))
  })

  test('max and min pass NaN on, from either side', () => {
    expect(binary('max', float([nan, 1, -inf, 2]), float([1, nan, 0, 2]))).toEqual([nan, nan, 0, 2])
    expect(binary('min', float([nan, 1, -inf, 2]), float([1, nan, 0, 2]))).toEqual([nan, nan, -inf, 2])
  })

  test('pow follows IEEE 754 where Math.pow does not', () => {
    expect(binary('pow', float([1, -1, -1, 2, 0, 4, -8]), float([nan, inf, -inf, -1, 0, 0.5, 1 / 3]))).toEqual([
      1,
      1,
      1,
      0.5,
      1,
      2,
      nan,
    ])
  })

  test('results are rounded to float32', () => {
    expect(binary('add', float([1]), float([2 ** -24]))).toEqual([1])
    expect(binary('div', float([1]), float([3]))).toEqual([Math.fround(1 / 3)])
    expect(binary('mul', float([3e38]), float([10]))).toEqual([inf])
  })
})

describe('int32', () => {
  test('wraps to 32 bits', () => {
    expect(binary('add', int([2 ** 31 - 1]), int([1]))).toEqual([lowest])
    expect(binary('sub', int([lowest]), int([1]))).toEqual([2 ** 31 - 1])
    // 123456789² mod 2³², as a signed number
    expect(binary('mul', int([123456789, 65536]), int([123456789, 65536]))).toEqual([-1757895751, 0])
    expect(unary('neg', int([lowest, 5]))).toEqual([lowest, -5])
    expect(unary('abs', int([-7, 7]))).toEqual([7, 7])
    expect(unary('sign', int([-7, 0, 7]))).toEqual([-1, 0, 1])
  })

  test('division truncates towards zero', () => {
    expect(binary('div', int([7, -7, 7, -7]), int([2, 2, -2, -2]))).toEqual([3, -3, -3, 3])
  })
})

describe('bool, comparisons, select and cast', () => {
  test('max is or, min is and', () => {
    const [a, b] = [bool([0, 0, 1, 1]), bool([0, 1, 0, 1])]
    expect(binary('max', a, b)).toEqual([0, 1, 1, 1])
    expect(binary('min', a, b)).toEqual([0, 0, 0, 1])
  })

  test.each([
    ['equal', [0, 1, 0, 0]],
    ['notEqual', [1, 0, 1, 1]],
    ['less', [1, 0, 0, 0]],
    ['lessEqual', [1, 1, 0, 0]],
    ['greater', [0, 0, 1, 0]],
    ['greaterEqual', [0, 1, 1, 0]],
  ] as const)('%s', (comparison, expected) => {
    const result = runPrimitive('compare', { comparison }, [float([1, 2, 3, nan]), float([2, 2, 2, nan])])
    expect(result.dtype).toBe('bool')
    expect(Array.from(result.data)).toEqual(expected)
  })

  test('select takes from one side, whatever stands on the other', () => {
    const result = runPrimitive('select', {}, [bool([1, 0, 1]), float([1, nan, 3]), float([nan, 2, inf])])
    expect(Array.from(result.data)).toEqual([1, 2, 3])
  })

  test('cast', () => {
    const cast = (value: HostArray, dtype: 'float32' | 'int32' | 'bool') =>
      Array.from(runPrimitive('cast', { dtype }, [value]).data)
    expect(cast(float([1.9, -1.9, -0.5, 3]), 'int32')).toEqual([1, -1, 0, 3])
    expect(cast(float([0, -0, 0.5, nan]), 'bool')).toEqual([0, 0, 1, 1])
    expect(cast(int([0, -3, 256]), 'bool')).toEqual([0, 1, 1])
    expect(cast(bool([1, 0]), 'float32')).toEqual([1, 0])
    expect(cast(int([2 ** 24 + 1]), 'float32')).toEqual([2 ** 24])
  })
})

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })

test('any shape and any layout of the inputs gives the same numbers', () => {
  fc.assert(
    fc.property(shapes, fc.constantFrom(...disguises), (shape, disguise) => {
      const a = buildArray(shape, (index) => index.reduce((sum, i) => 3 * sum + i, 1))
      const b = buildArray(shape, (index) => index.reduce((sum, i) => 7 * sum - i, 2))
      const run = (operation: Primitive & ('add' | 'mul')) => runPrimitive(operation, {}, [a, b], { disguise })
      expect(run('add')).toEqual({ ...a, data: a.data.map((x, i) => x + (b.data[i] as number)) })
      expect(run('mul')).toEqual({ ...a, data: a.data.map((x, i) => x * (b.data[i] as number)) })
      expect(runPrimitive('neg', {}, [a], { disguise })).toEqual({ ...a, data: a.data.map((x) => -x) })
    }),
  )
})

test('double precision keeps 64 bits', () => {
  const result = runPrimitive('exp', {}, [float([1])], { precision: 'double' })
  expect(result.data).toEqual(Float64Array.of(Math.E))
})
