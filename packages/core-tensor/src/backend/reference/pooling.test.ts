// Pooling against windows collected place by place; gradients against where each output's share must go.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostArray } from '../../host/host-array.ts'
import type { PoolAttributes } from '../../trace/node.ts'
import { buildArray, disguises, elementAt, float, listIndices, runPrimitive } from './fixtures/run-primitive.ts'

const { NaN: nan, NEGATIVE_INFINITY: lowest } = Number

const twoByTwo: PoolAttributes = { window: [2, 2], stride: [2, 2], padding: { top: 0, bottom: 0, left: 0, right: 0 } }

/** Index vectors of the real places in the window of an output, row by row. */
function windowOf(input: HostArray, index: readonly number[], { window, stride, padding }: PoolAttributes): number[][] {
  const [n, c, y, x] = index as [number, number, number, number]
  return listIndices(window)
    .map(([i, j]) => [n, c, y * stride[0] + (i as number) - padding.top, x * stride[1] + (j as number) - padding.left])
    .filter(([, , row, column]) => {
      const [height, width] = input.shape.slice(2) as [number, number]
      return (row as number) >= 0 && (row as number) < height && (column as number) >= 0 && (column as number) < width
    })
}

const geometries = fc
  .record({
    slices: fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 3 })),
    window: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    extra: fc.tuple(fc.nat(5), fc.nat(5)),
    margins: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
    disguise: fc.constantFrom(...disguises),
  })
  .map(({ slices, window, stride, extra, margins, disguise }) => {
    const [top, bottom, left, right] = margins.map((margin, i) => margin % (window[i >> 1] as number)) as [
      number,
      number,
      number,
      number,
    ]
    const attributes: PoolAttributes = { window, stride, padding: { top, bottom, left, right } }
    return { shape: [...slices, window[0] + extra[0], window[1] + extra[1]], attributes, disguise }
  })

function numbers(shape: readonly number[], seed: number): HostArray {
  return buildArray(shape, (index) => (index.reduce((sum, i) => 13 * sum + 5 * i, seed) % 7) - 3)
}

describe('small cases', () => {
  const image = float([[[[1, 2, 5, 6], [3, 4, 7, 8]]]]) // biome-ignore format: an image

  test('two windows', () => {
    expect(Array.from(runPrimitive('maxPool', twoByTwo, [image]).data)).toEqual([4, 8])
    expect(Array.from(runPrimitive('avgPool', twoByTwo, [image]).data)).toEqual([2.5, 6.5])
    const above = float([[[[10, 20]]]])
    expect(Array.from(runPrimitive('maxPoolGradient', twoByTwo, [image, above]).data)).toEqual([
      0, 0, 0, 0, 0, 10, 0, 20,
    ])
    const averages = runPrimitive('avgPoolGradient', { ...twoByTwo, inputSize: [2, 4] }, [above])
    expect(Array.from(averages.data)).toEqual([2.5, 2.5, 5, 5, 2.5, 2.5, 5, 5])
  })

  test('NaN wins, padding never does, and the first of equals takes the gradient', () => {
    const pooled = (values: number[]) =>
      runPrimitive('maxPool', twoByTwo, [{ shape: [1, 1, 2, 2], dtype: 'float32', data: Float32Array.from(values) }])
        .data[0]
    expect(pooled([1, nan, 3, 2])).toBeNaN()
    expect(pooled([lowest, lowest, lowest, lowest])).toBe(lowest)
    const padded: PoolAttributes = { ...twoByTwo, padding: { top: 1, bottom: 0, left: 1, right: 0 } }
    expect(Array.from(runPrimitive('maxPool', padded, [float([[[[-5]]]])]).data)).toEqual([-5])
    expect(Array.from(runPrimitive('avgPool', padded, [float([[[[-5]]]])]).data)).toEqual([-5])
    const ties = runPrimitive('maxPoolGradient', twoByTwo, [float([[[[1, 7], [7, 7]]]]), float([[[[3]]]])]) // biome-ignore format: an image
    expect(Array.from(ties.data)).toEqual([0, 3, 0, 0])
  })
})

test('any geometry', () => {
  fc.assert(
    fc.property(geometries, ({ shape, attributes, disguise }) => {
      const input = numbers(shape, 1)
      const largest = runPrimitive('maxPool', attributes, [input], { disguise })
      const windows = listIndices(largest.shape).map((index) => windowOf(input, index, attributes))
      const values = windows.map((window) => window.map((index) => elementAt(input, index)))
      expect(Array.from(largest.data)).toEqual(values.map((window) => Math.max(...window)))
      const averages = runPrimitive('avgPool', attributes, [input], { disguise })
      const expected = values.map((window) => Math.fround(window.reduce((a, b) => a + b, 0) / window.length))
      expect(Array.from(averages.data)).toEqual(expected)

      const above = numbers(largest.shape, 5)
      const toLargest = new Map<string, number>()
      const toAll = new Map<string, number>()
      windows.forEach((window, at) => {
        const share = above.data[at] as number
        const best = window[(values[at] as number[]).indexOf(Math.max(...(values[at] as number[])))] as number[]
        toLargest.set(best.join(), (toLargest.get(best.join()) ?? 0) + share)
        for (const index of window) toAll.set(index.join(), (toAll.get(index.join()) ?? 0) + share / window.length)
      })
      const gradient = runPrimitive('maxPoolGradient', attributes, [input, above], { disguise })
      expect(Array.from(gradient.data)).toEqual(listIndices(shape).map((index) => toLargest.get(index.join()) ?? 0))
      const inputSize = shape.slice(2) as [number, number]
      const spread = runPrimitive('avgPoolGradient', { ...attributes, inputSize }, [above], { disguise })
      listIndices(shape).forEach((index, at) => {
        expect(spread.data[at]).toBeCloseTo(toAll.get(index.join()) ?? 0, 4)
      })
    }),
  )
})
