// Reading by index and its transpose, adding at an index.
import { sizeOf } from '@deep-recipe/core-tensor'
import { makeTensorProto, onnxDataType } from '../model/tensors.ts'
import { fullValue, inputNode, type OnnxLoweringsOf } from './lowering.ts'

export const indexingLowerings: OnnxLoweringsOf<'gather' | 'scatterAdd'> = {
  gather: (context, node) => {
    const inputs = node.inputs.map((input) => context.full(input))
    return fullValue(node, context.writer.emit('Gather', inputs, { axis: { int: node.attributes.axis } }))
  },
  scatterAdd: (context, node) => {
    const { writer } = context
    const { axis, size } = node.attributes
    const [indices, updates] = [inputNode(node, 0), inputNode(node, 1)]
    const count = sizeOf(indices.shape)
    const outer = sizeOf(updates.shape.slice(0, axis))
    const inner = sizeOf(updates.shape.slice(axis + indices.shape.length))
    // ScatterND adds whole rows, so the indexed axis goes first: [count, outer, inner] onto [size, outer, inner].
    const grouped = writer.emit('Reshape', [context.full(updates), writer.integers([outer, count, inner])])
    const rows = outer === 1 ? grouped : writer.emit('Transpose', [grouped], { perm: { ints: [1, 0, 2] } })
    const row = outer * inner
    const zeros = writer.emit('ConstantOfShape', [writer.integers([size, row])], {
      value: { tensor: makeTensorProto('', updates.dtype === 'int32' ? 'int32' : 'float32', [1], new Int32Array(1)) },
    })
    const places = writer.emit('Reshape', [
      writer.emit('Cast', [context.full(indices)], { to: { int: onnxDataType.int64 } }),
      writer.integers([count, 1]),
    ])
    const sums = writer.emit(
      'ScatterND',
      [zeros, places, writer.emit('Reshape', [rows, writer.integers([count, row])])],
      { reduction: { string: 'add' } },
    )
    if (outer === 1) return fullValue(node, writer.emit('Reshape', [sums, writer.integers(node.shape)]))
    const separate = writer.emit('Reshape', [sums, writer.integers([size, outer, inner])])
    const back = writer.emit('Transpose', [separate], { perm: { ints: [1, 0, 2] } })
    return fullValue(node, writer.emit('Reshape', [back, writer.integers(node.shape)]))
  },
}
