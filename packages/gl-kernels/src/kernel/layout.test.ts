// Layouts: every element has a place of its own in the texture, and index algebra finds it both ways.
import { type Shape, sizeOf } from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { constantIndex, evaluateIndex } from './index-algebra.ts'
import {
  denseLayout,
  type Layout,
  offsetOf,
  paddedLayout,
  placeOf,
  sliceLayout,
  stackLayout,
  tiledLayout,
} from './layout.ts'

const limits = { maxTextureSize: 64 }

function places(shape: Shape): number[][] {
  let all: number[][] = [[]]
  for (const size of shape) all = all.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i]))
  return all
}

function checkLayout(layout: Layout): void {
  const offsets = new Set<number>()
  for (const place of places(layout.shape)) {
    const offset = evaluateIndex(offsetOf(layout, place.map(constantIndex)), {})
    offsets.add(offset)
    expect(offset).toBeGreaterThanOrEqual(0)
    expect(offset).toBeLessThan(layout.width * layout.height * 4)
    if (!layout.slice) {
      const back = placeOf(layout, constantIndex(offset)).map((index) => evaluateIndex(index, {}))
      expect(back).toEqual(place)
    }
  }
  expect(offsets.size).toBe(sizeOf(layout.shape))
  expect(layout.width).toBeLessThanOrEqual(limits.maxTextureSize)
  expect(layout.height).toBeLessThanOrEqual(limits.maxTextureSize)
}

const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })

test('dense, padded, tiled and stacked layouts give every element its own place', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(shapes, fc.nat(), (shape, seed) => {
      const order = shape.map((_, axis) => axis)
      for (let i = order.length - 1; i > 0; i--) {
        const other = (seed >> i) % (i + 1)
        ;[order[i], order[other]] = [order[other] as number, order[i] as number]
      }
      checkLayout(denseLayout(shape, limits))
      checkLayout(paddedLayout(shape, order, 4, limits))
      checkLayout(tiledLayout(shape, order, limits))
    }),
    { numRuns: 60 },
  )
  checkLayout(stackLayout(denseLayout([3, 5], limits), 4, 0, limits))
  checkLayout(stackLayout(denseLayout([2, 3, 4], limits), 4, 1, limits))
})

test('many slices of a scan get wide rows, so that they fit', () => {
  // Dense, a slice takes 20 rows of one texel: three of them would fit.
  for (const length of [3, 4, 10, 30]) {
    checkLayout(stackLayout(sliceLayout([20, 4], length, limits), length, 0, limits))
    checkLayout(stackLayout(sliceLayout([2, 10, 4], length, limits), length, 1, limits))
  }
})

test('dense layouts keep row-major order', () => {
  const layout = denseLayout([3, 5, 7], limits)
  expect(evaluateIndex(offsetOf(layout, [2, 4, 6].map(constantIndex)), {})).toBe(3 * 5 * 7 - 1)
})

test('what is larger than the largest texture is refused with its size', () => {
  expect(() => denseLayout([65, 64, 4], limits)).toThrow(/at most 16384 elements.*received 16640.*smaller batches/)
  expect(() => stackLayout(denseLayout([64, 64], limits), 5, 0, limits)).toThrow(/at most \d steps/)
  expect(() => stackLayout(sliceLayout([64, 64], 5, limits), 5, 0, limits)).toThrow(/at most \d steps/)
})
