// Convolutions and their gradients. Images are [n, c, h, w], filters [o, c / groups, kh, kw].
import type { ConvolutionAttributes, ImagePadding, NodeOf } from '@deep-recipe/core-tensor'
import type { OnnxAttributes } from '../model/attributes.ts'
import { fullValue, inputNode, type LoweringContext, type OnnxLoweringsOf } from './lowering.ts'
import { emitFlip, emitSlice } from './movement.ts'

type Four = [number, number, number, number]

/** ONNX lists padding as the beginnings of all axes, then the ends. */
export function onnxPads({ top, left, bottom, right }: ImagePadding): { readonly ints: readonly number[] } {
  return { ints: [top, left, bottom, right] }
}

function convolutionAttributes({ stride, padding, dilation, groups }: ConvolutionAttributes): OnnxAttributes {
  return {
    strides: { ints: stride },
    pads: onnxPads(padding),
    dilations: { ints: dilation },
    group: { int: groups },
  }
}

/** Filters with input and output channels exchanged and both image axes turned round: [c, o / groups, kh, kw]. */
function emitTurnedFilter(context: LoweringContext, filter: string, shape: Four, groups: number): string {
  const { writer } = context
  const [outputs, channels, height, width] = shape
  const axes = [2, 3].filter((axis) => (shape[axis] as number) > 1)
  const turned = emitFlip(writer, filter, axes)
  if (groups === 1) return writer.emit('Transpose', [turned], { perm: { ints: [1, 0, 2, 3] } })
  const grouped = writer.emit('Reshape', [turned, writer.integers([groups, outputs / groups, channels, height, width])])
  const exchanged = writer.emit('Transpose', [grouped], { perm: { ints: [0, 2, 1, 3, 4] } })
  return writer.emit('Reshape', [exchanged, writer.integers([groups * channels, outputs / groups, height, width])])
}

/** With stride 1 the input gradient is a convolution of the output gradient, padded as far as the filter reaches. */
function emitInputGradientAsConvolution(context: LoweringContext, node: NodeOf<'convInputGradient'>): string {
  const { writer } = context
  const { padding, dilation, groups, inputSize } = node.attributes
  const [gradient, filter] = [inputNode(node, 0), inputNode(node, 1)]
  const [, , gradientHeight, gradientWidth] = gradient.shape as Four
  const [, , height, width] = filter.shape as Four
  const reach = [dilation[0] * (height - 1), dilation[1] * (width - 1)] as const
  const top = reach[0] - padding.top
  const left = reach[1] - padding.left
  const pads = [
    top,
    left,
    inputSize[0] - gradientHeight - top + reach[0],
    inputSize[1] - gradientWidth - left + reach[1],
  ]
  // Padding wider than the filter reaches means that border gradients belong to no input: they are cut off.
  const cropped = pads.some((count) => count < 0)
    ? writer.emit('Pad', [
        context.full(gradient),
        writer.integers([0, 0, ...pads.slice(0, 2), 0, 0, ...pads.slice(2)].map((count) => Math.min(0, count))),
      ])
    : context.full(gradient)
  const turned = emitTurnedFilter(context, context.full(filter), filter.shape as Four, groups)
  return writer.emit('Conv', [cropped, turned], {
    pads: { ints: pads.map((count) => Math.max(0, count)) },
    dilations: { ints: dilation },
    group: { int: groups },
  })
}

/** With larger strides it is the transposed convolution; places that no window reached come from output padding. */
function emitInputGradientTransposed(context: LoweringContext, node: NodeOf<'convInputGradient'>): string {
  const { stride, padding, dilation, groups, inputSize } = node.attributes
  const [gradient, filter] = [inputNode(node, 0), inputNode(node, 1)]
  const before = [padding.top, padding.left] as const
  const extent = ([0, 1] as const).map((axis) => {
    const windows = gradient.shape[2 + axis] as number
    return stride[axis] * (windows - 1) + dilation[axis] * ((filter.shape[2 + axis] as number) - 1) + 1
  })
  const after = ([0, 1] as const).map((axis) => (extent[axis] as number) - before[axis] - inputSize[axis])
  return context.writer.emit('ConvTranspose', [context.full(gradient), context.full(filter)], {
    strides: { ints: stride },
    pads: { ints: [...before, ...after.map((count) => Math.max(0, count))] },
    output_padding: { ints: after.map((count) => Math.max(0, -count)) },
    dilations: { ints: dilation },
    group: { int: groups },
  })
}

/**
 * ∂W[o, c, i, j] = Σ over n, y, x of g[n, o, y, x] · x[n, c, y · stride + i · dilation, x · stride + j · dilation]:
 * one matrix product of the output gradient with the shifted input for each place (i, j) of the filter.
 */
function emitFilterGradient(context: LoweringContext, node: NodeOf<'convFilterGradient'>): string {
  const { writer } = context
  const { stride, padding, dilation, groups, filterSize } = node.attributes
  const [input, gradient] = [inputNode(node, 0), inputNode(node, 1)]
  const [images, channels, height, width] = input.shape as Four
  const [, outputs, rows, columns] = gradient.shape as Four
  const [groupChannels, groupOutputs] = [channels / groups, outputs / groups]
  const places = images * rows * columns

  // Input as [groups, n, h, w, c / groups], padded; output gradient as [groups, o / groups, n · h' · w'].
  const split = writer.emit('Reshape', [
    context.full(input),
    writer.integers([images, groups, groupChannels, height, width]),
  ])
  const channelsLast = writer.emit('Transpose', [split], { perm: { ints: [1, 0, 3, 4, 2] } })
  const { top, left, bottom, right } = padding
  const padded = [top, left, bottom, right].every((count) => count === 0)
    ? channelsLast
    : writer.emit('Pad', [channelsLast, writer.integers([0, 0, top, left, 0, 0, 0, bottom, right, 0])])
  const gradientSplit = writer.emit('Reshape', [
    context.full(gradient),
    writer.integers([images, groups, groupOutputs, rows * columns]),
  ])
  const gradientRows = writer.emit('Reshape', [
    writer.emit('Transpose', [gradientSplit], { perm: { ints: [1, 2, 0, 3] } }),
    writer.integers(groups === 1 ? [groupOutputs, places] : [groups, groupOutputs, places]),
  ])

  const parts: string[] = []
  for (let i = 0; i < filterSize[0]; i++) {
    for (let j = 0; j < filterSize[1]; j++) {
      const [startRow, startColumn] = [i * dilation[0], j * dilation[1]]
      const shifted = emitSlice(writer, padded, [
        { axis: 2, start: startRow, end: startRow + (rows - 1) * stride[0] + 1, step: stride[0] },
        { axis: 3, start: startColumn, end: startColumn + (columns - 1) * stride[1] + 1, step: stride[1] },
      ])
      const inputRows = writer.emit('Reshape', [
        shifted,
        writer.integers(groups === 1 ? [places, groupChannels] : [groups, places, groupChannels]),
      ])
      const product = writer.emit('MatMul', [gradientRows, inputRows])
      parts.push(writer.emit('Reshape', [product, writer.integers([outputs, groupChannels, 1])]))
    }
  }
  const together = parts.length === 1 ? (parts[0] as string) : writer.emit('Concat', parts, { axis: { int: 2 } })
  return writer.emit('Reshape', [together, writer.integers(node.shape)])
}

export const convolutionLowerings: OnnxLoweringsOf<'conv2d' | 'convInputGradient' | 'convFilterGradient'> = {
  conv2d: (context, node) => {
    const inputs = node.inputs.map((input) => context.full(input))
    return fullValue(node, context.writer.emit('Conv', inputs, convolutionAttributes(node.attributes)))
  },
  convInputGradient: (context, node) => {
    const isDense = node.attributes.stride.every((step) => step === 1)
    const emit = isDense ? emitInputGradientAsConvolution : emitInputGradientTransposed
    return fullValue(node, emit(context, node))
  },
  convFilterGradient: (context, node) => fullValue(node, emitFilterGradient(context, node)),
}
