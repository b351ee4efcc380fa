// Lowering of everything that needs no loop: elementwise operations, movement (index arithmetic), gather and random.
import {
  contiguousStrides,
  type DType,
  type Node,
  type NodeOf,
  type Operation,
  type Shape,
} from '@deep-recipe/core-tensor'
import type { Condition, Expression, ExpressionArena, ScalarOperation } from '../kernel/expression.ts'
import {
  addIndex,
  constantIndex,
  divideIndex,
  type Index,
  moduloIndex,
  scaleIndex,
  shiftIndex,
  valueIndex,
} from '../kernel/index-algebra.ts'

/** Gives the expression of an input of the node at a place of that input. */
export type LowerInput = (position: number, place: readonly Index[]) => Expression

/** Operations that loop over something, and those that are no computation at all. */
export type HeavyOperation =
  | 'sum'
  | 'maxReduce'
  | 'argMax'
  | 'matmul'
  | 'conv2d'
  | 'convInputGradient'
  | 'convFilterGradient'
  | 'maxPool'
  | 'maxPoolGradient'
  | 'avgPool'
  | 'avgPoolGradient'
  | 'scatterAdd'

/** Operations that a kernel can do for each element on its own. */
export type LightOperation = Exclude<Operation, HeavyOperation | 'scan' | 'item' | 'input' | 'constant'>

/** The lowering of one operation: the expression of the node at a place. */
export type LightLowering<O extends Operation> = (
  arena: ExpressionArena,
  node: NodeOf<O>,
  place: readonly Index[],
  input: LowerInput,
) => Expression

/** Position of a place in row-major order. */
export function flattenPlace(shape: Shape, place: readonly Index[]): Index {
  const strides = contiguousStrides(shape)
  return place.reduce((sum, index, axis) => addIndex(sum, scaleIndex(index, strides[axis] as number)), constantIndex(0))
}

/** The place at a position in row-major order. */
export function unflattenPlace(shape: Shape, flat: Index): Index[] {
  let rest = flat
  const place = shape.toReversed().map((length, back) => {
    if (length <= 1) return constantIndex(0)
    const index = back === shape.length - 1 ? rest : moduloIndex(rest, length)
    rest = divideIndex(rest, length)
    return index
  })
  return place.reverse()
}

function elementwise<O extends LightOperation>(operation: ScalarOperation): LightLowering<O> {
  return (arena, node, place, input) =>
    arena.operation(
      operation,
      (node.inputs as readonly Node[]).map((_, position) => input(position, place)),
      node.dtype,
    )
}

const castTo: Readonly<Record<DType, ScalarOperation>> = { float32: 'toFloat32', int32: 'toInt32', bool: 'toBool' }

/** x^n for the exponents that are worth a multiplication. */
function smallPower(arena: ExpressionArena, x: Expression, exponent: number): Expression | undefined {
  const times = (a: Expression, b: Expression): Expression => arena.operation('mul', [a, b], 'float32')
  if (exponent === 1) return x
  if (exponent === 2) return times(x, x)
  if (exponent === 3) return times(times(x, x), x)
  return exponent === -1 ? arena.operation('div', [arena.constant(1, 'float32'), x], 'float32') : undefined
}

/** A total table: a primitive without a lowering is a compile error. */
export const lightLowerings: { readonly [O in LightOperation]: LightLowering<O> } = {
  neg: elementwise('neg'),
  exp: elementwise('exp'),
  log: elementwise('log'),
  sqrt: elementwise('sqrt'),
  tanh: elementwise('tanh'),
  sigmoid: elementwise('sigmoid'),
  abs: elementwise('abs'),
  sign: elementwise('sign'),
  floor: elementwise('floor'),
  sin: elementwise('sin'),
  cos: elementwise('cos'),
  add: elementwise('add'),
  sub: elementwise('sub'),
  mul: elementwise('mul'),
  div: elementwise('div'),
  max: elementwise('max'),
  min: elementwise('min'),
  select: elementwise('select'),
  stopGradient: (_arena, _node, place, input) => input(0, place),
  pow: (arena, _node, place, input) => {
    const [base, exponent] = [input(0, place), input(1, place)]
    const special = exponent.kind === 'constant' ? smallPower(arena, base, exponent.value) : undefined
    return special ?? arena.operation('pow', [base, exponent], 'float32')
  },
  cast: (arena, node, place, input) => {
    const value = input(0, place)
    const { dtype } = node.attributes
    if (value.dtype === dtype) return value
    // bool → int32 → … and the like go straight; GLSL converts each pair in one step.
    return value.kind === 'constant'
      ? arena.constant(value.value, dtype)
      : arena.operation(castTo[dtype], [value], dtype)
  },
  compare: (arena, node, place, input) =>
    arena.operation(node.attributes.comparison, [input(0, place), input(1, place)], 'bool'),

  reshape: (_arena, node, place, input) => {
    const inner = node.inputs[0]?.shape ?? []
    return input(0, unflattenPlace(inner, flattenPlace(node.shape, place)))
  },
  permute: (_arena, node, place, input) => {
    const inner = new Array<Index>(place.length).fill(constantIndex(0))
    node.attributes.axes.forEach((axis, position) => {
      inner[axis] = place[position] as Index
    })
    return input(0, inner)
  },
  broadcast: (_arena, node, place, input) => {
    const inner = node.inputs[0]?.shape ?? []
    return input(
      0,
      place.map((index, axis) => (inner[axis] === 1 ? constantIndex(0) : index)),
    )
  },
  slice: (_arena, node, place, input) => {
    const { start, stride } = node.attributes
    return input(
      0,
      place.map((index, axis) => shiftIndex(scaleIndex(index, stride[axis] as number), start[axis] as number)),
    )
  },
  flip: (_arena, node, place, input) =>
    input(
      0,
      place.map((index, axis) =>
        node.attributes.axes.includes(axis)
          ? shiftIndex(scaleIndex(index, -1), (node.shape[axis] as number) - 1)
          : index,
      ),
    ),
  pad: (arena, node, place, input) => {
    const { before, interior, value } = node.attributes
    const inner = node.inputs[0]?.shape ?? []
    const conditions: Condition[] = []
    const source = place.map((index, axis) => {
      const gap = (interior[axis] as number) + 1
      const shifted = shiftIndex(index, -(before[axis] as number))
      conditions.push({ index: shifted, min: 0, max: ((inner[axis] as number) - 1) * gap })
      if (gap > 1) conditions.push({ index: moduloIndex(shifted, gap), min: 0, max: 0 })
      return divideIndex(shifted, gap)
    })
    const outside = arena.constant(value, node.dtype)
    if (inner.includes(0)) return outside
    return arena.guard(conditions, input(0, source), outside)
  },
  concat: (arena, node, place, input) => {
    const { axis } = node.attributes
    const along = place[axis] as Index
    let end = node.shape[axis] as number
    let result: Expression | undefined
    // From the back: each part holds where the index is below its end, and what follows it elsewhere.
    for (const [position, part] of [...node.inputs.entries()].reverse()) {
      const length = part.shape[axis] as number
      const start = end - length
      if (length > 0) {
        const value = input(position, place.with(axis, shiftIndex(along, -start)))
        const conditions = [{ index: along, min: start, max: end - 1 }]
        result = result ? arena.guard(conditions, value, result) : value
      }
      end = start
    }
    return result ?? arena.constant(0, node.dtype)
  },
  gather: (_arena, node, place, input) => {
    const { axis } = node.attributes
    const [values, indices] = node.inputs as readonly [Node, Node]
    const rank = indices.shape.length
    const found = input(1, place.slice(axis, axis + rank))
    const index =
      found.kind === 'constant' ? constantIndex(found.value) : valueIndex(found, values.shape[axis] as number)
    return input(0, [...place.slice(0, axis), index, ...place.slice(axis + rank)])
  },
  random: (arena, node, place, input) => {
    const words = [input(0, [constantIndex(0)]), input(0, [constantIndex(1)]), input(1, [])]
    return arena.random(words, flattenPlace(node.shape, place), node.attributes.kind === 'uniform')
  },
}
