// Splats: values that are one number everywhere. Kept as a broadcast of a one-element constant, so that a large one
// costs nothing and the passes recognise it at a glance.
import { allocate, type HostArray } from '../host/host-array.ts'
import { makeConstant } from '../trace/build.ts'
import type { Node } from '../trace/node.ts'
import { type Shape, sizeOf, type TensorType } from '../trace/types.ts'
import { makeLike } from './walk.ts'

/** Constants up to this many elements are compared by content and searched for uniformity wherever they stand. */
export const smallConstant = 64

/** The number that a splat is everywhere; nothing when the node is no splat (or an empty one). */
export function splatValue(node: Node): number | undefined {
  const source = node.operation === 'broadcast' ? (node.inputs[0] as Node) : node
  if (source.operation !== 'constant') return undefined
  const { value } = source.attributes
  return value.data.length <= smallConstant ? uniformValue(value) : undefined
}

/** Whether the node is this number everywhere. The signs of zeros count. */
export function isSplatOf(node: Node, value: number): boolean {
  return Object.is(splatValue(node), value)
}

/** Whether the node is zero everywhere, of either sign. */
export function isZero(node: Node): boolean {
  return splatValue(node) === 0
}

/** The number that all elements are (NaN is one, 0 and −0 are two); nothing for empty or varied arrays. */
export function uniformValue({ data }: HostArray): number | undefined {
  const first = data[0]
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], first)) return undefined
  return first
}

/** A splat in its canonical form. */
export function makeSplat(original: Node, type: TensorType, value: number, like?: HostArray): Node {
  const ones = type.shape.map(() => 1)
  const precision = like?.data instanceof Float64Array ? 'double' : 'single'
  const data = allocate(type.dtype, 1, precision)
  data[0] = value
  const source = makeConstant({ shape: ones, dtype: type.dtype, data })
  return sizeOf(type.shape) === 1 ? source : makeLike(original, 'broadcast', [source], { shape: type.shape })
}

/** The same splat in another shape; nothing when the node is no splat. */
export function reshapeSplat(original: Node, node: Node, shape: Shape): Node | undefined {
  return remakeSplat(original, node, shape, (value) => value)
}

/** A splat of f(number), of the same type and precision; nothing when the node is no splat. */
export function mapSplat(original: Node, node: Node, map: (value: number) => number): Node | undefined {
  return remakeSplat(original, node, node.shape, map)
}

function remakeSplat(original: Node, node: Node, shape: Shape, map: (value: number) => number): Node | undefined {
  const value = splatValue(node)
  const source = node.operation === 'broadcast' ? (node.inputs[0] as Node) : node
  if (value === undefined || source.operation !== 'constant') return undefined
  return makeSplat(original, { shape, dtype: node.dtype }, map(value), source.attributes.value)
}
