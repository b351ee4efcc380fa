// Gradients of products and pooling. Products are linear in each argument, so their gradients are products again.

import { ones, zerosLike } from '../ops/create.ts'
import { makeNode } from '../trace/build.ts'
import type { Node, PoolAttributes } from '../trace/node.ts'
import { Tensor } from '../trace/tensor.ts'
import { type GradientRulesOf, inputOf } from './rule.ts'

const wrap = (node: Node): Tensor => new Tensor(node)

/** For each window, the element of `values` where `input` has its first largest element. */
function takeAtLargest(input: Tensor, values: Tensor, attributes: PoolAttributes): Tensor {
  const { window, stride, padding } = attributes
  const largest = wrap(makeNode('maxPool', [input.node], attributes))
  const [height, width] = largest.shape.slice(2) as [number, number]
  const place = (image: Tensor, fill: number, row: number, column: number): Tensor => {
    const lastRow = row + (height - 1) * stride[0] + 1
    const lastColumn = column + (width - 1) * stride[1] + 1
    const padded = image.pad(
      [
        [0, 0],
        [0, 0],
        [padding.top, Math.max(padding.bottom, lastRow - padding.top - (image.shape[2] as number))],
        [padding.left, Math.max(padding.right, lastColumn - padding.left - (image.shape[3] as number))],
      ],
      fill,
    )
    return padded.slice([0, 0, row, column], largest.shape, [1, 1, stride[0], stride[1]])
  }
  const inside = ones(input.shape)
  let taken = zerosLike(largest)
  let open = ones(largest.shape).cast('bool')
  for (let row = 0; row < window[0]; row++) {
    for (let column = 0; column < window[1]; column++) {
      const hit = open.and(place(input, 0, row, column).equal(largest)).and(place(inside, 0, row, column).greater(0))
      taken = hit.where(place(values, 0, row, column), taken)
      open = open.and(hit.not())
    }
  }
  return taken
}

export const productGradients: GradientRulesOf<
  | 'matmul'
  | 'conv2d'
  | 'convInputGradient'
  | 'convFilterGradient'
  | 'maxPool'
  | 'maxPoolGradient'
  | 'avgPool'
  | 'avgPoolGradient'
> = {
  // Y = AB: dA = G Bᵀ, dB = Aᵀ G
  matmul: (context) => {
    const [a, b] = [inputOf(context, 0), inputOf(context, 1)]
    return [context.gradient.matmul(b.swapAxes(-1, -2)), a.swapAxes(-1, -2).matmul(context.gradient)]
  },
  conv2d: (context) => {
    const [input, filter] = [inputOf(context, 0), inputOf(context, 1)]
    const [inputSize, filterSize] = [input.shape.slice(2), filter.shape.slice(2)] as [
      [number, number],
      [number, number],
    ]
    const g = context.gradient.node
    return [
      wrap(makeNode('convInputGradient', [g, filter.node], { ...context.attributes, inputSize })),
      wrap(makeNode('convFilterGradient', [input.node, g], { ...context.attributes, filterSize })),
    ]
  },
  convInputGradient: (context) => {
    const [outputGradient, filter] = [inputOf(context, 0), inputOf(context, 1)]
    const { inputSize: _, ...geometry } = context.attributes
    const filterSize = filter.shape.slice(2) as [number, number]
    const g = context.gradient.node
    return [
      wrap(makeNode('conv2d', [g, filter.node], geometry)),
      wrap(makeNode('convFilterGradient', [g, outputGradient.node], { ...geometry, filterSize })),
    ]
  },
  convFilterGradient: (context) => {
    const [input, outputGradient] = [inputOf(context, 0), inputOf(context, 1)]
    const { filterSize: _, ...geometry } = context.attributes
    const inputSize = input.shape.slice(2) as [number, number]
    const g = context.gradient.node
    return [
      wrap(makeNode('convInputGradient', [outputGradient.node, g], { ...geometry, inputSize })),
      wrap(makeNode('conv2d', [input.node, g], geometry)),
    ]
  },
  maxPool: (context) => {
    const inputs = [inputOf(context, 0).node, context.gradient.node]
    return [wrap(makeNode('maxPoolGradient', inputs, context.attributes))]
  },
  // Linear in the output gradient; piecewise constant in the input.
  maxPoolGradient: (context) => [undefined, takeAtLargest(inputOf(context, 0), context.gradient, context.attributes)],
  avgPool: (context) => {
    const inputSize = inputOf(context, 0).shape.slice(2) as [number, number]
    return [wrap(makeNode('avgPoolGradient', [context.gradient.node], { ...context.attributes, inputSize }))]
  },
  avgPoolGradient: (context) => {
    const { inputSize: _, ...geometry } = context.attributes
    return [wrap(makeNode('avgPool', [context.gradient.node], geometry))]
  },
}
