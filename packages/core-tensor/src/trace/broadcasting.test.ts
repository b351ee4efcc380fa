// Broadcasting: the examples of numpy's documentation, and random shapes against a loop over every element.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tensor, zeros } from '../ops/create.ts'
import { broadcastShapes } from './axes.ts'
import { contiguousStrides, type Shape, sizeOf } from './types.ts'

// https://numpy.org/doc/stable/user/basics.broadcasting.html
const documented: readonly (readonly [Shape, Shape, Shape | undefined])[] = [
  [[256, 256, 3], [3], [256, 256, 3]],
  [
    [8, 1, 6, 1],
    [7, 1, 5],
    [8, 7, 6, 5],
  ],
  [[5, 4], [1], [5, 4]],
  [[5, 4], [4], [5, 4]],
  [
    [15, 3, 5],
    [15, 1, 5],
    [15, 3, 5],
  ],
  [
    [15, 3, 5],
    [3, 5],
    [15, 3, 5],
  ],
  [
    [15, 3, 5],
    [3, 1],
    [15, 3, 5],
  ],
  [[4, 1], [3], [4, 3]],
  [[], [2, 3], [2, 3]],
  [[0], [1], [0]],
  [
    [3, 0],
    [1, 1],
    [3, 0],
  ],
  [[3], [4], undefined],
  [[2, 1], [8, 4, 3], undefined],
  [[0], [2], undefined],
]

test.each(documented)('%j with %j', (a, b, expected) => {
  for (const [first, second] of [[a, b], [b, a]] as const) {
    if (expected === undefined) {
      expect(() => zeros(first).add(zeros(second))).toThrow(/add: expected shapes that agree from the back/)
      expect(() => zeros(first).less(zeros(second))).toThrow(/Reshape one of them/)
    } else {
      expect(broadcastShapes('add', first, second)).toEqual(expected)
      expect(zeros(first).add(zeros(second)).shape).toEqual(expected)
    }
  }
}) // biome-ignore format: pairs

/** Three shapes that broadcast together: a common one, of each of which axes are dropped at the front or set to 1. */
const compatible = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 1, arbitrary: fc.constant(0) }), {
    maxLength: 4,
  })
  .chain((whole) => {
    const part = fc
      .tuple(
        fc.nat({ max: whole.length }),
        fc.array(fc.boolean(), { minLength: whole.length, maxLength: whole.length }),
      )
      .map(([dropped, single]) => whole.map((n, axis) => (single[axis] ? 1 : n)).slice(dropped))
    return fc.tuple(part, part, part)
  })

/** The element of a row-major array that stands at an index of the broadcast shape. */
function elementAt(data: ArrayLike<number>, shape: Shape, index: readonly number[]): number {
  const strides = contiguousStrides(shape)
  const own = index.slice(index.length - shape.length)
  return data[own.reduce((sum, i, axis) => sum + (shape[axis] === 1 ? 0 : i * (strides[axis] as number)), 0)] as number
}

const fill = (shape: Shape, seed: number): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7 + seed) % 11) - 5)

describe('random shapes against a loop', () => {
  test('sub, compare and where', async () => {
    await fc.assert(
      fc.asyncProperty(compatible, async (shapes) => {
        const [a, b, c] = shapes.map((shape, i) => fill(shape, i)) as [Float32Array, Float32Array, Float32Array]
        const [x, y, z] = shapes.map((shape, i) => tensor([a, b, c][i] as Float32Array, { shape })) as [
          ReturnType<typeof tensor>,
          ReturnType<typeof tensor>,
          ReturnType<typeof tensor>,
        ]
        const result = x.less(y).where(z.sub(x), y)
        const rank = Math.max(...shapes.map((shape) => shape.length))
        const expectedShape = Array.from({ length: rank }, (_, axis) => {
          const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
          return lengths.find((n) => n !== 1) ?? 1
        })
        expect(result.shape).toEqual(expectedShape)
        const data = await result.data()
        const strides = contiguousStrides(expectedShape)
        data.forEach((number, position) => {
          const index = expectedShape.map((n, axis) => Math.floor(position / (strides[axis] as number)) % n)
          const [p, q, r] = [a, b, c].map((part, i) => elementAt(part, shapes[i] as Shape, index)) as [
            number,
            number,
            number,
          ]
          expect(number).toBe(p < q ? r - p : q)
        })
      }),
    )
  })

  test('broadcastTo repeats, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(compatible, async ([part, other]) => {
        const shape = broadcastShapes('test', part, other)
        const data = await tensor(fill(part, 3), { shape: part }).broadcastTo(shape).data()
        const strides = contiguousStrides(shape)
        data.forEach((number, position) => {
          const index = shape.map((n, axis) => Math.floor(position / (strides[axis] as number)) % n)
          expect(number).toBe(elementAt(fill(part, 3), part, index))
        })
      }),
    )
  })
})
