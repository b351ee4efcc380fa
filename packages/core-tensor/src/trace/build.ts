// Building nodes: the one door through which every node is made, checked by its shape rule.
import { ShapeError } from '../errors.ts'
import type { HostArray } from '../host/host-array.ts'
import { controlShapeRules, scanResults } from '../shape-rules/control.ts'
import { elementwiseShapeRules } from '../shape-rules/elementwise.ts'
import { movementShapeRules } from '../shape-rules/movement.ts'
import { productShapeRules } from '../shape-rules/products.ts'
import type { ShapeRule, ShapeRulesOf } from '../shape-rules/rule.ts'
import type { AttributesOf, Node, NodeOf, Operation, Primitive, PrimitiveAttributes } from './node.ts'
import { currentOrigin } from './origin.ts'
import type { TensorType } from './types.ts'

/** Shape rules of every primitive with a single result; scan has its own, `scanResults`. */
const shapeRules: ShapeRulesOf<Exclude<Primitive, 'scan'>> = {
  ...elementwiseShapeRules,
  ...movementShapeRules,
  ...productShapeRules,
  ...controlShapeRules,
}

/** How many inputs each primitive takes; 0 for those that take any number. */
const arity: { readonly [P in Primitive]: number } = {
  neg: 1, exp: 1, log: 1, sqrt: 1, tanh: 1, sigmoid: 1, abs: 1, sign: 1, floor: 1, sin: 1, cos: 1,
  stopGradient: 1, cast: 1,
  add: 2, sub: 2, mul: 2, div: 2, max: 2, min: 2, pow: 2, compare: 2, select: 3,
  sum: 1, maxReduce: 1, argMax: 1,
  reshape: 1, permute: 1, broadcast: 1, slice: 1, pad: 1, concat: 0, flip: 1,
  matmul: 2, conv2d: 2, convInputGradient: 2, convFilterGradient: 2,
  maxPool: 1, maxPoolGradient: 2, avgPool: 1, avgPoolGradient: 1,
  gather: 2, scatterAdd: 2, random: 2, scan: 0,
} // biome-ignore format: a table reads best by kind

/** Makes a node of a primitive. Throws a typed error when the inputs do not fit. */
export function makeNode<P extends Primitive>(
  operation: P,
  inputs: readonly Node[],
  attributes: PrimitiveAttributes[P],
): Node {
  const expected = arity[operation]
  if (expected === 0 ? inputs.length === 0 && operation !== 'scan' : inputs.length !== expected) {
    throw new ShapeError({
      what: operation,
      expected: `${expected || 'at least one'} inputs`,
      received: String(inputs.length),
      remedy: 'Pass one tensor for each argument.',
    })
  }
  return assemble(operation, inputs, attributes as AttributesOf[P], inferResults(operation, inputs, attributes))
}

function inferResults<P extends Primitive>(
  operation: P,
  inputs: readonly Node[],
  attributes: PrimitiveAttributes[P],
): readonly TensorType[] {
  if (operation === 'scan') return scanResults(inputs, attributes as PrimitiveAttributes['scan'])
  // The table is total; the compiler cannot follow that `P` is one key on both sides.
  const rule = shapeRules[operation as Exclude<Primitive, 'scan'>] as unknown as ShapeRule<P>
  const { shape, dtype } = rule(inputs, attributes)
  return [{ shape, dtype }]
}

/** A place for a value that the caller supplies. */
export function makeInput(name: string, type: TensorType): NodeOf<'input'> {
  return assemble('input', [], { name }, [{ shape: type.shape, dtype: type.dtype }]) as NodeOf<'input'>
}

/** A value known while the graph is built. */
export function makeConstant(value: HostArray): Node {
  return assemble('constant', [], { value }, [{ shape: value.shape, dtype: value.dtype }])
}

/** One of the results of a scan. */
export function makeItem(scan: Node, index: number): Node {
  const type = scan.results[index]
  if (!type) throw new RangeError(`A scan with ${scan.results.length} results has no item ${index}`)
  return assemble('item', [scan], { index }, [type])
}

/** The same node over other inputs; leaves are returned as they are. */
export function remakeNode(node: Node, inputs: readonly Node[]): Node {
  if (inputs.every((input, position) => input === node.inputs[position])) return node
  if (node.operation === 'item') return makeItem(inputs[0] as Node, node.attributes.index)
  if (node.operation === 'input' || node.operation === 'constant') return node
  return withOrigin(makeNode(node.operation, inputs, node.attributes as never), node.origin)
}

function assemble<O extends Operation>(
  operation: O,
  inputs: readonly Node[],
  attributes: AttributesOf[O],
  results: readonly TensorType[],
): Node {
  const first = results[0] ?? { shape: [], dtype: 'float32' as const }
  const node = { operation, inputs, attributes, shape: first.shape, dtype: first.dtype, results }
  return withOrigin(node as unknown as Node, currentOrigin())
}

function withOrigin(node: Node, origin: Error | undefined): Node {
  return origin ? { ...node, origin } : node
}
