// How random graphs grow: one small function per kind of growth, each of which adds a primitive or a short pattern.
import {
  type ConvolutionAttributes,
  type DType,
  type Graph,
  makeGraph,
  makeInput,
  makeItem,
  makeNode,
  type Node,
  type Primitive,
  type PrimitiveAttributes,
  type Shape,
  sizeOf,
} from '@deep-recipe/core-tensor'

/** A value of the graph, and what is known of it. */
export interface Entry {
  readonly node: Node
  /** Whether every backend has the very same numbers there. */
  readonly exact: boolean
  /** No number is larger than this. */
  readonly bound: number
}

/** What a grower may ask for. */
export interface Draw {
  below(limit: number): number
  choose<Item>(items: readonly Item[]): Item
  shape(lowestRank?: number, highestRank?: number): Shape
  pick(dtype: DType, fits?: (entry: Entry) => boolean): Entry
  match(shape: Shape, dtype: DType, needsExact?: boolean): Entry
  input(shape: Shape, dtype: DType, below?: number): Entry
  fill(number: number, shape: Shape): Node
}

/** Gives a new value, or nothing where what was drawn does not fit. */
export type Grow = (draw: Draw) => Entry | undefined

function apply<P extends Primitive>(operation: P, attributes: PrimitiveAttributes[P], ...inputs: Node[]): Node {
  return makeNode(operation, inputs, attributes)
}

function inexact(node: Node, bound: number): Entry {
  return { node, bound, exact: false }
}

const smooth: Grow = (draw) => {
  const { node, bound } = draw.pick('float32')
  const { shape } = node
  const magnitude = apply('abs', {}, node)
  const atLeastOne = (): Node => apply('add', {}, magnitude, draw.fill(1, shape))
  switch (draw.below(8)) {
    case 0:
      return inexact(apply('tanh', {}, node), 1)
    case 1:
      return inexact(apply('sigmoid', {}, node), 1)
    case 2:
      return inexact(apply('sin', {}, node), 1)
    case 3:
      return inexact(apply('cos', {}, node), 1)
    case 4:
      return bound <= 3 ? inexact(apply('exp', {}, node), Math.exp(bound)) : undefined
    case 5:
      return inexact(apply('log', {}, atLeastOne()), Math.log(1 + bound))
    case 6:
      return inexact(apply('sqrt', {}, atLeastOne()), Math.sqrt(1 + bound))
    default:
      return inexact(apply('pow', {}, atLeastOne(), draw.fill(draw.choose([-1, 0.5, 1.5]), shape)), (1 + bound) ** 1.5)
  }
}

/** Neither rounds nor jumps. */
const faithful: Grow = (draw) => {
  const entry = draw.pick('float32')
  const operation = draw.choose(['neg', 'abs', 'stopGradient'] as const)
  return { ...entry, node: apply(operation, {}, entry.node) }
}

const arithmetic: Grow = (draw) => {
  const a = draw.pick('float32')
  const b = draw.match(a.node.shape, 'float32')
  switch (draw.below(4)) {
    case 0:
      return inexact(apply('add', {}, a.node, b.node), a.bound + b.bound)
    case 1:
      return inexact(apply('sub', {}, a.node, b.node), a.bound + b.bound)
    case 2:
      return inexact(apply('mul', {}, a.node, b.node), a.bound * b.bound)
    default: {
      const divisor = apply('add', {}, apply('abs', {}, b.node), draw.fill(1, b.node.shape))
      return inexact(apply('div', {}, a.node, divisor), a.bound)
    }
  }
}

const extremes: Grow = (draw) => {
  const a = draw.pick('float32')
  const b = draw.match(a.node.shape, 'float32')
  const node = apply(draw.choose(['max', 'min'] as const), {}, a.node, b.node)
  return { node, exact: a.exact && b.exact, bound: Math.max(a.bound, b.bound) }
}

const jumping: Grow = (draw) => {
  const a = draw.pick('float32', (entry) => entry.exact)
  switch (draw.below(4)) {
    case 0:
      return { ...a, node: apply('sign', {}, a.node), bound: 1 }
    case 1:
      return { ...a, node: apply('floor', {}, a.node), bound: a.bound + 1 }
    case 2:
      return { ...a, node: apply('cast', { dtype: draw.choose(['int32', 'bool'] as const) }, a.node) }
    default: {
      const comparison = draw.choose(['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const)
      return { ...a, node: apply('compare', { comparison }, a.node, draw.match(a.node.shape, 'float32', true).node) }
    }
  }
}

const integers: Grow = (draw) => {
  const a = draw.pick('int32')
  const b = draw.match(a.node.shape, 'int32')
  const operation = draw.choose(['add', 'sub', 'mul', 'max', 'min'] as const)
  return { exact: true, bound: Number.POSITIVE_INFINITY, node: apply(operation, {}, a.node, b.node) }
}

const booleans: Grow = (draw) => {
  const a = draw.pick('bool')
  const node = apply(draw.choose(['max', 'min'] as const), {}, a.node, draw.match(a.node.shape, 'bool').node)
  return draw.below(2) === 0 ? { ...a, node } : { ...a, bound: 1, node: apply('cast', { dtype: 'float32' }, node) }
}

const select: Grow = (draw) => {
  const a = draw.pick('float32')
  const { shape } = a.node
  const [condition, b] = [draw.match(shape, 'bool'), draw.match(shape, 'float32')]
  const node = apply('select', {}, condition.node, a.node, b.node)
  return { node, exact: a.exact && b.exact, bound: Math.max(a.bound, b.bound) }
}

const reduce: Grow = (draw) => {
  const { node, exact, bound } = draw.pick('float32', (entry) => entry.node.shape.length > 0)
  const axes = node.shape.flatMap((_, axis) => (draw.below(2) === 0 ? [axis] : []))
  const count = axes.reduce((product, axis) => product * (node.shape[axis] as number), 1)
  if (draw.below(3) === 0) return { node: apply('maxReduce', { axes }, node), exact, bound }
  if (exact && draw.below(4) === 0) {
    return { node: apply('argMax', { axis: draw.below(node.shape.length) }, node), exact, bound: 10 }
  }
  const sum = apply('sum', { axes }, node)
  return inexact(apply('mul', {}, sum, draw.fill(1 / Math.max(1, count), sum.shape)), bound)
}

/** x − max, exp, sum, divide: the pattern that every fusion must get right. */
const softmax: Grow = (draw) => {
  const { node } = draw.pick('float32', (entry) => entry.node.shape.length > 0)
  const axis = draw.below(node.shape.length)
  const kept = node.shape.with(axis, 1)
  const spread = (part: Node): Node =>
    apply('broadcast', { shape: node.shape }, apply('reshape', { shape: kept }, part))
  const shifted = apply('sub', {}, node, spread(apply('maxReduce', { axes: [axis] }, node)))
  const powers = apply('exp', {}, shifted)
  return inexact(apply('div', {}, powers, spread(apply('sum', { axes: [axis] }, powers))), 1)
}

const anyType = ['float32', 'float32', 'int32', 'bool'] as const

const move: Grow = (draw) => {
  const entry = draw.pick(draw.choose(anyType))
  const { node } = entry
  const { shape } = node
  const rank = shape.length
  const some = shape.flatMap((_, axis) => (draw.below(2) === 0 ? [axis] : []))
  const moved = (next: Node, bound = entry.bound): Entry => ({ ...entry, node: next, bound })
  switch (draw.below(6)) {
    case 0: {
      const axes = shape.map((_, axis) => axis)
      for (let i = rank - 1; i > 0; i--) {
        const j = draw.below(i + 1)
        ;[axes[i], axes[j]] = [axes[j] as number, axes[i] as number]
      }
      return moved(apply('permute', { axes }, node))
    }
    case 1:
      return moved(apply('flip', { axes: some }, node))
    case 2: {
      const start = shape.map((size) => draw.below(size))
      const stride = shape.map(() => 1 + draw.below(2))
      const size = shape.map((length, axis) => Math.ceil((length - (start[axis] as number)) / (stride[axis] as number)))
      return moved(apply('slice', { start, size, stride }, node))
    }
    case 3: {
      const widths = (): number[] => shape.map(() => draw.below(3))
      const attributes = { before: widths(), after: widths(), interior: shape.map(() => draw.below(2)), value: 1 }
      return moved(apply('pad', attributes, node), Math.max(1, entry.bound))
    }
    case 4: {
      const flat = [sizeOf(shape)]
      const split = draw.choose([flat, [1, ...shape], [...shape, 1], [...shape].reverse(), merge(shape)])
      return moved(apply('reshape', { shape: split }, node))
    }
    default: {
      const wide = [2 + draw.below(3), ...shape]
      return moved(apply('broadcast', { shape: wide }, apply('reshape', { shape: [1, ...shape] }, node)))
    }
  }
}

function merge(shape: Shape): Shape {
  const [first, second, ...rest] = shape
  return first !== undefined && second !== undefined ? [first * second, ...rest] : shape
}

const concat: Grow = (draw) => {
  const a = draw.pick('float32', (entry) => entry.node.shape.length > 0)
  const axis = draw.below(a.node.shape.length)
  const b = draw.match(a.node.shape.with(axis, 1 + draw.below(4)), 'float32')
  const node = apply('concat', { axis }, ...(draw.below(2) === 0 ? [a.node, b.node] : [b.node, a.node, b.node]))
  return { node, exact: a.exact && b.exact, bound: Math.max(a.bound, b.bound) }
}

const multiply: Grow = (draw) => {
  const a = draw.pick('float32', (entry) => entry.node.shape.length >= 2)
  const { shape } = a.node
  if (shape.length < 2) return undefined
  const depth = shape.at(-1) as number
  const columns = 1 + draw.below(9)
  const transposed = draw.below(2) === 0
  const stored = [...shape.slice(0, -2), ...(transposed ? [columns, depth] : [depth, columns])]
  const b = draw.match(stored, 'float32')
  const last = stored.map((_, axis) => axis)
  const swapped = [...last.slice(0, -2), stored.length - 1, stored.length - 2]
  const right = transposed ? apply('permute', { axes: swapped }, b.node) : b.node
  return inexact(apply('matmul', {}, a.node, right), depth * a.bound * b.bound)
}

const convolve: Grow = (draw) => {
  const { node, bound } = draw.pick('float32', (entry) => entry.node.shape.length === 4)
  if (node.shape.length !== 4) return undefined
  const [, channels, height, width] = node.shape as [number, number, number, number]
  const pair = (limit: number): [number, number] => [1 + draw.below(limit), 1 + draw.below(limit)]
  const padding = { top: draw.below(3), bottom: draw.below(3), left: draw.below(3), right: draw.below(3) }
  const attributes: ConvolutionAttributes = {
    stride: pair(2),
    dilation: pair(2),
    padding,
    groups: channels % 2 === 0 && draw.below(2) === 0 ? 2 : 1,
  }
  const window = pair(3)
  const covers = (size: number, margin: number, axis: 0 | 1): boolean =>
    size + margin >= attributes.dilation[axis] * (window[axis] - 1) + 1
  if (!covers(height, padding.top + padding.bottom, 0) || !covers(width, padding.left + padding.right, 1))
    return undefined
  const perGroup = channels / attributes.groups
  const filter = draw.match([attributes.groups * (1 + draw.below(3)), perGroup, ...window], 'float32')
  return inexact(apply('conv2d', attributes, node, filter.node), sizeOf([perGroup, ...window]) * bound * filter.bound)
}

const pool: Grow = (draw) => {
  const { node, exact, bound } = draw.pick('float32', (entry) => entry.node.shape.length === 4)
  if (node.shape.length !== 4) return undefined
  const [height, width] = node.shape.slice(2) as [number, number]
  const window = [Math.min(height, 1 + draw.below(3)), Math.min(width, 1 + draw.below(3))] as const
  const margin = (size: number): number => draw.below(Math.min(2, size))
  const padding = {
    top: margin(window[0]),
    bottom: margin(window[0]),
    left: margin(window[1]),
    right: margin(window[1]),
  }
  const attributes = { window, stride: [1 + draw.below(2), 1 + draw.below(2)] as const, padding }
  return draw.below(2) === 0
    ? { node: apply('maxPool', attributes, node), exact, bound }
    : inexact(apply('avgPool', attributes, node), bound)
}

const index: Grow = (draw) => {
  const a = draw.pick('float32', (entry) => entry.node.shape.length > 0)
  const { shape } = a.node
  const axis = draw.below(shape.length)
  const length = shape[axis] as number
  if (draw.below(2) === 0) {
    const indices = draw.input(draw.shape(0, 2), 'int32', length)
    return { ...a, node: apply('gather', { axis }, a.node, indices.node) }
  }
  const size = 1 + draw.below(5)
  const indices = draw.input([length], 'int32', size)
  return inexact(apply('scatterAdd', { axis, size }, indices.node, a.node), length * a.bound)
}

const drawNumbers: Grow = (draw) => {
  const [key, offset] = [draw.input([2], 'int32', 1000), draw.input([], 'int32', 1000)]
  return {
    node: apply('random', { shape: draw.shape(), kind: 'uniform' }, key.node, offset.node),
    exact: true,
    bound: 1,
  }
}

/** h ← tanh(h·c + x) or the like over the leading axis of what is there. */
const loop: Grow = (draw) => {
  const sequence = draw.pick('float32', (entry) => entry.node.shape.length > 0)
  const [length, ...step] = sequence.node.shape as [number, ...number[]]
  const [carry, constant] = [draw.match(step, 'float32'), draw.match(step, 'float32')]
  const attributes = { length, carries: 1, sequences: 1, reverse: draw.below(2) === 0 }
  const body = makeBody(draw, step)
  const scan = makeNode('scan', [carry.node, sequence.node, constant.node], { ...attributes, body })
  return inexact(makeItem(scan, draw.below(2)), Math.max(1, carry.bound))
}

function makeBody(draw: Draw, shape: Shape): Graph {
  const [h, x, c] = ['h', 'x', 'c'].map((name) => makeInput(name, { shape, dtype: 'float32' })) as [
    ReturnType<typeof makeInput>,
    ReturnType<typeof makeInput>,
    ReturnType<typeof makeInput>,
  ]
  const mixed = apply(draw.choose(['add', 'mul', 'max'] as const), {}, h, x)
  const gate = apply('sigmoid', {}, apply('add', {}, mixed, c))
  const next = apply('tanh', {}, draw.below(2) === 0 ? mixed : apply('mul', {}, gate, mixed))
  return makeGraph([h, x, c], [next, draw.below(2) === 0 ? next : gate])
}

/** Drawn from evenly; a kind that stands here twice comes twice as often. */
export const growers: readonly Grow[] = [
  smooth,
  smooth,
  faithful,
  arithmetic,
  arithmetic,
  arithmetic,
  extremes,
  jumping,
  integers,
  booleans,
  select,
  reduce,
  reduce,
  softmax,
  move,
  move,
  move,
  concat,
  multiply,
  multiply,
  convolve,
  pool,
  index,
  drawNumbers,
  loop,
]
