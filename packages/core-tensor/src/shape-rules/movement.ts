// Shape rules of reductions, of movement primitives (index arithmetic), and of gather and scatter.
import { ShapeError, ValueError } from '../errors.ts'
import { checkAxes, checkAxis, checkDType, checkPerAxis, checkSameDType, checkShape } from '../trace/check.ts'
import { formatShape, type Shape, sameShape, sizeOf, type TensorType } from '../trace/types.ts'
import { inputAt, type ShapeRulesOf } from './rule.ts'

function reduceShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.filter((_, axis) => !axes.includes(axis))
}

function checkNotEmpty(what: string, shape: Shape, axes: readonly number[]): void {
  if (axes.every((axis) => shape[axis] !== 0)) return
  throw new ShapeError({
    what,
    expected: 'at least one element along each reduced axis',
    received: formatShape(shape),
    remedy: 'Leave empty batches out: nothing has no largest element.',
  })
}

export const movementShapeRules: ShapeRulesOf<
  | 'sum'
  | 'maxReduce'
  | 'argMax'
  | 'reshape'
  | 'permute'
  | 'broadcast'
  | 'slice'
  | 'pad'
  | 'concat'
  | 'flip'
  | 'gather'
  | 'scatterAdd'
> = {
  sum: (inputs, { axes }) => {
    const input = inputAt(inputs, 0)
    checkDType('sum', input, ['float32', 'int32'])
    checkAxes('sum: axes', axes, input.shape.length)
    return { shape: reduceShape(input.shape, axes), dtype: input.dtype }
  },
  maxReduce: (inputs, { axes }) => {
    const input = inputAt(inputs, 0)
    checkDType('maxReduce', input, ['float32', 'int32'])
    checkAxes('maxReduce: axes', axes, input.shape.length)
    checkNotEmpty('maxReduce', input.shape, axes)
    return { shape: reduceShape(input.shape, axes), dtype: input.dtype }
  },
  argMax: (inputs, { axis }) => {
    const input = inputAt(inputs, 0)
    checkDType('argMax', input, ['float32', 'int32'])
    checkAxis('argMax: axis', axis, input.shape.length)
    checkNotEmpty('argMax', input.shape, [axis])
    return { shape: reduceShape(input.shape, [axis]), dtype: 'int32' }
  },
  reshape: (inputs, { shape }) => {
    const input = inputAt(inputs, 0)
    checkShape('reshape: shape', shape)
    if (sizeOf(shape) === sizeOf(input.shape)) return { shape, dtype: input.dtype }
    throw new ShapeError({
      what: `reshape to ${formatShape(shape)}`,
      expected: `${sizeOf(shape)} elements`,
      received: `${sizeOf(input.shape)} elements of shape ${formatShape(input.shape)}`,
      remedy: 'Choose sizes with the same product.',
    })
  },
  permute: (inputs, { axes }) => {
    const input = inputAt(inputs, 0)
    const rank = input.shape.length
    const sorted = [...axes].sort((a, b) => a - b)
    if (axes.length === rank && sorted.every((axis, i) => axis === i)) {
      return { shape: axes.map((axis) => input.shape[axis] as number), dtype: input.dtype }
    }
    throw new ShapeError({
      what: 'permute: axes',
      expected: `each of the ${rank} axes of ${formatShape(input.shape)} once`,
      received: formatShape(axes),
      remedy: 'List every axis exactly once, in the new order.',
    })
  },
  broadcast: (inputs, { shape }) => {
    const input = inputAt(inputs, 0)
    checkShape('broadcast: shape', shape)
    const fits =
      input.shape.length === shape.length && input.shape.every((length, axis) => length === shape[axis] || length === 1)
    if (fits) return { shape, dtype: input.dtype }
    throw new ShapeError({
      what: `broadcast to ${formatShape(shape)}`,
      expected: 'equal sizes, or size 1, along each axis',
      received: formatShape(input.shape),
      remedy: 'Reshape it so that every axis that differs has size 1.',
    })
  },
  slice: (inputs, { start, size, stride }) => {
    const input = inputAt(inputs, 0)
    const rank = input.shape.length
    checkPerAxis('slice: start', start, rank, 0)
    checkPerAxis('slice: size', size, rank, 0)
    checkPerAxis('slice: stride', stride, rank, 1)
    input.shape.forEach((length, axis) => {
      const count = size[axis] as number
      const end = (start[axis] as number) + (count - 1) * (stride[axis] as number) + 1
      if (count === 0 || end <= length) return
      throw new ShapeError({
        what: `slice: axis ${axis}`,
        expected: `to end within the ${length} elements of ${formatShape(input.shape)}`,
        received: `an end at ${end}`,
        remedy: 'Take fewer elements or start earlier.',
      })
    })
    return { shape: size, dtype: input.dtype }
  },
  pad: (inputs, { before, after, interior, value }) => {
    const input = inputAt(inputs, 0)
    const rank = input.shape.length
    checkPerAxis('pad: before', before, rank, 0)
    checkPerAxis('pad: after', after, rank, 0)
    checkPerAxis('pad: interior', interior, rank, 0)
    if (input.dtype === 'int32' && !Number.isInteger(value)) {
      throw new ValueError({
        what: 'pad: value',
        expected: 'a whole number for int32',
        received: String(value),
        remedy: 'Pad with a whole number or cast to float32 first.',
      })
    }
    const shape = input.shape.map(
      (n, axis) =>
        (before[axis] as number) + n + Math.max(0, n - 1) * (interior[axis] as number) + (after[axis] as number),
    )
    return { shape, dtype: input.dtype }
  },
  concat: (inputs, { axis }) => {
    const first = inputAt(inputs, 0)
    checkAxis('concat: axis', axis, first.shape.length)
    let length = 0
    inputs.forEach((input, position) => {
      checkSameDType(`concat: argument ${position + 1}`, first, input)
      const fits =
        input.shape.length === first.shape.length && input.shape.every((n, a) => a === axis || n === first.shape[a])
      if (!fits) {
        throw new ShapeError({
          what: `concat: argument ${position + 1}`,
          expected: `the shape ${formatShape(first.shape)}, except along axis ${axis}`,
          received: formatShape(input.shape),
          remedy: 'Pad or slice it to agree along the other axes.',
        })
      }
      length += input.shape[axis] as number
    })
    return { shape: first.shape.map((n, a) => (a === axis ? length : n)), dtype: first.dtype }
  },
  flip: (inputs, { axes }) => {
    const input = inputAt(inputs, 0)
    checkAxes('flip: axes', axes, input.shape.length)
    return input
  },
  gather: (inputs, { axis }) => {
    const [values, indices] = [inputAt(inputs, 0), inputAt(inputs, 1)]
    checkDType('gather: indices', indices, ['int32'])
    checkAxis('gather: axis', axis, values.shape.length)
    return { shape: values.shape.toSpliced(axis, 1, ...indices.shape), dtype: values.dtype }
  },
  scatterAdd: (inputs, { axis, size }): TensorType => {
    const [indices, updates] = [inputAt(inputs, 0), inputAt(inputs, 1)]
    checkDType('scatterAdd: indices', indices, ['int32'])
    checkDType('scatterAdd: updates', updates, ['float32', 'int32'])
    checkShape('scatterAdd: size', [size])
    const rank = indices.shape.length
    if (axis >= 0 && axis + rank <= updates.shape.length) {
      const middle = updates.shape.slice(axis, axis + rank)
      if (sameShape(middle, indices.shape)) {
        return { shape: updates.shape.toSpliced(axis, rank, size), dtype: updates.dtype }
      }
    }
    throw new ShapeError({
      what: 'scatterAdd: updates',
      expected: `the indices' shape ${formatShape(indices.shape)} at axis ${axis}`,
      received: formatShape(updates.shape),
      remedy: 'Give one update for each index.',
    })
  },
}
