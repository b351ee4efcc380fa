// Vectorizing over time: the node of a loop's body that does one step becomes a node that does all steps at once, on
// values stacked along a new first axis. One rule per primitive, or the statement that there is none.
import type { Node, NodeOf, Primitive, PrimitiveAttributes } from '../../trace/node.ts'
import type { Shape } from '../../trace/types.ts'
import { makeLike } from '../walk.ts'

/** A value of the body as it is known outside the loop. */
export interface OuterValue {
  readonly node: Node
  /** Whether it holds all steps, stacked along the first axis; else it is the same in every step. */
  readonly stacked: boolean
}

/** Makes the node for all steps; at least one input is stacked. */
type VectorRule<P extends Primitive> = (node: NodeOf<P>, inputs: readonly OuterValue[], length: number) => Node

/** A rule, and which inputs it takes stacked: any of them, the one at a position alone, or exactly one. */
interface Vectorizer<P extends Primitive> {
  readonly takes: 'any' | 'single' | number
  readonly rule: VectorRule<P>
}

/** Whether the node can be done for all steps at once when these inputs are stacked. */
export function canVectorize(node: Node, stacked: readonly boolean[]): boolean {
  const { takes } = vectorizers[node.operation as Primitive] ?? {}
  if (takes === undefined) return false
  if (takes === 'any') return true
  const count = stacked.filter(Boolean).length
  return count <= 1 && (takes === 'single' || stacked[takes] === true)
}

/** The node for all steps. */
export function vectorize(node: Node, inputs: readonly OuterValue[], length: number): Node {
  const vectorizer = vectorizers[node.operation as Primitive]
  if (!vectorizer) throw new RangeError(`${node.operation} can not be done for all steps at once`)
  return (vectorizer.rule as VectorRule<Primitive>)(node as NodeOf<Primitive>, inputs, length)
}

/** The value as a stack: what is the same in every step is repeated. */
export function stackOf({ node, stacked }: OuterValue, length: number): Node {
  if (stacked) return node
  const source = node.operation === 'broadcast' ? (node.inputs[0] as Node) : node
  const wide = makeLike(node, 'reshape', [source], { shape: [1, ...source.shape] })
  return makeLike(node, 'broadcast', [wide], { shape: [length, ...node.shape] })
}

/** A permutation of axes, unless it moves nothing. */
export function movedAxes(x: Node, axes: readonly number[]): Node {
  return axes.every((axis, place) => axis === place) ? x : makeLike(x, 'permute', [x], { axes })
}

/** The same numbers in another shape. */
export function reshaped(x: Node, shape: Shape): Node {
  return makeLike(x, 'reshape', [x], { shape })
}

/** The axes 0 … rank − 1 with the first one moved to `place`. */
export function firstAxisTo(place: number, rank: number): number[] {
  const rest = Array.from({ length: rank - 1 }, (_, axis) => axis + 1)
  return rest.toSpliced(place, 0, 0)
}

/** The axes 0 … rank − 1 with the one at `place` moved to the front. */
function axisToFront(place: number, rank: number): number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis)
  return [place, ...all.toSpliced(place, 1)]
}

const later = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1)

/** Elementwise primitives, whose inputs have equal shapes. */
function elementwise<P extends Primitive>(): Vectorizer<P> {
  const rule: VectorRule<P> = (node, inputs, length) =>
    makeLike(node as Node, node.operation, stacks(inputs, length), node.attributes as never) as Node
  return { takes: 'any', rule }
}

/** Primitives of one input whose attributes only have to be told of the new axis. */
function shifted<P extends Primitive>(
  attributes: (attributes: PrimitiveAttributes[P], length: number, input: Shape) => PrimitiveAttributes[P],
): Vectorizer<P> {
  const rule: VectorRule<P> = (node, inputs, length) => {
    const shape = (inputs[0] as OuterValue).node.shape
    const next = attributes(node.attributes as PrimitiveAttributes[P], length, shape)
    return makeLike(node as Node, node.operation, stacks(inputs, length), next) as Node
  }
  return { takes: 'any', rule }
}

/** Primitives on images: time becomes part of the batch. Inputs that are not images (filters) stay as they are. */
function batched<P extends Primitive>(takes: 'any' | number): Vectorizer<P> {
  const rule: VectorRule<P> = (node, inputs, length) => {
    const merged = inputs.map((input, position) => {
      if (takes !== 'any' && takes !== position) return input.node
      const stack = stackOf(input, length)
      return reshaped(stack, [length * (stack.shape[1] as number), ...stack.shape.slice(2)])
    })
    const result = makeLike(node as Node, node.operation, merged, node.attributes as never) as Node
    return reshaped(result, [length, ...node.shape])
  }
  return { takes, rule }
}

function stacks(inputs: readonly OuterValue[], length: number): Node[] {
  return inputs.map((input) => stackOf(input, length))
}

const vectorizeMatmul: VectorRule<'matmul'> = (node, inputs, length) => {
  const [a, b] = inputs as [OuterValue, OuterValue]
  if (a.stacked && b.stacked) return makeLike(node, 'matmul', [a.node, b.node], {})
  const rank = node.shape.length
  const batch = node.shape.slice(0, -2)
  const [m, n] = node.shape.slice(-2) as [number, number]
  const k = (node.inputs[0] as Node).shape.at(-1) as number
  if (a.stacked) {
    // The rows of all steps below each other: one product [T · m, k] × [k, n].
    const rows = reshaped(movedAxes(a.node, firstAxisTo(rank - 2, rank + 1)), [...batch, length * m, k])
    const product = makeLike(node, 'matmul', [rows, b.node], {})
    return movedAxes(reshaped(product, [...batch, length, m, n]), axisToFront(rank - 2, rank + 1))
  }
  // The columns of all steps beside each other: [m, k] × [k, T · n].
  const columns = reshaped(movedAxes(b.node, firstAxisTo(rank - 1, rank + 1)), [...batch, k, length * n])
  const product = makeLike(node, 'matmul', [a.node, columns], {})
  return movedAxes(reshaped(product, [...batch, m, length, n]), axisToFront(rank - 1, rank + 1))
}

const vectorizeGather: VectorRule<'gather'> = (node, inputs) => {
  const [values, indices] = inputs as [OuterValue, OuterValue]
  const { axis } = node.attributes
  if (values.stacked) return makeLike(node, 'gather', [values.node, indices.node], { axis: axis + 1 })
  const all = makeLike(node, 'gather', [values.node, indices.node], { axis }) as Node
  return movedAxes(all, axisToFront(axis, all.shape.length))
}

/** The table over all primitives; undefined says that a primitive stays in its loop. */
const vectorizers: { readonly [P in Primitive]: Vectorizer<P> | undefined } = {
  neg: elementwise(),
  exp: elementwise(),
  log: elementwise(),
  sqrt: elementwise(),
  tanh: elementwise(),
  sigmoid: elementwise(),
  abs: elementwise(),
  sign: elementwise(),
  floor: elementwise(),
  sin: elementwise(),
  cos: elementwise(),
  stopGradient: elementwise(),
  cast: elementwise(),
  add: elementwise(),
  sub: elementwise(),
  mul: elementwise(),
  div: elementwise(),
  max: elementwise(),
  min: elementwise(),
  pow: elementwise(),
  compare: elementwise(),
  select: elementwise(),
  sum: shifted(({ axes }) => ({ axes: later(axes) })),
  maxReduce: shifted(({ axes }) => ({ axes: later(axes) })),
  argMax: shifted(({ axis }) => ({ axis: axis + 1 })),
  reshape: shifted(({ shape }, length) => ({ shape: [length, ...shape] })),
  permute: shifted(({ axes }) => ({ axes: [0, ...later(axes)] })),
  broadcast: shifted(({ shape }, length) => ({ shape: [length, ...shape] })),
  slice: shifted(({ start, size, stride }, length) => ({
    start: [0, ...start],
    size: [length, ...size],
    stride: [1, ...stride],
  })),
  pad: shifted(({ before, after, interior, value }) => ({
    before: [0, ...before],
    after: [0, ...after],
    interior: [0, ...interior],
    value,
  })),
  concat: shifted(({ axis }) => ({ axis: axis + 1 })),
  flip: shifted(({ axes }) => ({ axes: later(axes) })),
  matmul: { takes: 'any', rule: vectorizeMatmul },
  conv2d: batched(0),
  convInputGradient: batched(0),
  // Every step has a filter gradient of its own: it does not fit into one. Their sum does (see contributions.ts).
  convFilterGradient: undefined,
  maxPool: batched('any'),
  maxPoolGradient: batched('any'),
  avgPool: batched('any'),
  avgPoolGradient: batched('any'),
  gather: { takes: 'single', rule: vectorizeGather },
  scatterAdd: {
    takes: 1,
    rule: (node, inputs, length) =>
      makeLike(node, 'scatterAdd', [(inputs[0] as OuterValue).node, stackOf(inputs[1] as OuterValue, length)], {
        ...node.attributes,
        axis: node.attributes.axis + 1,
      }),
  },
  random: undefined,
  scan: undefined,
}
