// Which layout each stored value gets: channels innermost around convolutions, rows of whole texels for products.
import { type Node, type Shape, sameShape, sizeOf } from '@deep-recipe/core-tensor'
import {
  denseLayout,
  type Layout,
  layoutLike,
  paddedLayout,
  type TextureLimits,
  tiledLayout,
} from '../kernel/layout.ts'

/** [n, c, h, w] with the channels innermost, and of [o, c, h, w] filters the input channels. */
const channelsLast = [0, 2, 3, 1]
/** Filter gradients: neighbouring rows of the texture differ in the output channel only. */
const filterGradientOrder = [2, 3, 0, 1]

/** Multiplications from which a product is worth a tiled layout. */
const largeProduct = 2 ** 18
/** Multiplications from which it is worth one even where another layout is wanted, to which it is then copied. */
const productWorthCopy = 2 ** 21

/** Rows are whole texels, and an even number of them, so that the fragments of a quad share two rows and two columns. */
function rowMultiple(length: number): number {
  return length <= 4 ? 4 : 8
}

/** Whether a product is so large that the layout of its result matters more than one draw. */
export function isWorthCopy(heavy: Node): boolean {
  return countMultiplications(heavy) >= productWorthCopy
}

function productLayout(heavy: Node, shape: Shape, order: readonly number[], limits: TextureLimits): Layout {
  if (countMultiplications(heavy) >= largeProduct) return tiledLayout(shape, order, limits)
  return paddedLayout(shape, order, rowMultiple(shape[order.at(-1) as number] as number), limits)
}

function countMultiplications(heavy: Node): number {
  const [first, second] = heavy.inputs as readonly [Node, Node]
  const outputs = sizeOf(heavy.shape)
  switch (heavy.operation) {
    case 'matmul':
      return outputs * (first.shape.at(-1) as number)
    case 'conv2d':
      return (outputs * sizeOf(second.shape)) / (second.shape[0] as number)
    case 'convInputGradient':
      return (sizeOf(first.shape) * sizeOf(second.shape)) / (second.shape[0] as number)
    default:
      return (sizeOf(second.shape) * outputs) / (heavy.shape[0] as number)
  }
}

/** The layout for an operand of a product that cannot be loaded four elements at a time as it lies. */
export function operandLayout(heavy: Node, operand: Node, limits: TextureLimits): Layout {
  const { shape } = operand
  const order = heavy.operation === 'matmul' ? shape.map((_, axis) => axis) : channelsLast
  return paddedLayout(shape, order, 4, limits)
}

/** The layout that suits a kernel best. `layoutOf` gives the layouts of values stored already. */
export function preferredLayout(
  root: Node,
  heavy: Node | undefined,
  layoutOf: (node: Node) => Layout | undefined,
  limits: TextureLimits,
): Layout {
  const { shape } = root
  const dense = denseLayout(shape, limits)
  if (shape.includes(0)) return dense
  const main = heavy ?? root
  const sameRows = main.operation === 'matmul' && shape.at(-1) === main.shape.at(-1)
  if (!sameShape(main.shape, shape) && !sameRows) return dense
  const identity = shape.map((_, axis) => axis)
  switch (main.operation) {
    case 'matmul':
      return productLayout(main, shape, identity, limits)
    case 'conv2d':
    case 'convInputGradient':
      return productLayout(main, shape, channelsLast, limits)
    case 'convFilterGradient':
      return productLayout(main, shape, filterGradientOrder, limits)
    case 'maxPool':
    case 'maxPoolGradient':
    case 'avgPool':
    case 'avgPoolGradient': {
      const source = main.inputs[0] && layoutOf(main.inputs[0])
      return source && !source.slice && source.order.at(-1) === 1 ? layoutLike(source, shape, limits) : dense
    }
    default:
      return heavy || isReduction(root) ? dense : (inheritedLayout(root, layoutOf) ?? dense)
  }
}

function isReduction(node: Node): boolean {
  return ['sum', 'maxReduce', 'argMax', 'scatterAdd'].includes(node.operation)
}

/** The first special layout among the values of the same shape that elementwise steps lead to. */
function inheritedLayout(root: Node, layoutOf: (node: Node) => Layout | undefined): Layout | undefined {
  const stack: Node[] = [root]
  const seen = new Set<Node>()
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node) || seen.size > 64) continue
    seen.add(node)
    const layout = node === root ? undefined : layoutOf(node)
    if (layout) {
      const special =
        layout.order.some((axis, position) => axis !== position) || layout.lengths.join() !== node.shape.join()
      if (special && layout.shape.length === root.shape.length) return layout
      continue
    }
    for (const input of node.inputs.toReversed()) if (sameShape(input.shape, root.shape)) stack.push(input)
  }
  return undefined
}
