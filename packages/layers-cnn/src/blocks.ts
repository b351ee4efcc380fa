// Blocks: layers beside one another, whose outputs are added (residual) or stand together (inception).
import {
  concat,
  formatShape,
  type Shape,
  ShapeError,
  sameShape,
  type Tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import {
  type Activation,
  applyPart,
  dense,
  inferOutputShape,
  initPart,
  type Layer,
  linear,
  type ParamsByPosition,
} from '@deep-recipe/layers-core'
import { conv1d, conv2d } from './convolution.ts'

/** Options of `residual`. */
export interface ResidualOptions {
  /** What the input goes through beside the block. Default: nothing, or a projection if the shapes differ. */
  readonly shortcut?: Layer
  /** Applied to the sum. Default linear. */
  readonly activation?: Activation
}

/**
 * y = f(block(x) + x): the block learns what to change (He, Zhang, Ren and Sun, "Deep residual learning", 2016). Where it
 * changes the shape, y = f(block(x) + W x), with W a convolution of window 1 without bias whose stride brings each size to
 * ⌈size / stride⌉; for vectors W is a matrix.
 *
 * Shapes are the block's. Parameters: `0` the block's, `1` the shortcut's.
 *
 * @throws ShapeError when no such projection fits: pad the block's convolutions with `same`, or give a `shortcut`.
 */
export function residual(block: Layer, options: ResidualOptions = {}): Layer<ParamsByPosition> {
  const { activation = linear } = options
  const shortcutFor = (from: Shape, to: Shape): Layer | undefined =>
    options.shortcut ?? (sameShape(from, to) ? undefined : project(from, to))
  return {
    name: `residual(${block.name})`,
    init: (key, inputShape) => {
      const params = initPart(block, 0, key, inputShape)
      const shortcut = shortcutFor(inputShape, inferOutputShape(block, params, inputShape))
      const beside: ParamsByPosition = shortcut ? { 1: initPart(shortcut, 1, key, inputShape) } : {}
      return { 0: params, ...beside }
    },
    apply: (params, input, context) => {
      const change = applyPart(block, 0, params, input, context)
      const shortcut = shortcutFor(input.shape.slice(1), change.shape.slice(1))
      const kept = shortcut ? applyPart(shortcut, 1, params, input, context) : input
      checkSum(change, kept)
      return activation(change.add(kept))
    },
  }
}

/**
 * The layers side by side, each on the whole input; their feature maps stand one after the other, as in an inception
 * module (Szegedy and others, "Going deeper with convolutions", 2015).
 *
 * [batch, channels, ...places] → [batch, sum of their channels, ...places′]. Parameters: theirs by position.
 *
 * @throws ValueError without layers; ShapeError when their outputs differ in more than channels.
 */
export function branches(...layers: readonly Layer[]): Layer<ParamsByPosition> {
  if (layers.length === 0) {
    throw new ValueError({
      what: 'branches',
      expected: 'at least one layer',
      received: 'none',
      remedy: 'Pass the layers to put side by side.',
    })
  }
  return {
    name: `branches(${layers.map((layer) => layer.name).join(', ')})`,
    init: (key, inputShape) =>
      Object.fromEntries(layers.map((layer, position) => [position, initPart(layer, position, key, inputShape)])),
    apply: (params, input, context) => {
      const outputs = layers.map((layer, position) => applyPart(layer, position, params, input, context))
      checkSides(outputs)
      return concat(outputs, 1)
    },
  }
}

/** The smallest linear map from examples of one shape to another. */
function project(from: Shape, to: Shape): Layer {
  const [channels] = to
  if (channels !== undefined && from.length === to.length) {
    const [, ...sizes] = from
    const strides = sizes.map((size, axis) => Math.max(1, Math.ceil(size / (to[axis + 1] as number))))
    const fits = sizes.every((size, axis) => Math.ceil(size / (strides[axis] as number)) === to[axis + 1])
    const [first, second] = strides as [number, number]
    if (fits && to.length === 1) return dense(channels, { useBias: false })
    if (fits && to.length === 2) return conv1d(channels, 1, { stride: first, useBias: false })
    if (fits && to.length === 3) return conv2d(channels, 1, { stride: [first, second], useBias: false })
  }
  throw new ShapeError({
    what: 'residual: shortcut',
    expected: 'a block that keeps the rank and gives sizes ⌈size / stride⌉',
    received: `${formatShape(from)} to ${formatShape(to)}`,
    remedy: "Pad the block's convolutions with 'same', or give a shortcut that ends in its shape.",
  })
}

function checkSum(change: Tensor, kept: Tensor): void {
  if (sameShape(change.shape, kept.shape)) return
  throw new ShapeError({
    what: 'residual: shortcut',
    expected: `the shape ${formatShape(change.shape)} of the block's output`,
    received: formatShape(kept.shape),
    remedy: 'Give the shortcut the strides and filters of the block.',
  })
}

function checkSides(outputs: readonly Tensor[]): void {
  const [first] = outputs as [Tensor]
  const withoutChannels = (output: Tensor): Shape => output.shape.filter((_, axis) => axis !== 1)
  if (first.rank >= 2 && outputs.every((each) => sameShape(withoutChannels(each), withoutChannels(first)))) return
  throw new ShapeError({
    what: 'branches',
    expected: 'outputs [batch, channels, ...places] with the same places',
    received: outputs.map((output) => formatShape(output.shape)).join(', '),
    remedy: "Pad with 'same' and use the same strides in every branch.",
  })
}
