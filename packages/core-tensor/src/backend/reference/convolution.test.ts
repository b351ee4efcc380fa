// Convolutions against seven nested loops, and the gradients against the adjoint identity they must fulfil.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HostArray } from '../../host/host-array.ts'
import type { ConvolutionAttributes } from '../../trace/node.ts'
import { buildArray, disguises, elementAt, float, listIndices, runPrimitive } from './fixtures/run-primitive.ts'

const plain: ConvolutionAttributes = {
  stride: [1, 1],
  padding: { top: 0, bottom: 0, left: 0, right: 0 },
  dilation: [1, 1],
  groups: 1,
}

function integers(shape: readonly number[], seed: number): HostArray {
  return buildArray(shape, (index) => (index.reduce((sum, i) => 13 * sum + 5 * i, seed) % 9) - 4)
}

/** The definition. */
function convolve(input: HostArray, filter: HostArray, shape: readonly number[], attributes: ConvolutionAttributes) {
  const { stride, padding, dilation, groups } = attributes
  const [, , height, width] = input.shape as [number, number, number, number]
  const [filters, channels, kernelHeight, kernelWidth] = filter.shape as [number, number, number, number]
  return listIndices(shape).map((index) => {
    const [n, o, y, x] = index as [number, number, number, number]
    const group = Math.floor(o / (filters / groups))
    let total = 0
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < kernelHeight; i++) {
        for (let j = 0; j < kernelWidth; j++) {
          const row = y * stride[0] + i * dilation[0] - padding.top
          const column = x * stride[1] + j * dilation[1] - padding.left
          if (row < 0 || row >= height || column < 0 || column >= width) continue
          total += elementAt(input, [n, group * channels + c, row, column]) * elementAt(filter, [o, c, i, j])
        }
      }
    }
    return total
  })
}

function dot(a: HostArray, b: HostArray): number {
  return Array.from(a.data).reduce((sum, x, i) => sum + x * (b.data[i] as number), 0)
}

const small = fc.integer({ min: 1, max: 3 })
const pair = fc.tuple(small, small)
const margin = fc.nat(3)
const padding = fc.record({ top: margin, bottom: margin, left: margin, right: margin })

const geometries = fc
  .record({
    batch: fc.nat(2),
    groups: fc.integer({ min: 1, max: 3 }),
    channels: small,
    filters: small,
    extra: fc.tuple(fc.nat(6), fc.nat(6)),
    window: pair,
    stride: pair,
    dilation: pair,
    padding,
    disguise: fc.constantFrom(...disguises),
  })
  .map(({ batch, groups, channels, filters, extra, window, ...rest }) => {
    // From the smallest image on that its padding makes large enough for the window.
    const { top, bottom, left, right } = rest.padding
    const size = [top + bottom, left + right].map((margins, axis) => {
      const cover = (rest.dilation[axis] as number) * ((window[axis] as number) - 1) + 1
      return Math.max(1, cover - margins) + (extra[axis] as number)
    })
    return {
      input: [batch, channels * groups, ...size],
      filter: [filters * groups, channels, ...window],
      attributes: { stride: rest.stride, dilation: rest.dilation, padding: rest.padding, groups },
      disguise: rest.disguise,
    }
  })

test('a convolution worked out by hand', () => {
  const input = float([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]) // biome-ignore format: an image
  const filter = float([[[[1, 0], [0, -1]]]]) // biome-ignore format: an image
  const result = runPrimitive('conv2d', plain, [input, filter])
  expect(result.shape).toEqual([1, 1, 2, 2])
  expect(Array.from(result.data)).toEqual([-4, -4, -4, -4])
})

test('forward: any geometry', () => {
  fc.assert(
    fc.property(geometries, ({ input, filter, attributes, disguise }) => {
      const [image, weights] = [integers(input, 1), integers(filter, 2)]
      const result = runPrimitive('conv2d', attributes, [image, weights], { disguise })
      expect(Array.from(result.data, (x) => x + 0)).toEqual(convolve(image, weights, result.shape, attributes))
    }),
  )
})

test('gradients: ⟨conv(x, w), g⟩ = ⟨x, inputGradient(g, w)⟩ = ⟨w, filterGradient(x, g)⟩ for every basis vector', () => {
  fc.assert(
    fc.property(geometries, ({ input, filter, attributes, disguise }) => {
      const [image, weights] = [integers(input, 1), integers(filter, 2)]
      const output = runPrimitive('conv2d', attributes, [image, weights])
      const above = integers(output.shape, 3)
      const inputSize = input.slice(2) as [number, number]
      const filterSize = filter.slice(2) as [number, number]
      const inputGradient = runPrimitive('convInputGradient', { ...attributes, inputSize }, [above, weights], {
        disguise,
      })
      const filterGradient = runPrimitive('convFilterGradient', { ...attributes, filterSize }, [image, above], {
        disguise,
      })
      expect(inputGradient.shape).toEqual(input)
      expect(filterGradient.shape).toEqual(filter)
      // Linear in each argument: an element of the gradient is the response to a unit there.
      const unit = (shape: readonly number[], at: number): HostArray => {
        const data = new Float32Array(listIndices(shape).length)
        data[at] = 1
        return { shape, dtype: 'float32', data }
      }
      const places = (array: HostArray) => [0, 1, 2, 3].map((i) => Math.floor(((array.data.length - 1) * i) / 3))
      for (const at of image.data.length > 0 ? places(image) : []) {
        const response = convolve(unit(input, at), weights, output.shape, attributes)
        expect(inputGradient.data[at]).toBe(dot({ ...output, data: Float32Array.from(response) }, above) + 0)
      }
      for (const at of places(weights)) {
        const response = convolve(image, unit(filter, at), output.shape, attributes)
        expect(filterGradient.data[at]).toBe(dot({ ...output, data: Float32Array.from(response) }, above) + 0)
      }
      expect(dot(image, inputGradient)).toBe(dot(output, above))
      expect(dot(weights, filterGradient)).toBe(dot(output, above))
    }),
  )
})

test('images so large that the columns are cut into blocks', () => {
  const attributes = { ...plain, padding: { top: 1, bottom: 1, left: 1, right: 1 } }
  const [image, weights] = [integers([2, 8, 40, 41], 1), integers([5, 8, 3, 3], 2)]
  const output = runPrimitive('conv2d', attributes, [image, weights])
  expect(Array.from(output.data)).toEqual(convolve(image, weights, output.shape, attributes))
  const above = integers(output.shape, 3)
  const inputGradient = runPrimitive('convInputGradient', { ...attributes, inputSize: [40, 41] }, [above, weights])
  const filterGradient = runPrimitive('convFilterGradient', { ...attributes, filterSize: [3, 3] }, [image, above])
  expect(dot(image, inputGradient)).toBe(dot(output, above))
  expect(dot(weights, filterGradient)).toBe(dot(output, above))
})
