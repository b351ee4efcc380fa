// Movement: reshaping, transposing, slicing and padding. Broadcasts cost nothing until something needs the full shape.
import type { Node, NodeOf } from '@deep-recipe/core-tensor'
import type { GraphWriter } from '../model/graph-writer.ts'
import { fullValue, inputNode, type LoweringContext, type OnnxLoweringsOf, type OnnxValue } from './lowering.ts'

/** Past the first element, as the end of a slice that runs backwards. */
const beforeFirst = -(2 ** 31)

/** Whether `shape` is `inner` with axes of size 1 put before it. */
function prependsOnes(shape: readonly number[], inner: readonly number[]): boolean {
  const extra = shape.length - inner.length
  return extra >= 0 && shape.every((length, axis) => (axis < extra ? length === 1 : length === inner[axis - extra]))
}

/** Strided part of a value along the axes where it is not the whole. */
export function emitSlice(
  writer: GraphWriter,
  name: string,
  parts: readonly { axis: number; start: number; end: number; step: number }[],
): string {
  if (parts.length === 0) return name
  return writer.emit('Slice', [
    name,
    writer.integers(parts.map((part) => part.start)),
    writer.integers(parts.map((part) => part.end)),
    writer.integers(parts.map((part) => part.axis)),
    writer.integers(parts.map((part) => part.step)),
  ])
}

/** A value with the order along some axes turned round. */
export function emitFlip(writer: GraphWriter, name: string, axes: readonly number[]): string {
  return emitSlice(
    writer,
    name,
    axes.map((axis) => ({ axis, start: -1, end: beforeFirst, step: -1 })),
  )
}

/**
 * Fill elements around a value and between its neighbours. ONNX pads around only: for the elements between, every axis n
 * is seen as [n, 1], padded to [n, 1 + interior], and the part after the last element is cut off.
 */
export function emitPad(
  context: LoweringContext,
  input: OnnxValue,
  dtype: Node['dtype'],
  attributes: NodeOf<'pad'>['attributes'],
): string {
  const { writer } = context
  const { before, after, interior, value } = attributes
  const fill = writer.scalar(dtype, dtype === 'bool' ? Number(value !== 0) : value)
  let { name } = input
  const trailing = [...after]
  if (interior.some((count) => count > 0)) {
    const split = input.shape.flatMap((length) => [length, 1])
    const spread = writer.emit('Reshape', [name, writer.integers(split)])
    const none = split.map(() => 0)
    const padded = writer.emit('Pad', [
      spread,
      writer.integers([...none, ...interior.flatMap((count) => [0, count])]),
      fill,
    ])
    name = writer.emit('Reshape', [
      padded,
      writer.integers(input.shape.map((length, axis) => length * (1 + (interior[axis] as number)))),
    ])
    interior.forEach((count, axis) => {
      trailing[axis] = (trailing[axis] as number) - count
    })
  }
  if ([...before, ...trailing].every((count) => count === 0)) return name
  // A negative number of elements is cut off instead.
  return writer.emit('Pad', [name, writer.integers([...before, ...trailing]), fill])
}

export const movementLowerings: OnnxLoweringsOf<
  'reshape' | 'permute' | 'broadcast' | 'slice' | 'pad' | 'concat' | 'flip'
> = {
  reshape: (context, node) => {
    const input = inputNode(node, 0)
    const { shape } = node.attributes
    const loose = context.loose(input)
    if (prependsOnes(shape, input.shape)) return loose
    const { writer } = context
    return fullValue(node, writer.emit('Reshape', [context.full(input), writer.integers(shape)]))
  },
  permute: (context, node) => {
    const { axes } = node.attributes
    const input = context.full(inputNode(node, 0))
    if (axes.every((axis, position) => axis === position)) return fullValue(node, input)
    return fullValue(node, context.writer.emit('Transpose', [input], { perm: { ints: axes } }))
  },
  broadcast: (context, node) => context.loose(inputNode(node, 0)),
  slice: (context, node) => {
    const input = inputNode(node, 0)
    const { start, size, stride } = node.attributes
    const parts = input.shape.flatMap((length, axis) => {
      const [first, count, step] = [start[axis] as number, size[axis] as number, stride[axis] as number]
      if (count === length) return []
      return [{ axis, start: first, end: first + (count - 1) * step + 1, step }]
    })
    return fullValue(node, emitSlice(context.writer, context.full(input), parts))
  },
  pad: (context, node) => {
    const input = inputNode(node, 0)
    const value = { name: context.full(input), shape: input.shape }
    return fullValue(node, emitPad(context, value, node.dtype, node.attributes))
  },
  concat: (context, node) => {
    const parts = node.inputs.filter((input) => !input.shape.includes(0)).map((input) => context.full(input))
    if (parts.length === 1) return fullValue(node, parts[0] as string)
    return fullValue(node, context.writer.emit('Concat', parts, { axis: { int: node.attributes.axis } }))
  },
  flip: (context, node) => {
    const input = inputNode(node, 0)
    const axes = node.attributes.axes.filter((axis) => (input.shape[axis] as number) > 1)
    return fullValue(node, emitFlip(context.writer, context.full(input), axes))
  },
}
