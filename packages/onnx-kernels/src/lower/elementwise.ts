// Elementwise primitives. ONNX broadcasts by itself, so inputs are taken as small as they are.
import type { Comparison, Node, Primitive } from '@deep-recipe/core-tensor'
import type { OnnxAttributes } from '../model/attributes.ts'
import { onnxDataType } from '../model/tensors.ts'
import {
  broadcastShapes,
  inputNode,
  type LoweringContext,
  type OnnxLoweringsOf,
  type OnnxValue,
  uniformValue,
} from './lowering.ts'

/** One operator over all inputs of the node. */
function emitElementwise(
  context: LoweringContext,
  node: Node,
  operator: string,
  attributes: OnnxAttributes = {},
): OnnxValue {
  const inputs = node.inputs.map((input) => context.loose(input))
  const names = inputs.map((input) => input.name)
  return {
    name: context.writer.emit(operator, names, attributes),
    shape: broadcastShapes(inputs.map((input) => input.shape)),
  }
}

/** A lowering to one operator of the same meaning. */
function direct(operator: string): (context: LoweringContext, node: Node) => OnnxValue {
  return (context, node) => emitElementwise(context, node, operator)
}

/** Max and Min do not take bool; there they are or, and. */
function numericOrLogical(numeric: string, logical: string): (context: LoweringContext, node: Node) => OnnxValue {
  return (context, node) => emitElementwise(context, node, node.dtype === 'bool' ? logical : numeric)
}

const comparisons: { readonly [C in Comparison]: string } = {
  equal: 'Equal',
  notEqual: 'Equal',
  less: 'Less',
  lessEqual: 'LessOrEqual',
  greater: 'Greater',
  greaterEqual: 'GreaterOrEqual',
}

/**
 * Division of integers. The processor traps on x / 0 and on −2³¹ / −1, which would end the process: divisors 0 and −1
 * are replaced by 1, and x / −1 is computed as −x.
 */
function divideIntegers(context: LoweringContext, node: Node): OnnxValue {
  const { writer } = context
  const divisor = uniformValue(inputNode(node, 1))
  if (divisor !== undefined && divisor !== 0 && divisor !== -1) return emitElementwise(context, node, 'Div')
  const [a, b] = [context.loose(inputNode(node, 0)), context.loose(inputNode(node, 1))]
  const [zero, one, minusOne] = [0, 1, -1].map((number) => writer.scalar('int32', number)) as [string, string, string]
  const negates = writer.emit('Equal', [b.name, minusOne])
  const replaced = writer.emit('Or', [negates, writer.emit('Equal', [b.name, zero])])
  const quotient = writer.emit('Div', [a.name, writer.emit('Where', [replaced, one, b.name])])
  return {
    name: writer.emit('Where', [negates, writer.emit('Neg', [a.name]), quotient]),
    shape: broadcastShapes([a.shape, b.shape]),
  }
}

/** select on bool values, for which ONNX Runtime has no Where: (c ∧ a) ∨ (¬c ∧ b). */
function selectLogical(context: LoweringContext, node: Node): OnnxValue {
  const { writer } = context
  const inputs = node.inputs.map((input) => context.loose(input))
  const [c, a, b] = inputs.map((input) => input.name) as [string, string, string]
  const [whenTrue, whenFalse] = [writer.emit('And', [c, a]), writer.emit('And', [writer.emit('Not', [c]), b])]
  return {
    name: writer.emit('Or', [whenTrue, whenFalse]),
    shape: broadcastShapes(inputs.map((input) => input.shape)),
  }
}

/** The x of select(x ≤ 0, 0, x), which is the rectifier. */
function rectified(node: Node): Node | undefined {
  const [condition, zero, value] = [inputNode(node, 0), inputNode(node, 1), inputNode(node, 2)]
  const isRectifier =
    condition.operation === 'compare' &&
    (condition.attributes.comparison === 'lessEqual' || condition.attributes.comparison === 'less') &&
    node.dtype === 'float32' &&
    inputNode(condition, 0) === value &&
    uniformValue(inputNode(condition, 1)) === 0 &&
    uniformValue(zero) === 0
  return isRectifier ? value : undefined
}

export const elementwiseLowerings: OnnxLoweringsOf<
  Extract<
    Primitive,
    | 'neg'
    | 'exp'
    | 'log'
    | 'sqrt'
    | 'tanh'
    | 'sigmoid'
    | 'abs'
    | 'sign'
    | 'floor'
    | 'sin'
    | 'cos'
    | 'stopGradient'
    | 'cast'
    | 'add'
    | 'sub'
    | 'mul'
    | 'div'
    | 'max'
    | 'min'
    | 'pow'
    | 'compare'
    | 'select'
  >
> = {
  neg: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  tanh: direct('Tanh'),
  sigmoid: direct('Sigmoid'),
  abs: direct('Abs'),
  sign: (context, node) => {
    if (node.dtype !== 'float32') return emitElementwise(context, node, 'Sign')
    // ONNX Runtime's Sign turns −0 into 0. x · 2²⁵⁴ cut to [−1, 1] keeps it, and NaN; 2²⁵⁴ takes two factors.
    const { writer } = context
    const { name, shape } = context.loose(inputNode(node, 0))
    const factor = writer.scalar('float32', 2 ** 127)
    const huge = writer.emit('Mul', [writer.emit('Mul', [name, factor]), factor])
    const bounds = [writer.scalar('float32', -1), writer.scalar('float32', 1)]
    return { name: writer.emit('Clip', [huge, ...bounds]), shape }
  },
  floor: direct('Floor'),
  sin: direct('Sin'),
  cos: direct('Cos'),
  stopGradient: (context, node) => context.loose(inputNode(node, 0)),
  cast: (context, node) => {
    const input = inputNode(node, 0)
    if (input.dtype === node.dtype) return context.loose(input)
    return emitElementwise(context, node, 'Cast', { to: { int: onnxDataType[node.dtype] } })
  },

  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: (context, node) =>
    node.dtype === 'int32' ? divideIntegers(context, node) : emitElementwise(context, node, 'Div'),
  max: numericOrLogical('Max', 'Or'),
  min: numericOrLogical('Min', 'And'),
  pow: direct('Pow'),
  compare: (context, node) => {
    const { comparison } = node.attributes
    const value = emitElementwise(context, node, comparisons[comparison])
    return comparison === 'notEqual' ? { ...value, name: context.writer.emit('Not', [value.name]) } : value
  },
  select: (context, node) => {
    if (node.dtype === 'bool') return selectLogical(context, node)
    const value = rectified(node)
    if (!value) return emitElementwise(context, node, 'Where')
    const input = context.loose(value)
    return { name: context.writer.emit('Relu', [input.name]), shape: input.shape }
  },
}
