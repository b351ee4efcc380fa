// Trees of arrays: counting, taking, and the complaints about trees that do not fit.
import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import { DatasetError } from '../errors.ts'
import { type ArrayTree, countExamples, takeExamples } from './array-tree.ts'

const tree = {
  inputs: {
    images: ndarray(
      Float32Array.from({ length: 12 }, (_, at) => at),
      [3, 2, 2],
    ),
  },
  labels: ndarray(Int32Array.of(7, 8, 9), [3]),
}

describe('takeExamples', () => {
  it('keeps the form and the element types', () => {
    const taken = takeExamples(tree, [2, 0, 2, 1])
    expect(taken.labels).toEqual(ndarray(Int32Array.of(9, 7, 9, 8), [4]))
    expect(taken.inputs.images.shape).toEqual([4, 2, 2])
    expect([...taken.inputs.images.data]).toEqual([8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7])
  })

  it('reads any strided view', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), fc.nat(), (shape, turn) => {
        const size = shape.reduce((product, extent) => product * extent, 1)
        const plain = ndarray(
          Int32Array.from({ length: size }, (_, at) => at),
          shape,
        )
        const axes = shape.map((_, axis) => (axis + turn) % shape.length)
        const view = plain.transpose(...axes).step(-1)
        const { view: taken } = takeExamples({ view }, [(view.shape[0] as number) - 1, 0])
        for (const [row, from] of [(view.shape[0] as number) - 1, 0].entries()) {
          const rest = view.shape.slice(1)
          const places = rest.reduce<number[][]>(
            (lists, extent) => lists.flatMap((list) => Array.from({ length: extent }, (_, at) => [...list, at])),
            [[]],
          )
          for (const place of places) expect(taken.get(row, ...place)).toBe(view.get(from, ...place))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('refuses indices that name no example', () => {
    expect(() => takeExamples(tree, [0, 3])).toThrow(/index 1: expected a whole number from 0 to 2, received 3/)
    expect(() => takeExamples(tree, [-1])).toThrow(DatasetError)
    expect(() => takeExamples(tree, [0.5])).toThrow(DatasetError)
  })
})

describe('countExamples', () => {
  it('names the array that does not fit', () => {
    expect(countExamples(tree)).toBe(3)
    const odd: ArrayTree = { ...tree, extra: { weights: ndarray(new Float32Array(4), [4]) } }
    expect(() => countExamples(odd)).toThrow(/dataset\.extra\.weights: expected 3 examples.*inputs\.images.*\[4\]/)
    expect(() => countExamples({})).toThrow(/an empty record/)
    expect(() => countExamples({ scalar: ndarray(new Float32Array(1), []) })).toThrow(/scalar/)
    expect(() => countExamples({ labels: 3 } as unknown as ArrayTree)).toThrow(/dataset\.labels: expected an ndarray/)
  })
})
