// Pooling over windows of images [n, c, h, w], and its gradients.
import type { Pair, PoolAttributes } from '@deep-recipe/core-tensor'
import { sizeOf } from '@deep-recipe/core-tensor'
import type { OnnxAttributes } from '../model/attributes.ts'
import { onnxPads } from './convolution.ts'
import { fullValue, inputNode, type OnnxLoweringsOf } from './lowering.ts'

type Four = [number, number, number, number]

function poolAttributes({ window, stride, padding }: PoolAttributes): OnnxAttributes {
  return { kernel_shape: { ints: window }, strides: { ints: stride }, pads: onnxPads(padding) }
}

/** 1 / (number of places inside the image) for each window, [1, 1, h', w']. */
function inverseCounts(attributes: PoolAttributes, inputSize: Pair, [rows, columns]: Pair): Float32Array {
  const { window, stride, padding } = attributes
  const count = (position: number, axis: 0 | 1): number => {
    const start = position * stride[axis] - (axis === 0 ? padding.top : padding.left)
    return Math.min(start + window[axis], inputSize[axis]) - Math.max(start, 0)
  }
  return Float32Array.from(
    { length: rows * columns },
    (_, place) => 1 / (count(Math.floor(place / columns), 0) * count(place % columns, 1)),
  )
}

export const poolingLowerings: OnnxLoweringsOf<'maxPool' | 'maxPoolGradient' | 'avgPool' | 'avgPoolGradient'> = {
  maxPool: (context, node) => {
    const input = context.full(inputNode(node, 0))
    return fullValue(node, context.writer.emit('MaxPool', [input], poolAttributes(node.attributes)))
  },
  maxPoolGradient: (context, node) => {
    const { writer } = context
    const [input, gradient] = [inputNode(node, 0), inputNode(node, 1)]
    const [, places] = writer.emitAll('MaxPool', [context.full(input)], poolAttributes(node.attributes), { outputs: 2 })
    const flat = [sizeOf(gradient.shape)]
    const zeros = writer.emit('ConstantOfShape', [writer.integers([sizeOf(input.shape)])])
    const scattered = writer.emit(
      'ScatterElements',
      [
        zeros,
        writer.emit('Reshape', [places as string, writer.integers(flat)]),
        writer.emit('Reshape', [context.full(gradient), writer.integers(flat)]),
      ],
      { axis: { int: 0 }, reduction: { string: 'add' } },
    )
    return fullValue(node, writer.emit('Reshape', [scattered, writer.integers(node.shape)]))
  },
  avgPool: (context, node) => {
    const input = context.full(inputNode(node, 0))
    return fullValue(
      node,
      context.writer.emit('AveragePool', [input], {
        ...poolAttributes(node.attributes),
        count_include_pad: { int: 0 },
      }),
    )
  },
  avgPoolGradient: (context, node) => {
    const { writer } = context
    const { window, stride, padding, inputSize } = node.attributes
    const gradient = inputNode(node, 0)
    const [images, channels, rows, columns] = gradient.shape as Four
    const shares = writer.constant(
      'float32',
      [1, 1, rows, columns],
      inverseCounts(node.attributes, inputSize, [rows, columns]),
    )
    const shared = writer.emit('Mul', [context.full(gradient), shares])
    // Each share goes to every place of its window: a transposed convolution with ones, channel by channel.
    const planes = writer.emit('Reshape', [shared, writer.integers([images * channels, 1, rows, columns])])
    const ones = writer.constant('float32', [1, 1, ...window], new Float32Array(window[0] * window[1]).fill(1))
    const before = [padding.top, padding.left] as const
    const after = ([0, 1] as const).map((axis) => {
      const windows = axis === 0 ? rows : columns
      return stride[axis] * (windows - 1) + window[axis] - before[axis] - inputSize[axis]
    })
    const spread = writer.emit('ConvTranspose', [planes, ones], {
      strides: { ints: stride },
      pads: { ints: [...before, ...after.map((count) => Math.max(0, count))] },
      output_padding: { ints: after.map((count) => Math.max(0, -count)) },
    })
    return fullValue(node, writer.emit('Reshape', [spread, writer.integers(node.shape)]))
  },
}
