// Convolution: small filters that look at one place after another, the same weights at each.
import {
  type ConvolutionOptions,
  conv2d as convolve,
  ShapeError,
  splitKey,
  type Tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import {
  type DenseOptions,
  glorotUniform,
  type Layer,
  linear,
  type ParamsByPosition,
  sequential,
  type TensorRecord,
  zerosInitializer,
} from '@deep-recipe/layers-core'
import {
  asImages,
  checkBatch,
  countChannels,
  type Directions,
  formatPair,
  type GivenGeometry,
  type Padding1d,
  readGeometry,
  toPair,
} from './geometry.ts'

/** Options of `conv2d`: geometry (stride, padding, dilation, groups), activation, bias, initializers. */
export interface Conv2dOptions extends ConvolutionOptions, DenseOptions {}

/** Options of `conv1d`. */
export interface Conv1dOptions extends DenseOptions {
  /** Default 1. */
  readonly stride?: number
  /** Default `valid`. Before only, dilation · (window − 1) places, makes it causal. */
  readonly padding?: Padding1d
  /** Places from one weight to the next. Default 1. */
  readonly dilation?: number
  /** Groups of channels convolved separately. Default 1. */
  readonly groups?: number
}

/** Options of `depthwiseConv2d`. */
export interface DepthwiseConv2dOptions extends Omit<Conv2dOptions, 'groups'> {
  /** Filters per channel. Default 1. */
  readonly multiplier?: number
}

/**
 * y = f(x ⋆ W + b) over images: every filter is laid on every place (cross-correlation, as in all neural networks).
 *
 * [batch, channels, height, width] → [batch, filters, height′, width′]. Parameters: `weight` [filters, channels / groups,
 * ...window], `bias` [filters]. One unit reads fan in = channels / groups · places of the window numbers, and each number
 * is read by fan out = filters / groups · places units; initializers get these. Default: Glorot uniform.
 *
 * @param filters how many feature maps it gives.
 * @param window height and width of a filter; a number for both.
 * @throws ValueError for counts that are not positive whole numbers, or filters that the groups do not divide; ShapeError
 *   from `init` for examples that are no images.
 */
export function conv2d(
  filters: number,
  window: number | readonly [height: number, width: number],
  options: Conv2dOptions = {},
): Layer<TensorRecord> {
  const { groups = 1 } = options
  checkFilters('conv2d', filters, groups)
  return makeConvolution('conv2d', 2, { ...options, window }, () => ({ filters, groups }), [String(filters)])
}

/**
 * y = f(x ⋆ W + b) along sequences.
 *
 * [batch, channels, length] → [batch, filters, length′]. Parameters: `weight` [filters, channels / groups, window],
 * `bias` [filters].
 *
 * @throws as `conv2d`.
 */
export function conv1d(filters: number, window: number, options: Conv1dOptions = {}): Layer<TensorRecord> {
  const { groups = 1 } = options
  checkFilters('conv1d', filters, groups)
  return makeConvolution('conv1d', 1, { ...options, window }, () => ({ filters, groups }), [String(filters)])
}

/**
 * Filters that see one channel each.
 *
 * [batch, channels, height, width] → [batch, channels · multiplier, height′, width′]. Parameters: `weight`
 * [channels · multiplier, 1, ...window], `bias`.
 *
 * @throws as `conv2d`.
 */
export function depthwiseConv2d(
  window: number | readonly [height: number, width: number],
  options: DepthwiseConv2dOptions = {},
): Layer<TensorRecord> {
  const { multiplier = 1 } = options
  checkFilters('depthwiseConv2d', multiplier, 1)
  const perChannel = (channels: number): Grouping => ({ filters: channels * multiplier, groups: channels })
  return makeConvolution('depthwiseConv2d', 2, { ...options, window }, perChannel, [])
}

/**
 * A filter for each channel, then a mixture of the channels at each place: a convolution with fewer weights
 * (Chollet, "Xception", 2017).
 *
 * [batch, channels, height, width] → [batch, filters, height′, width′]. Parameters: `0` of the depthwise part (no bias),
 * `1` of the pointwise part. Geometry belongs to the first, bias and activation to the second.
 *
 * @throws as `conv2d`.
 */
export function separableConv2d(
  filters: number,
  window: number | readonly [height: number, width: number],
  options: DepthwiseConv2dOptions = {},
): Layer<ParamsByPosition> {
  const { stride, padding, dilation, multiplier, ...pointwise } = options
  const { weightInitializer } = options
  const depthwise = { stride, padding, dilation, multiplier, weightInitializer, useBias: false }
  const parts = sequential(depthwiseConv2d(window, depthwise), conv2d(filters, 1, pointwise))
  return { ...parts, name: `separableConv2d(${filters}, ${formatPair(2, toPair(window))})` }
}

/** How many filters, in how many groups. */
interface Grouping {
  readonly filters: number
  readonly groups: number
}

function makeConvolution(
  kind: string,
  directions: Directions,
  options: DenseOptions & GivenGeometry & { readonly groups?: number },
  group: (channels: number) => Grouping,
  named: readonly string[],
): Layer<TensorRecord> {
  const {
    activation = linear,
    useBias = true,
    weightInitializer = glorotUniform,
    biasInitializer = zerosInitializer,
  } = options
  const geometry = readGeometry(kind, directions, options)
  const { window, stride, dilation, padding } = geometry
  const places = window[0] * window[1]
  const extras = [
    ...(stride.some((step) => step > 1) ? [`stride ${formatPair(directions, stride)}`] : []),
    ...(dilation.some((step) => step > 1) ? [`dilation ${formatPair(directions, dilation)}`] : []),
    ...((options.groups ?? 1) > 1 ? [`groups ${options.groups}`] : []),
  ]
  return {
    name: `${kind}(${[...named, formatPair(directions, window), ...extras].join(', ')})`,
    init: (key, inputShape): TensorRecord => {
      const channels = countChannels(kind, directions, inputShape)
      const { filters, groups } = group(channels)
      checkChannels(kind, channels, groups)
      const fans = { fanIn: (channels / groups) * places, fanOut: (filters / groups) * places }
      const shape = [filters, channels / groups, ...(directions === 1 ? [window[1]] : window)]
      const [weightKey, biasKey] = splitKey(key) as [Tensor, Tensor]
      const weight = weightInitializer(weightKey, shape, fans)
      return useBias ? { weight, bias: biasInitializer(biasKey, [filters], fans) } : { weight }
    },
    apply: ({ weight, bias }, input) => {
      checkBatch(kind, directions, input)
      const { groups } = group(input.shape[1] as number)
      const filter = directions === 1 ? (weight as Tensor).expandDims(2) : (weight as Tensor)
      const maps = asImages(directions, input, (images) => {
        const sums = convolve(images, filter, { stride, dilation, padding, groups })
        return bias ? sums.add(bias.reshape([-1, 1, 1])) : sums
      })
      return activation(maps)
    },
  }
}

function checkFilters(kind: string, filters: number, groups: number): void {
  const areWhole = [filters, groups].every((count) => Number.isSafeInteger(count) && count >= 1)
  if (areWhole && filters % groups === 0) return
  throw new ValueError({
    what: `${kind}: filters`,
    expected: 'a positive whole number of filters that the groups, also a positive whole number, divide',
    received: groups === 1 ? String(filters) : `${filters} filters in ${groups} groups`,
    remedy: 'Give how many feature maps there shall be.',
  })
}

function checkChannels(kind: string, channels: number, groups: number): void {
  if (channels >= 1 && channels % groups === 0) return
  throw new ShapeError({
    what: `${kind}: input`,
    expected: groups === 1 ? 'at least one channel' : `a number of channels that ${groups} groups divide`,
    received: `${channels} channels`,
    remedy: 'Change the groups, or the channels of the layer before.',
  })
}
