// Convolution and pooling over images [batch, channels, height, width], with geometry as people write it.
import { ValueError } from '../errors.ts'
import { makeNode } from '../trace/build.ts'
import type { ConvolutionAttributes, ImagePadding, Pair, PoolAttributes } from '../trace/node.ts'
import { Tensor } from '../trace/tensor.ts'

/** `same`: output size ⌈size / stride⌉. `valid`: none. A number: on all four sides. Or each side by itself. */
export type Padding = 'same' | 'valid' | number | ImagePadding

/** Geometry of a convolution; numbers stand for both directions. */
export interface ConvolutionOptions {
  /** Default 1. */
  readonly stride?: number | Pair
  /** Default `valid`. */
  readonly padding?: Padding
  /** Default 1. */
  readonly dilation?: number | Pair
  /** Groups of channels convolved separately. Default 1. */
  readonly groups?: number
}

/** Geometry of a pooling. */
export interface PoolOptions {
  /** Default: the window. */
  readonly stride?: number | Pair
  /** Default `valid`. */
  readonly padding?: Padding
}

/**
 * Two-dimensional cross-correlation, the "convolution" of neural networks.
 *
 * @param input [batch, channels, height, width]
 * @param filter [filters, channels / groups, height, width]
 * @returns [batch, filters, height', width']
 * @throws ShapeError when channels, groups or sizes do not fit.
 */
export function conv2d(input: Tensor, filter: Tensor, options: ConvolutionOptions = {}): Tensor {
  const stride = toPair(options.stride ?? 1)
  const dilation = toPair(options.dilation ?? 1)
  const window: Pair = [filter.shape[2] ?? 1, filter.shape[3] ?? 1]
  const padding = resolvePadding(options.padding ?? 'valid', imageSize(input), window, stride, dilation)
  const attributes: ConvolutionAttributes = { stride, padding, dilation, groups: options.groups ?? 1 }
  return new Tensor(makeNode('conv2d', [input.node, filter.node], attributes))
}

/** The largest value of each window. [batch, channels, height, width] → [batch, channels, height', width']. */
export function maxPool2d(input: Tensor, window: number | Pair, options: PoolOptions = {}): Tensor {
  return new Tensor(makeNode('maxPool', [input.node], poolAttributes(input, window, options)))
}

/** The mean of each window, padded places not counted. */
export function averagePool2d(input: Tensor, window: number | Pair, options: PoolOptions = {}): Tensor {
  return new Tensor(makeNode('avgPool', [input.node], poolAttributes(input, window, options)))
}

function poolAttributes(input: Tensor, window: number | Pair, options: PoolOptions): PoolAttributes {
  const size = toPair(window)
  const stride = toPair(options.stride ?? size)
  const padding = resolvePadding(options.padding ?? 'valid', imageSize(input), size, stride, [1, 1])
  return { window: size, stride, padding }
}

function imageSize(input: Tensor): Pair {
  return [input.shape[2] ?? 1, input.shape[3] ?? 1]
}

function toPair(value: number | Pair): Pair {
  return typeof value === 'number' ? [value, value] : value
}

/** Padding per side in numbers. `same` puts the odd one at the end, as TensorFlow and ONNX (SAME_UPPER) do. */
export function resolvePadding(padding: Padding, size: Pair, window: Pair, stride: Pair, dilation: Pair): ImagePadding {
  if (typeof padding === 'object') return padding
  if (typeof padding === 'number') return { top: padding, bottom: padding, left: padding, right: padding }
  if (padding === 'valid') return { top: 0, bottom: 0, left: 0, right: 0 }
  if (padding !== 'same') {
    throw new ValueError({
      what: 'padding',
      expected: "'same', 'valid', a number, or { top, bottom, left, right }",
      received: JSON.stringify(padding),
      remedy: 'Choose one of these.',
    })
  }
  // total = max(0, (⌈size / stride⌉ − 1) · stride + dilation · (window − 1) + 1 − size)
  const total = [0, 1].map((axis) => {
    const [n, w, s, d] = [size[axis], window[axis], stride[axis], dilation[axis]] as [number, number, number, number]
    return Math.max(0, (Math.ceil(n / s) - 1) * s + d * (w - 1) + 1 - n)
  }) as [number, number]
  const [top, left] = [Math.floor(total[0] / 2), Math.floor(total[1] / 2)]
  return { top, bottom: total[0] - top, left, right: total[1] - left }
}
