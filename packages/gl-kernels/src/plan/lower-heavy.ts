// Lowering of operations that loop: each becomes one reduction (a sum, a maximum or the place of one) and an expression
// of its result. Convolutions, pooling and their gradients are all written as sums over a window with bounds.
import type { ConvolutionAttributes, Node, NodeOf, Pair, PoolAttributes } from '@deep-recipe/core-tensor'
import type { Condition, Expression, ExpressionArena } from '../kernel/expression.ts'
import {
  addIndex,
  constantIndex,
  divideIndex,
  type Index,
  moduloIndex,
  scaleIndex,
  shiftIndex,
  variableIndex,
} from '../kernel/index-algebra.ts'
import type { Reduction, ReductionAxis } from '../kernel/kernel.ts'
import { flattenPlace, type HeavyOperation, type LowerInput } from './lower-light.ts'

/** A reduction, and the node's value in terms of the result. */
export interface Lowered {
  readonly reduction: Reduction
  readonly value: Expression
}

type HeavyLowering<O extends HeavyOperation> = (
  arena: ExpressionArena,
  node: NodeOf<O>,
  place: readonly Index[],
  input: LowerInput,
) => Lowered

type FourIndices = readonly [Index, Index, Index, Index]

function reduce(
  arena: ExpressionArena,
  kind: Reduction['kind'],
  axes: readonly ReductionAxis[],
  body: Expression,
  conditions: readonly Condition[] = [],
): Lowered {
  const value = arena.reduction(kind === 'argMax' ? 'int32' : body.dtype)
  return { reduction: { kind, axes, body, conditions }, value }
}

function axisOf(variable: string, size: number): ReductionAxis & { readonly index: Index } {
  return { variable, size, index: variableIndex(variable, size) }
}

/** Loops over some axes of the input. */
function alongAxes(kind: Reduction['kind']) {
  return (
    arena: ExpressionArena,
    node: Node,
    place: readonly Index[],
    input: LowerInput,
    axes: readonly number[],
  ): Lowered => {
    const shape = node.inputs[0]?.shape ?? []
    let next = 0
    const loops = axes.map((axis) => axisOf(`r${axis}`, shape[axis] as number))
    const inner = shape.map((_, axis) => {
      const position = axes.indexOf(axis)
      return position >= 0 ? (loops[position]?.index as Index) : (place[next++] as Index)
    })
    return reduce(arena, kind, loops, input(0, inner))
  }
}

/** Where window place `tap` of output place `index` reads: index · stride + tap · dilation − padding. */
function readPlace(index: Index, tap: Index, stride: number, dilation: number, padding: number): Index {
  return shiftIndex(addIndex(scaleIndex(index, stride), scaleIndex(tap, dilation)), -padding)
}

/** The output place whose window place `tap` reads `index`, and when there is one. */
function writePlace(
  index: Index,
  tap: Index,
  stride: number,
  dilation: number,
  padding: number,
  outputs: number,
): { index: Index; conditions: Condition[] } {
  const reached = addIndex(shiftIndex(index, padding), scaleIndex(tap, -dilation))
  const found = divideIndex(reached, stride)
  return {
    index: found,
    conditions: [
      { index: moduloIndex(reached, stride), min: 0, max: 0 },
      { index: found, min: 0, max: outputs - 1 },
    ],
  }
}

function within(index: Index, size: number): Condition {
  return { index, min: 0, max: size - 1 }
}

function zero(arena: ExpressionArena): Expression {
  return arena.constant(0, 'float32')
}

function product(arena: ExpressionArena, a: Expression, b: Expression): Expression {
  return arena.operation('mul', [a, b], 'float32')
}

interface Window {
  readonly axes: readonly ReductionAxis[]
  readonly rows: Index
  readonly columns: Index
}

function windowOf([height, width]: Pair): Window {
  const [rows, columns] = [axisOf('rowTap', height), axisOf('columnTap', width)]
  return { axes: [rows, columns], rows: rows.index, columns: columns.index }
}

/** Places of the input image under a window, and when they lie inside it. */
function readWindow(
  [row, column]: readonly [Index, Index],
  window: Window,
  { stride, padding }: PoolAttributes | ConvolutionAttributes,
  dilation: Pair,
  [height, width]: Pair,
): { row: Index; column: Index; conditions: Condition[] } {
  const y = readPlace(row, window.rows, stride[0], dilation[0], padding.top)
  const x = readPlace(column, window.columns, stride[1], dilation[1], padding.left)
  return { row: y, column: x, conditions: [within(y, height), within(x, width)] }
}

/** Places of the outputs whose window covers a place of the image. */
function writeWindow(
  [row, column]: readonly [Index, Index],
  window: Window,
  { stride, padding }: PoolAttributes | ConvolutionAttributes,
  dilation: Pair,
  [height, width]: Pair,
): { row: Index; column: Index; conditions: Condition[] } {
  const y = writePlace(row, window.rows, stride[0], dilation[0], padding.top, height)
  const x = writePlace(column, window.columns, stride[1], dilation[1], padding.left, width)
  return { row: y.index, column: x.index, conditions: [...y.conditions, ...x.conditions] }
}

function imageOf(node: Node, position: number): Pair {
  const shape = node.inputs[position]?.shape ?? []
  return [shape[2] as number, shape[3] as number]
}

/** How many places of the window at an output place lie inside the image: those that an average counts. */
function countInside(
  arena: ExpressionArena,
  [row, column]: readonly [Index, Index],
  { window, stride, padding }: PoolAttributes,
  [height, width]: Pair,
): Expression {
  const count = (index: Index, taps: number, step: number, before: number, size: number): Expression => {
    const start = shiftIndex(scaleIndex(index, step), -before)
    const integer = (value: number): Expression => arena.constant(value, 'int32')
    const end = arena.operation('min', [arena.position(shiftIndex(start, taps)), integer(size)], 'int32')
    const first = arena.operation('max', [arena.position(start), integer(0)], 'int32')
    if (start.min >= 0 && start.max + taps <= size) return arena.constant(taps, 'float32')
    return arena.operation('toFloat32', [arena.operation('sub', [end, first], 'int32')], 'float32')
  }
  const rows = count(row, window[0], stride[0], padding.top, height)
  const columns = count(column, window[1], stride[1], padding.left, width)
  if (rows.kind === 'constant' && columns.kind === 'constant') {
    return arena.constant(rows.value * columns.value, 'float32')
  }
  return product(arena, rows, columns)
}

const undilated: Pair = [1, 1]

/** Where the largest value of each window lies: place in the window, row by row. A step of maxPoolGradient. */
export function lowerWindowArgMax(
  arena: ExpressionArena,
  attributes: PoolAttributes,
  image: Pair,
  place: readonly Index[],
  input: LowerInput,
): Lowered {
  const [n, c, y, x] = place as FourIndices
  const window = windowOf(attributes.window)
  const { row, column, conditions } = readWindow([y, x], window, attributes, undilated, image)
  return reduce(arena, 'argMax', window.axes, input(0, [n, c, row, column]), conditions)
}

/** A total table: a heavy primitive without a lowering is a compile error. */
export const heavyLowerings: { readonly [O in HeavyOperation]: HeavyLowering<O> } = {
  sum: (arena, node, place, input) => alongAxes('sum')(arena, node, place, input, node.attributes.axes),
  maxReduce: (arena, node, place, input) => alongAxes('max')(arena, node, place, input, node.attributes.axes),
  argMax: (arena, node, place, input) => alongAxes('argMax')(arena, node, place, input, [node.attributes.axis]),

  // out[…, m, n] = Σₖ a[…, m, k] b[…, k, n]
  matmul: (arena, node, place, input) => {
    const k = axisOf('inner0', node.inputs[0]?.shape.at(-1) as number)
    const batch = place.slice(0, -2)
    const [m, n] = place.slice(-2) as [Index, Index]
    const body = product(arena, input(0, [...batch, m, k.index]), input(1, [...batch, k.index, n]))
    return reduce(arena, 'sum', [k], body)
  },

  // out[n, o, y, x] = Σ in[n, c, y s + i d − p, x s + j d − p] filter[o, c, i, j]
  conv2d: (arena, node, place, input) => {
    const [n, o, y, x] = place as FourIndices
    const filter = node.inputs[1]?.shape as readonly number[]
    const { groups, dilation } = node.attributes
    const perGroup = filter[1] as number
    const window = windowOf([filter[2] as number, filter[3] as number])
    const channel = axisOf('channel', perGroup)
    const group = divideIndex(o, (filter[0] as number) / groups)
    const { row, column, conditions } = readWindow([y, x], window, node.attributes, dilation, imageOf(node, 0))
    const source = addIndex(scaleIndex(group, perGroup), channel.index)
    const image = arena.guard(conditions, input(0, [n, source, row, column]), zero(arena))
    const body = product(arena, image, input(1, [o, channel.index, window.rows, window.columns]))
    return reduce(arena, 'sum', [...window.axes, channel], body)
  },

  // in'[n, c, h, w] = Σ out'[n, o, (h + p − i d) / s, (w + p − j d) / s] filter[o, c, i, j]
  convInputGradient: (arena, node, place, input) => {
    const [n, c, h, w] = place as FourIndices
    const filter = node.inputs[1]?.shape as readonly number[]
    const { groups, dilation } = node.attributes
    const outputsPerGroup = (filter[0] as number) / groups
    const perGroup = filter[1] as number
    const window = windowOf([filter[2] as number, filter[3] as number])
    const output = axisOf('filterOf', outputsPerGroup)
    const o = addIndex(scaleIndex(divideIndex(c, perGroup), outputsPerGroup), output.index)
    const { row, column, conditions } = writeWindow([h, w], window, node.attributes, dilation, imageOf(node, 0))
    const gradient = arena.guard(conditions, input(0, [n, o, row, column]), zero(arena))
    const body = product(arena, gradient, input(1, [o, moduloIndex(c, perGroup), window.rows, window.columns]))
    return reduce(arena, 'sum', [...window.axes, output], body)
  },

  // filter'[o, c, i, j] = Σ in[n, c, y s + i d − p, x s + j d − p] out'[n, o, y, x]
  convFilterGradient: (arena, node, place, input) => {
    const [o, c, i, j] = place as FourIndices
    const shape = node.inputs[0]?.shape as readonly number[]
    const [height, width] = imageOf(node, 1)
    const { groups, dilation, stride, padding } = node.attributes
    const batch = axisOf('image', shape[0] as number)
    const [row, column] = [axisOf('row', height), axisOf('column', width)]
    const group = divideIndex(o, (node.shape[0] as number) / groups)
    const source = addIndex(scaleIndex(group, node.shape[1] as number), c)
    const y = readPlace(row.index, i, stride[0], dilation[0], padding.top)
    const x = readPlace(column.index, j, stride[1], dilation[1], padding.left)
    const conditions = [within(y, shape[2] as number), within(x, shape[3] as number)]
    const image = arena.guard(conditions, input(0, [batch.index, source, y, x]), zero(arena))
    const body = product(arena, input(1, [batch.index, o, row.index, column.index]), image)
    return reduce(arena, 'sum', [batch, row, column], body)
  },

  maxPool: (arena, node, place, input) => {
    const [n, c, y, x] = place as FourIndices
    const window = windowOf(node.attributes.window)
    const { row, column, conditions } = readWindow([y, x], window, node.attributes, undilated, imageOf(node, 0))
    const lowest = arena.constant(Number.NEGATIVE_INFINITY, 'float32')
    return reduce(arena, 'max', window.axes, arena.guard(conditions, input(0, [n, c, row, column]), lowest))
  },

  // Input 2, made by the planner: the place of the largest value in each window (see lowerWindowArgMax).
  maxPoolGradient: (arena, node, place, input) => {
    const [n, c, h, w] = place as FourIndices
    const window = windowOf(node.attributes.window)
    const { row, column, conditions } = writeWindow([h, w], window, node.attributes, undilated, imageOf(node, 1))
    const own = arena.position(flattenPlace(node.attributes.window, [window.rows, window.columns]))
    const wins = arena.operation('equal', [input(2, [n, c, row, column]), own], 'bool')
    const share = arena.operation('select', [wins, input(1, [n, c, row, column]), zero(arena)], 'float32')
    return reduce(arena, 'sum', window.axes, arena.guard(conditions, share, zero(arena)))
  },

  avgPool: (arena, node, place, input) => {
    const [n, c, y, x] = place as FourIndices
    const window = windowOf(node.attributes.window)
    const image = imageOf(node, 0)
    const { row, column, conditions } = readWindow([y, x], window, node.attributes, undilated, image)
    const body = arena.guard(conditions, input(0, [n, c, row, column]), zero(arena))
    const { reduction, value } = reduce(arena, 'sum', window.axes, body)
    const count = countInside(arena, [y, x], node.attributes, image)
    return { reduction, value: arena.operation('div', [value, count], 'float32') }
  },

  avgPoolGradient: (arena, node, place, input) => {
    const [n, c, h, w] = place as FourIndices
    const window = windowOf(node.attributes.window)
    const { row, column, conditions } = writeWindow([h, w], window, node.attributes, undilated, imageOf(node, 0))
    const count = countInside(arena, [row, column], node.attributes, node.attributes.inputSize)
    const share = arena.operation('div', [input(0, [n, c, row, column]), count], 'float32')
    return reduce(arena, 'sum', window.axes, arena.guard(conditions, share, zero(arena)))
  },

  // out[…, s, …] = Σ updates[…, j, …] over all j with indices[j] = s
  scatterAdd: (arena, node, place, input) => {
    const { axis } = node.attributes
    const [indices] = node.inputs as readonly [Node, Node]
    const loops = indices.shape.map((size, position) => axisOf(`update${position}`, size))
    const at = loops.map(({ index }) => index)
    const target = arena.position(place[axis] ?? constantIndex(0))
    const hits = arena.operation('equal', [input(0, at), target], 'bool')
    const update = input(1, [...place.slice(0, axis), ...at, ...place.slice(axis + 1)])
    const body = arena.operation('select', [hits, update, arena.constant(0, node.dtype)], node.dtype)
    return reduce(arena, 'sum', loops, body)
  },
}
