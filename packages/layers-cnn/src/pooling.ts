// Pooling: neighbouring places become one, so that maps get smaller while what they tell stays.
import {
  averagePool2d as averageOf,
  maxPool2d as largestOf,
  type Pair,
  type PoolOptions,
  ShapeError,
  type Tensor,
} from '@deep-recipe/core-tensor'
import { type Layer, makeLayer } from '@deep-recipe/layers-core'
import { asImages, checkBatch, type Directions, formatPair, type Padding1d, readGeometry } from './geometry.ts'

/** Options of pooling along sequences. */
export interface Pool1dOptions {
  /** Default: the window. */
  readonly stride?: number
  /** Default `valid`. Less than the window at each end. */
  readonly padding?: Padding1d
}

type Pool = (input: Tensor, window: Pair, options: PoolOptions) => Tensor

/**
 * The largest number of each window; padded places never win.
 *
 * [batch, channels, height, width] → [batch, channels, height′, width′].
 *
 * @throws ValueError for windows or strides that are not positive whole numbers.
 */
export function maxPool2d(window: number | Pair, options: PoolOptions = {}): Layer {
  return makePooling('maxPool2d', 2, largestOf, window, options)
}

/** The mean of each window, padded places not counted. Shapes and errors as `maxPool2d`. */
export function averagePool2d(window: number | Pair, options: PoolOptions = {}): Layer {
  return makePooling('averagePool2d', 2, averageOf, window, options)
}

/** The largest number of each window. [batch, channels, length] → [batch, channels, length′]. Errors as `maxPool2d`. */
export function maxPool1d(window: number, options: Pool1dOptions = {}): Layer {
  return makePooling('maxPool1d', 1, largestOf, window, options)
}

/** The mean of each window, padded places not counted. [batch, channels, length] → [batch, channels, length′]. */
export function averagePool1d(window: number, options: Pool1dOptions = {}): Layer {
  return makePooling('averagePool1d', 1, averageOf, window, options)
}

/** The largest number of each feature map: whether there is such a thing anywhere. [batch, channels, ...] → [batch, channels]. */
export function globalMaxPool(): Layer {
  return makeLayer('globalMaxPool', (input) => input.max(placeAxes('globalMaxPool', input)))
}

/**
 * The mean of each feature map, in place of the fully connected layers at the end (Lin, Chen and Yan, "Network in
 * network", 2014). [batch, channels, ...] → [batch, channels].
 */
export function globalAveragePool(): Layer {
  return makeLayer('globalAveragePool', (input) => input.mean(placeAxes('globalAveragePool', input)))
}

function makePooling(
  kind: string,
  directions: Directions,
  pool: Pool,
  window: number | Pair,
  options: PoolOptions | Pool1dOptions,
): Layer {
  const geometry = readGeometry(kind, directions, { ...options, window, stride: options.stride ?? window })
  const { stride, padding } = geometry
  const isSpaced = stride.some((step, axis) => step !== geometry.window[axis])
  const extra = isSpaced ? `, stride ${formatPair(directions, stride)}` : ''
  return makeLayer(`${kind}(${formatPair(directions, geometry.window)}${extra})`, (input) => {
    checkBatch(kind, directions, input)
    return asImages(directions, input, (images) => pool(images, geometry.window, { stride, padding }))
  })
}

/** The axes after batch and channels. */
function placeAxes(kind: string, input: Tensor): number[] {
  const axes = input.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]))
  if (axes.length > 0 && axes.every((axis) => (input.shape[axis] as number) > 0)) return axes
  throw new ShapeError({
    what: `${kind}: input`,
    expected: '[batch, channels, ...places] with at least one place',
    received: `[${input.shape.join(', ')}]`,
    remedy: 'Put it after a convolution, before flatten.',
  })
}
