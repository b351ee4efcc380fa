// Convolutions and their gradients. Images are [n, c, h, w], filters [o, c / groups, kh, kw].
import type { ConvolutionAttributes, ImagePadding, NodeOf } from '@deep-recipe/core-tensor'
import type { OnnxAttributes } from '../model/attributes.ts'
import { type BlockedConvolution, emitBlockedConvolution, fitsBlocks } from './blocked-convolution.ts'
import { emitFilterGradient } from './filter-gradient.ts'
import { fullValue, inputNode, type LoweringContext, type OnnxLoweringsOf } from './lowering.ts'
import { emitFlip } from './movement.ts'

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

/** A convolution in the layout that is fastest for it. */
function emitConvolution(context: LoweringContext, convolution: BlockedConvolution & { groups: number }): string {
  const { input, filter, inputShape, filterShape, attributes, groups } = convolution
  if (fitsBlocks(context, inputShape[1], filterShape[0], groups)) return emitBlockedConvolution(context, convolution)
  return context.writer.emit('Conv', [input, filter], attributes)
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
  const [outputs, channels] = filter.shape as Four
  return emitConvolution(context, {
    input: cropped,
    inputShape: gradient.shape as Four,
    filter: turned,
    filterShape: [channels * groups, outputs / groups, height, width],
    attributes: {
      pads: { ints: pads.map((count) => Math.max(0, count)) },
      dilations: { ints: dilation },
      group: { int: groups },
    },
    groups,
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

export const convolutionLowerings: OnnxLoweringsOf<'conv2d' | 'convInputGradient' | 'convFilterGradient'> = {
  conv2d: (context, node) => {
    const [input, filter] = [inputNode(node, 0), inputNode(node, 1)]
    const name = emitConvolution(context, {
      input: context.full(input),
      inputShape: input.shape as Four,
      filter: context.full(filter),
      filterShape: filter.shape as Four,
      attributes: convolutionAttributes(node.attributes),
      groups: node.attributes.groups,
    })
    return fullValue(node, name)
  },
  convInputGradient: (context, node) => {
    const isDense = node.attributes.stride.every((step) => step === 1)
    const emit = isDense ? emitInputGradientAsConvolution : emitInputGradientTransposed
    return fullValue(node, emit(context, node))
  },
  convFilterGradient: (context, node) => fullValue(node, emitFilterGradient(context, node)),
}
