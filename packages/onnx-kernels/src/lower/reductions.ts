// Reductions: sums, maxima that NaN wins, and the place of the largest element.

import type { GraphWriter } from '../model/graph-writer.ts'
import { onnxDataType } from '../model/tensors.ts'
import { fullValue, inputNode, type OnnxLoweringsOf } from './lowering.ts'

export const reductionLowerings: OnnxLoweringsOf<'sum' | 'maxReduce' | 'argMax'> = {
  sum: (context, node) => {
    const { axes } = node.attributes
    const input = context.full(inputNode(node, 0))
    if (axes.length === 0) return fullValue(node, input)
    const { writer } = context
    const emitSum = (name: string): string =>
      writer.emit('ReduceSum', [name, writer.integers(axes)], { keepdims: { int: 0 } })
    if (node.dtype !== 'int32') return fullValue(node, emitSum(input))
    // ONNX Runtime's sums of int32 stop at the largest number: 64 bits are summed, and the upper half falls away.
    const wide = writer.emit('Cast', [input], { to: { int: onnxDataType.int64 } })
    return fullValue(node, writer.emit('Cast', [emitSum(wide)], { to: { int: onnxDataType.int32 } }))
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
    const { writer } = context
    const input = inputNode(node, 0)
    const { axis } = node.attributes
    const value = context.full(input)
    const place = emitArgMax(writer, value, axis)
    if (input.dtype !== 'float32') return fullValue(node, place)
    // NaN counts as largest, and the first of several: where there is one, the place of the first is taken.
    const marks = writer.emit('Cast', [writer.emit('IsNaN', [value])], { to: { int: onnxDataType.float32 } })
    const hasMark = writer.emit('ReduceMax', [marks, writer.integers([axis])], { keepdims: { int: 0 } })
    const isMarked = writer.emit('Cast', [hasMark], { to: { int: onnxDataType.bool } })
    return fullValue(node, writer.emit('Where', [isMarked, emitArgMax(writer, marks, axis), place]))
  },
}

/** The first place of the largest number, as int32. */
function emitArgMax(writer: GraphWriter, name: string, axis: number): string {
  const attributes = { axis: { int: axis }, keepdims: { int: 0 }, select_last_index: { int: 0 } }
  return writer.emit('Cast', [writer.emit('ArgMax', [name], attributes)], { to: { int: onnxDataType.int32 } })
}
