// Pooling over windows of images [n, c, h, w], and its gradients.
import type { Node, Pair, PoolAttributes, Shape } from '@deep-recipe/core-tensor'
import { sizeOf } from '@deep-recipe/core-tensor'
import type { OnnxAttribute, OnnxAttributes } from '../model/attributes.ts'
import type { GraphWriter } from '../model/graph-writer.ts'
import { onnxDataType } from '../model/tensors.ts'
import { onnxPads } from './convolution.ts'
import { fullValue, inputNode, type LoweringContext, type OnnxLoweringsOf } from './lowering.ts'

type Four = [number, number, number, number]

/** The largest finite float32. */
const largestFloat = (2 - 2 ** -23) * 2 ** 127

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

/** What is wanted of max pooling: the largest numbers of all windows, or their places in the flat input. */
type Wanted = 'values' | 'places'

/** ONNX Runtime's own operator, which passes over NaN unless it stands last in a window. Places cost it twice the time. */
function emitPlainMaxPool(writer: GraphWriter, input: string, attributes: PoolAttributes, wanted: Wanted): string {
  const names = writer.emitAll('MaxPool', [input], poolAttributes(attributes), { outputs: wanted === 'values' ? 1 : 2 })
  return names.at(-1) as string
}

/** With NaN above infinity, and both above all numbers: in 64 bits there is room for two more numbers. */
function emitMaxPoolOfNaN(
  writer: GraphWriter,
  input: string,
  shape: Shape,
  attributes: PoolAttributes,
  wanted: Wanted,
): string {
  const widen = (name: string): string => writer.emit('Cast', [name], { to: { int: onnxDataType.float64 } })
  const largest = widen(writer.scalar('float32', largestFloat))
  const infinity = writer.emit('Add', [largest, largest])
  const capped = writer.emit('Clip', [widen(input), writer.emit('Neg', [infinity]), infinity])
  const above = writer.emit('Add', [infinity, infinity])
  const ranked = writer.emit('Where', [writer.emit('IsNaN', [input]), above, capped])
  const places = emitPlainMaxPool(writer, ranked, attributes, 'places')
  if (wanted === 'places') return places
  const flat = writer.emit('Reshape', [input, writer.integers([sizeOf(shape)])])
  return writer.emit('Gather', [flat, places])
}

/** The sum of an input, image by image first: ONNX Runtime adds up rows on all threads, but a whole array slowly. */
function emitTotal(writer: GraphWriter, input: string): string {
  const sum = (name: string, axes: readonly number[]): string =>
    writer.emit('ReduceSum', [name, writer.integers(axes)], { keepdims: { int: 0 } })
  return sum(sum(input, [2, 3]), [0, 1])
}

/**
 * Max pooling in which NaN wins, as everywhere else. Only an input with NaN, which the sum of all its numbers tells (where it
 * overflows, in vain), goes the longer way. Files that others run hold the plain operator.
 */
function emitMaxPool(context: LoweringContext, node: Node, attributes: PoolAttributes, wanted: Wanted): string {
  const { writer } = context
  const image = inputNode(node, 0)
  const input = context.full(image)
  if (context.isFile) return emitPlainMaxPool(writer, input, attributes, wanted)
  const hasNaN = writer.emit('IsNaN', [emitTotal(writer, input)])
  const [type, shape] =
    wanted === 'values' ? (['float32', node.shape] as const) : (['int64', inputNode(node, 1).shape] as const)
  const branch = (emit: (inside: GraphWriter) => string): OnnxAttribute => {
    const inside = writer.child()
    inside.output(emit(inside), type, shape)
    return { graph: inside.finishBody(writer.newName('branch')) }
  }
  return writer.emit('If', [hasNaN], {
    then_branch: branch((inside) => emitMaxPoolOfNaN(inside, input, image.shape, attributes, wanted)),
    else_branch: branch((inside) => emitPlainMaxPool(inside, input, attributes, wanted)),
  })
}

export const poolingLowerings: OnnxLoweringsOf<'maxPool' | 'maxPoolGradient' | 'avgPool' | 'avgPoolGradient'> = {
  maxPool: (context, node) => fullValue(node, emitMaxPool(context, node, node.attributes, 'values')),
  maxPoolGradient: (context, node) => {
    const { writer } = context
    const [input, gradient] = [inputNode(node, 0), inputNode(node, 1)]
    const places = emitMaxPool(context, node, node.attributes, 'places')
    const flat = [sizeOf(gradient.shape)]
    const zeros = writer.emit('ConstantOfShape', [writer.integers([sizeOf(input.shape)])])
    const scattered = writer.emit(
      'ScatterElements',
      [
        zeros,
        writer.emit('Reshape', [places, writer.integers(flat)]),
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
