// Shape rules of matrix products, convolutions and pooling.
import { ShapeError } from '../errors.ts'
import { checkDType, checkPerAxis, checkRank, checkSameShape } from '../trace/check.ts'
import type { ConvolutionAttributes, ImagePadding, Pair, PoolAttributes } from '../trace/node.ts'
import { formatShape, type Shape, sameShape, type TensorType } from '../trace/types.ts'
import { inputAt, type ShapeRulesOf } from './rule.ts'

const images = '[batch, channels, height, width]'
const filters = '[filters, channels / groups, height, width]'

/** Places that a window takes along an axis: ⌊(size + padding − dilation · (window − 1) − 1) / stride⌋ + 1. */
export function countWindows(size: number, padding: number, window: number, stride: number, dilation = 1): number {
  return Math.floor((size + padding - dilation * (window - 1) - 1) / stride) + 1
}

function windowedSize(
  what: string,
  size: Pair,
  padding: ImagePadding,
  window: Pair,
  stride: Pair,
  dilation: Pair = [1, 1],
): Pair {
  checkPerAxis(`${what}: padding`, [padding.top, padding.bottom, padding.left, padding.right], 4, 0)
  checkPerAxis(`${what}: window`, window, 2, 1)
  checkPerAxis(`${what}: stride`, stride, 2, 1)
  checkPerAxis(`${what}: dilation`, dilation, 2, 1)
  const height = countWindows(size[0], padding.top + padding.bottom, window[0], stride[0], dilation[0])
  const width = countWindows(size[1], padding.left + padding.right, window[1], stride[1], dilation[1])
  if (height >= 1 && width >= 1) return [height, width]
  throw new ShapeError({
    what,
    expected: `an image at least as large as the window ${formatShape(window)} with dilation ${formatShape(dilation)}`,
    received: `${formatShape(size)} and padding ${JSON.stringify(padding)}`,
    remedy: 'Use a smaller window, more padding, or fewer pooling steps before.',
  })
}

function imageSize(type: TensorType): Pair {
  return [type.shape[2] as number, type.shape[3] as number]
}

function convolve(what: string, input: Shape, filter: Shape, attributes: ConvolutionAttributes): Shape {
  const { stride, padding, dilation, groups } = attributes
  checkPerAxis(`${what}: groups`, [groups], 1, 1)
  const [batch, channels, height, width] = input as [number, number, number, number]
  const [outputs, channelsPerGroup, filterHeight, filterWidth] = filter as [number, number, number, number]
  if (channels !== channelsPerGroup * groups || outputs % groups !== 0) {
    throw new ShapeError({
      what: `${what}: filter`,
      expected: `${channels} input channels and a number of filters that ${groups} groups divide`,
      received: `${formatShape(filter)} for the input ${formatShape(input)}`,
      remedy: `Give the filter the layout ${filters}.`,
    })
  }
  const size = windowedSize(what, [height, width], padding, [filterHeight, filterWidth], stride, dilation)
  return [batch, outputs, ...size]
}

function checkOutputGradient(what: string, expected: Shape, gradient: TensorType): void {
  if (sameShape(expected, gradient.shape)) return
  throw new ShapeError({
    what: `${what}: output gradient`,
    expected: `the shape ${formatShape(expected)} of the output`,
    received: formatShape(gradient.shape),
    remedy: 'Pass the gradient of this very operation.',
  })
}

function checkImages(what: string, ...types: readonly TensorType[]): void {
  for (const type of types) {
    checkDType(what, type, ['float32'])
    checkRank(what, type, 4, what.includes('filter') ? filters : images)
  }
}

function pool(what: string, input: TensorType, { window, stride, padding }: PoolAttributes): Shape {
  checkImages(`${what}: input`, input)
  if (
    padding.top >= window[0] ||
    padding.bottom >= window[0] ||
    padding.left >= window[1] ||
    padding.right >= window[1]
  ) {
    throw new ShapeError({
      what: `${what}: padding`,
      expected: `less than the window ${formatShape(window)}`,
      received: JSON.stringify(padding),
      remedy: 'Pad less: a window must not lie wholly in the padding.',
    })
  }
  return [...input.shape.slice(0, 2), ...windowedSize(what, imageSize(input), padding, window, stride)]
}

export const productShapeRules: ShapeRulesOf<
  | 'matmul'
  | 'conv2d'
  | 'convInputGradient'
  | 'convFilterGradient'
  | 'maxPool'
  | 'maxPoolGradient'
  | 'avgPool'
  | 'avgPoolGradient'
> = {
  matmul: (inputs) => {
    const [a, b] = [inputAt(inputs, 0), inputAt(inputs, 1)]
    checkDType('matmul: argument 1', a, ['float32'])
    checkDType('matmul: argument 2', b, ['float32'])
    const rank = a.shape.length
    const fits =
      rank >= 2 &&
      b.shape.length === rank &&
      sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)) &&
      a.shape[rank - 1] === b.shape[rank - 2]
    if (fits) return { shape: [...a.shape.slice(0, -1), b.shape[rank - 1] as number], dtype: 'float32' }
    throw new ShapeError({
      what: 'matmul',
      expected: '[..., m, k] and [..., k, n] with the same k and the same axes before',
      received: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      remedy: 'Transpose, reshape or broadcast an argument so that the inner sizes agree.',
    })
  },
  conv2d: (inputs, attributes) => {
    const [input, filter] = [inputAt(inputs, 0), inputAt(inputs, 1)]
    checkImages('conv2d: input', input)
    checkImages('conv2d: filter', filter)
    return { shape: convolve('conv2d', input.shape, filter.shape, attributes), dtype: 'float32' }
  },
  convInputGradient: (inputs, attributes) => {
    const [gradient, filter] = [inputAt(inputs, 0), inputAt(inputs, 1)]
    checkImages('convInputGradient: output gradient', gradient)
    checkImages('convInputGradient: filter', filter)
    const channels = (filter.shape[1] as number) * attributes.groups
    const shape = [gradient.shape[0] as number, channels, ...attributes.inputSize]
    checkOutputGradient('convInputGradient', convolve('convInputGradient', shape, filter.shape, attributes), gradient)
    return { shape, dtype: 'float32' }
  },
  convFilterGradient: (inputs, attributes) => {
    const [input, gradient] = [inputAt(inputs, 0), inputAt(inputs, 1)]
    checkImages('convFilterGradient: input', input)
    checkImages('convFilterGradient: output gradient', gradient)
    const channels = (input.shape[1] as number) / attributes.groups
    const shape = [gradient.shape[1] as number, channels, ...attributes.filterSize]
    checkOutputGradient('convFilterGradient', convolve('convFilterGradient', input.shape, shape, attributes), gradient)
    return { shape, dtype: 'float32' }
  },
  maxPool: (inputs, attributes) => {
    const input = inputAt(inputs, 0)
    return { shape: pool('maxPool', input, attributes), dtype: 'float32' }
  },
  maxPoolGradient: (inputs, attributes) => {
    const [input, gradient] = [inputAt(inputs, 0), inputAt(inputs, 1)]
    checkOutputGradient('maxPoolGradient', pool('maxPoolGradient', input, attributes), gradient)
    return input
  },
  avgPool: (inputs, attributes) => {
    const input = inputAt(inputs, 0)
    return { shape: pool('avgPool', input, attributes), dtype: 'float32' }
  },
  avgPoolGradient: (inputs, attributes) => {
    const gradient = inputAt(inputs, 0)
    checkImages('avgPoolGradient: output gradient', gradient)
    const input: TensorType = {
      shape: [...gradient.shape.slice(0, 2), ...attributes.inputSize],
      dtype: gradient.dtype,
    }
    const output: TensorType = { shape: pool('avgPoolGradient', input, attributes), dtype: 'float32' }
    checkSameShape('avgPoolGradient: output gradient', output, gradient)
    return input
  },
}
