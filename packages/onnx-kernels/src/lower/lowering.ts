// What a lowering is: from a node whose inputs are lowered to ONNX operators and the value that they compute.
import type { Node, NodeOf, Primitive, Shape, TensorType } from '@deep-recipe/core-tensor'
import { sameShape } from '@deep-recipe/core-tensor'
import type { GraphWriter } from '../model/graph-writer.ts'

/**
 * An ONNX value that stands for a node's result. Its own shape may be smaller: it then broadcasts to the node's shape by
 * ONNX's (numpy's) rules, so that elementwise operators need no copy of it.
 */
export interface OnnxValue {
  readonly name: string
  readonly shape: Shape
}

/** What a lowering is told, beside its node. */
export interface LoweringContext {
  readonly writer: GraphWriter
  /** Channels per block in ONNX Runtime's own layout; 0 where it has none, and in exported files. */
  readonly block: number
  /** Whether the model is for a file that others run: plain operators where ONNX Runtime differs for NaN alone. */
  readonly isFile: boolean
  /** The input's value as it stands, possibly smaller than the input's shape. */
  loose(node: Node): OnnxValue
  /** Name of the input's value in its full shape. */
  full(node: Node): string
  /** Lowers the body of a scan. */
  lowerScan(node: NodeOf<'scan'>): readonly OnnxValue[]
  /** The words of a random draw: fed by the host, or computed in the graph. */
  lowerRandom(node: NodeOf<'random'>): OnnxValue
}

/** A graph under construction, as the lowering of a loop needs it: it opens graphs inside, and fills them. */
export interface LoopScope extends LoweringContext {
  /** A scope of the same model that writes elsewhere, and sees `outer` around it. */
  sibling(writer: GraphWriter, outer?: LoopScope): LoopScope
  /** Whether a node has a value here or around. */
  has(node: Node): boolean
  /** Says what stands for the results of a node. */
  define(node: Node, values: readonly OnnxValue[]): void
  /** Lowers a node whose inputs have values. */
  lower(node: Node): void
  /** A constant without elements. */
  empty(type: TensorType | undefined): OnnxValue
  /** All results of a node, for the scopes inside. */
  loosen(node: Node): readonly OnnxValue[]
}

/** Lowers one primitive. A scan gives all its results. */
export type OnnxLowering<P extends Primitive> = (
  context: LoweringContext,
  node: NodeOf<P>,
) => OnnxValue | readonly OnnxValue[]

/** The lowerings of some primitives. */
export type OnnxLoweringsOf<P extends Primitive> = { readonly [Name in P]: OnnxLowering<Name> }

/** The input node at a position. */
export function inputNode(node: Node, position: number): Node {
  const input = node.inputs[position]
  if (!input) throw new RangeError(`${node.operation} has no input ${position}`)
  return input
}

/** A value in the node's own shape. */
export function fullValue(node: Node, name: string): OnnxValue {
  return { name, shape: node.shape }
}

/** The shape that values of several shapes have after broadcasting. */
export function broadcastShapes(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    for (const shape of shapes) {
      const length = shape[axis - rank + shape.length]
      if (length !== undefined && length !== 1) return length
    }
    return 1
  })
}

/** The value in a given shape, which it broadcasts to: reshaped or expanded where it differs. */
export function materialize(writer: GraphWriter, value: OnnxValue, shape: Shape): string {
  if (sameShape(value.shape, shape)) return value.name
  const padded = [...new Array<number>(shape.length - value.shape.length).fill(1), ...value.shape]
  return writer.emit(sameShape(padded, shape) ? 'Reshape' : 'Expand', [value.name, writer.integers(shape)])
}

/** All elements of a constant node, when they are known to be one number. */
export function uniformValue(node: Node): number | undefined {
  let current = node
  while (current.operation === 'broadcast' || current.operation === 'reshape') current = inputNode(current, 0)
  if (current.operation !== 'constant') return undefined
  const { data } = current.attributes.value
  const first = data[0]
  return data.length > 0 && data.length <= 64 && data.every((number) => Object.is(number, first)) ? first : undefined
}
