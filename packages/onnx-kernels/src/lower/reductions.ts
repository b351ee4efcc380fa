// Reductions: sums, maxima that NaN wins, and the place of the largest element.

import { onnxDataType } from '../model/tensors.ts'
import { fullValue, inputNode, type OnnxLoweringsOf } from './lowering.ts'

export const reductionLowerings: OnnxLoweringsOf<'sum' | 'maxReduce' | 'argMax'> = {
  sum: (context, node) => {
    const { axes } = node.attributes
    const input = context.full(inputNode(node, 0))
    if (axes.length === 0) return fullValue(node, input)
    const { writer } = context
    return fullValue(node, writer.emit('ReduceSum', [input, writer.integers(axes)], { keepdims: { int: 0 } }))
  },
  maxReduce: (context, node) => {
    const { writer } = context
    const input = context.full(inputNode(node, 0))
    const { axes } = node.attributes
    if (axes.length === 0) return fullValue(node, input)
    const largest = writer.emit('ReduceMax', [input, writer.integers(axes)], { keepdims: { int: 0 } })
    if (node.dtype !== 'float32') return fullValue(node, largest)
    // ONNX Runtime's ReduceMax loses NaN. Clipped to [0, 0], numbers become 0 and NaN stays: their sum marks the maximum.
    const zero = writer.scalar('float32', 0)
    const marks = writer.emit('Clip', [input, zero, zero])
    const mark = writer.emit('ReduceSum', [marks, writer.integers(axes)], { keepdims: { int: 0 } })
    return fullValue(node, writer.emit('Add', [largest, mark]))
  },
  argMax: (context, node) => {
    const input = context.full(inputNode(node, 0))
    const place = context.writer.emit('ArgMax', [input], {
      axis: { int: node.attributes.axis },
      keepdims: { int: 0 },
      select_last_index: { int: 0 },
    })
    return fullValue(node, context.writer.emit('Cast', [place], { to: { int: onnxDataType.int32 } }))
  },
}
