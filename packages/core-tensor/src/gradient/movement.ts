// Gradients of reductions and movement: each is the transpose of the index arithmetic.
import { makeNode } from '../trace/build.ts'
import { Tensor } from '../trace/tensor.ts'
import type { Shape } from '../trace/types.ts'
import { type GradientRulesOf, inputOf } from './rule.ts'

/** A reduced tensor with its reduced axes back, repeated to the shape before. */
function expand(reduced: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return reduced.reshape(shape.map((length, axis) => (axes.includes(axis) ? 1 : length))).broadcastTo(shape)
}

export const movementGradients: GradientRulesOf<
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
  | 'random'
> = {
  sum: (context) => [expand(context.gradient, inputOf(context, 0).shape, context.attributes.axes)],
  // Equal largest elements share the gradient.
  maxReduce: (context) => {
    const x = inputOf(context, 0)
    const { axes } = context.attributes
    const largest = x.equal(expand(context.output, x.shape, axes))
    const count = largest.cast('float32').sum(axes)
    return [largest.where(expand(context.gradient.div(count), x.shape, axes), 0)]
  },
  argMax: () => [undefined],
  reshape: (context) => [context.gradient.reshape(inputOf(context, 0).shape)],
  permute: ({ gradient, attributes }) => {
    const inverse = attributes.axes.map((_, axis) => attributes.axes.indexOf(axis))
    return [gradient.transpose(inverse)]
  },
  broadcast: (context) => {
    const { shape } = inputOf(context, 0)
    const repeated = shape.flatMap((length, axis) => (length === context.attributes.shape[axis] ? [] : [axis]))
    return [context.gradient.sum(repeated).reshape(shape)]
  },
  // What lies between the taken elements, before and after them, gets zero.
  slice: (context) => {
    const { start, size, stride } = context.attributes
    const { shape } = inputOf(context, 0)
    if (size.includes(0)) return [undefined]
    const interior = stride.map((step) => step - 1)
    const after = shape.map((n, i) => n - (start[i] ?? 0) - (((size[i] ?? 0) - 1) * (stride[i] ?? 1) + 1))
    return [new Tensor(makeNode('pad', [context.gradient.node], { before: start, after, interior, value: 0 }))]
  },
  pad: (context) => {
    const { before, interior } = context.attributes
    const stride = interior.map((gap) => gap + 1)
    return [context.gradient.slice(before, inputOf(context, 0).shape, stride)]
  },
  concat: ({ inputs, gradient, attributes: { axis } }) => {
    let position = 0
    return inputs.map(({ shape }) => {
      const start = shape.map((_, i) => (i === axis ? position : 0))
      position += shape[axis] as number
      return gradient.slice(start, shape)
    })
  },
  flip: ({ gradient, attributes }) => [gradient.flip(attributes.axes)],
  gather: (context) => {
    const { axis } = context.attributes
    const [values, indices] = [inputOf(context, 0), inputOf(context, 1)]
    const size = values.shape[axis] as number
    const scattered = new Tensor(makeNode('scatterAdd', [indices.node, context.gradient.node], { axis, size }))
    return [scattered, undefined]
  },
  scatterAdd: (context) => [undefined, context.gradient.gather(inputOf(context, 0), context.attributes.axis)],
  random: () => [undefined, undefined],
}
