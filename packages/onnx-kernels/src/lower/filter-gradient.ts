// Gradients of filters, as matrix products:
//
//   ∂W[o, c, i, j] = Σ over n, y, x of g[n, o, y, x] · x[n, c, y · stride + i · dilation, x · stride + j · dilation]
//
// Three ways, each the fastest where it is used (bench/onnx/README.md has the times).
import type { NodeOf } from '@deep-recipe/core-tensor'
import { inputNode, type LoweringContext } from './lowering.ts'
import { emitSlice } from './movement.ts'

type Four = [number, number, number, number]

/** Fewer input channels than this make matrices too narrow for a product per place of the filter. */
const fewChannels = 8
/** From this many output places on, one image alone fills a matrix product. */
const manyPlaces = 256

/** Sizes of one filter gradient. */
interface Sizes {
  readonly images: number
  readonly groups: number
  /** Input and output channels of a group. */
  readonly channels: number
  readonly outputs: number
  readonly rows: number
  readonly columns: number
}

/** The filter gradient, [o, c / groups, kh, kw]. */
export function emitFilterGradient(context: LoweringContext, node: NodeOf<'convFilterGradient'>): string {
  const { writer } = context
  const { groups } = node.attributes
  const [input, gradient] = [inputNode(node, 0), inputNode(node, 1)]
  const [images, channels] = input.shape as Four
  const [, outputs, rows, columns] = gradient.shape as Four
  const sizes: Sizes = { images, groups, channels: channels / groups, outputs: outputs / groups, rows, columns }
  const emit =
    groups === 1 && channels < fewChannels
      ? emitByChannelRows
      : groups === 1 && rows * columns >= manyPlaces
        ? emitByImages
        : emitByPlaces
  return writer.emit('Reshape', [emit(context, node, sizes), writer.integers(node.shape)])
}

/** One product over all images for each place of the filter: [o, n · h' · w'] × [n · h' · w', c]. */
function emitByPlaces(context: LoweringContext, node: NodeOf<'convFilterGradient'>, sizes: Sizes): string {
  const { writer } = context
  const { images, groups, channels, outputs, rows, columns } = sizes
  const places = images * rows * columns
  const gradient = emitReshape(context, context.full(inputNode(node, 1)), [images, groups, outputs, rows * columns])
  const left = emitReshape(
    context,
    writer.emit('Transpose', [gradient], { perm: { ints: [1, 2, 0, 3] } }),
    groups === 1 ? [outputs, places] : [groups, outputs, places],
  )
  const padded = emitChannelsLast(context, node, sizes)
  const parts = emitShifts(context, node, padded, 2).map((shifted) => {
    const right = emitReshape(context, shifted, groups === 1 ? [places, channels] : [groups, places, channels])
    return emitReshape(context, writer.emit('MatMul', [left, right]), [groups * outputs, channels, 1])
  })
  return emitConcat(context, parts, 2)
}

/** One product for each image and place of the filter, summed over the images; the output gradient stays as it is. */
function emitByImages(context: LoweringContext, node: NodeOf<'convFilterGradient'>, sizes: Sizes): string {
  const { writer } = context
  const { images, channels, outputs, rows, columns } = sizes
  const left = emitReshape(context, context.full(inputNode(node, 1)), [images, outputs, rows * columns])
  const padded = emitChannelsLast(context, node, sizes)
  const parts = emitShifts(context, node, padded, 2).map((shifted) => {
    const right = emitReshape(context, shifted, [images, rows * columns, channels])
    const products = writer.emit('MatMul', [left, right])
    return emitReshape(context, emitSum(context, products, [images, outputs, channels]), [outputs, channels, 1])
  })
  return emitConcat(context, parts, 2)
}

/** One product for each image, with the shifted channels of all places of the filter as its rows. */
function emitByChannelRows(context: LoweringContext, node: NodeOf<'convFilterGradient'>, sizes: Sizes): string {
  const { writer } = context
  const { images, channels, outputs, rows, columns } = sizes
  const { top, left, bottom, right } = node.attributes.padding
  const padded = emitPadding(context, context.full(inputNode(node, 0)), [0, 0, top, left, 0, 0, bottom, right])
  const shifts = emitShifts(context, node, padded, 2)
  const stacked = emitConcat(
    context,
    shifts.map((shifted) => emitReshape(context, shifted, [images, channels, rows * columns])),
    1,
  )
  // ONNX Runtime reads the transposed argument in place.
  const turned = writer.emit('Transpose', [stacked], { perm: { ints: [0, 2, 1] } })
  const gradient = emitReshape(context, context.full(inputNode(node, 1)), [images, outputs, rows * columns])
  const sum = emitSum(context, writer.emit('MatMul', [gradient, turned]), [images, outputs, shifts.length, channels])
  const byPlace = emitReshape(context, sum, [outputs, shifts.length, channels])
  return writer.emit('Transpose', [byPlace], { perm: { ints: [0, 2, 1] } })
}

/** The input as [groups, n, h, w, c / groups], padded. */
function emitChannelsLast(context: LoweringContext, node: NodeOf<'convFilterGradient'>, sizes: Sizes): string {
  const { writer } = context
  const { groups, images, channels } = sizes
  const input = inputNode(node, 0)
  const [, , height, width] = input.shape as Four
  const { top, left, bottom, right } = node.attributes.padding
  const pads = [0, 0, top, left, 0, 0, 0, bottom, right, 0]
  if (groups > 1) {
    const split = emitReshape(context, context.full(input), [images, groups, channels, height, width])
    return emitPadding(context, writer.emit('Transpose', [split], { perm: { ints: [1, 0, 3, 4, 2] } }), pads)
  }
  // ONNX Runtime moves one axis of three at memory speed, but takes five times as long for any permutation of five.
  const flat = emitReshape(context, context.full(input), [images, channels, height * width])
  const turned = writer.emit('Transpose', [flat], { perm: { ints: [0, 2, 1] } })
  return emitPadding(context, emitReshape(context, turned, [1, images, height, width, channels]), pads)
}

/** What each place of the filter sees of the padded input, row by row; `axis` is that of the image's rows. */
function emitShifts(
  context: LoweringContext,
  node: NodeOf<'convFilterGradient'>,
  padded: string,
  axis: number,
): string[] {
  const { stride, dilation, filterSize } = node.attributes
  const [, , rows, columns] = inputNode(node, 1).shape as Four
  const part = (along: 0 | 1, place: number, count: number) => {
    const start = place * dilation[along]
    return { axis: axis + along, start, end: start + (count - 1) * stride[along] + 1, step: stride[along] }
  }
  return Array.from({ length: filterSize[0] * filterSize[1] }, (_, place) => {
    const [i, j] = [Math.floor(place / filterSize[1]), place % filterSize[1]]
    return emitSlice(context.writer, padded, [part(0, i, rows), part(1, j, columns)])
  })
}

function emitPadding(context: LoweringContext, name: string, pads: readonly number[]): string {
  return pads.every((count) => count === 0) ? name : context.writer.emit('Pad', [name, context.writer.integers(pads)])
}

function emitReshape(context: LoweringContext, name: string, shape: readonly number[]): string {
  return context.writer.emit('Reshape', [name, context.writer.integers(shape)])
}

function emitConcat(context: LoweringContext, parts: readonly string[], axis: number): string {
  return parts.length === 1 ? (parts[0] as string) : context.writer.emit('Concat', parts, { axis: { int: axis } })
}

/** The sum over the first axis, that of the images, as a product with ones: on two threads six times as fast as ReduceSum. */
function emitSum(context: LoweringContext, name: string, [images, ...rest]: readonly number[]): string {
  const ones = context.writer.constant('float32', [1, images as number], new Float32Array(images as number).fill(1))
  const size = rest.reduce((product, length) => product * length, 1)
  return context.writer.emit('MatMul', [ones, emitReshape(context, name, [images as number, size])])
}
