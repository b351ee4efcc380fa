// The Tensor: an immutable handle on a graph node, whose methods only build more graph.
import type { NdArray } from 'ndarray'
import { DTypeError, ShapeError } from '../errors.ts'
import {
  type HostArray,
  type HostData,
  type HostValue,
  type NestedArray,
  toHostArray,
  toNdArray,
  toNested,
  toNumber,
} from '../host/host-array.ts'
import { type Axes, broadcastShapes, normalizeAxes, normalizeAxis, resolveShape } from './axes.ts'
import { makeConstant, makeNode } from './build.ts'
import { checkDType } from './check.ts'
import { evaluateOnHost } from './evaluate.ts'
import type { Comparison, Node, PrimitiveAttributes } from './node.ts'
import { type DType, formatShape, formatType, type Shape, sameShape, sizeOf } from './types.ts'

/** What an operation takes beside a tensor: another one, or a value that becomes a constant. */
export type TensorLike = Tensor | HostValue

type UnaryPrimitive = 'neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'abs' | 'sign' | 'floor' | 'sin' | 'cos'
type BinaryPrimitive = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow'

/** Options of reductions. */
export interface ReduceOptions {
  /** Keep reduced axes with size 1. Default false. */
  readonly keepDims?: boolean
}

/**
 * An immutable value in a computation: its shape and dtype are known, its numbers are computed when asked for.
 *
 * Binary methods broadcast by numpy's rules and take tensors, numbers, nested arrays, typed arrays and ndarrays.
 */
export class Tensor {
  readonly node: Node

  constructor(node: Node) {
    this.node = node
  }

  get shape(): Shape {
    return this.node.shape
  }
  get dtype(): DType {
    return this.node.dtype
  }
  get rank(): number {
    return this.node.shape.length
  }
  /** Number of elements. */
  get size(): number {
    return sizeOf(this.node.shape)
  }

  // Elementwise functions of one tensor.
  neg(): Tensor {
    return this.#unary('neg')
  }
  exp(): Tensor {
    return this.#unary('exp')
  }
  log(): Tensor {
    return this.#unary('log')
  }
  sqrt(): Tensor {
    return this.#unary('sqrt')
  }
  tanh(): Tensor {
    return this.#unary('tanh')
  }
  /** 1 / (1 + e⁻ˣ) */
  sigmoid(): Tensor {
    return this.#unary('sigmoid')
  }
  abs(): Tensor {
    return this.#unary('abs')
  }
  sign(): Tensor {
    return this.#unary('sign')
  }
  floor(): Tensor {
    return this.#unary('floor')
  }
  sin(): Tensor {
    return this.#unary('sin')
  }
  cos(): Tensor {
    return this.#unary('cos')
  }
  /** x², whose gradient is 2x. */
  square(): Tensor {
    return this.mul(this)
  }
  /** max(x, 0); its gradient at 0 is 0, and NaN stays NaN. */
  relu(): Tensor {
    return this.lessEqual(0).where(0, this)
  }
  /** log(1 + eˣ), without overflow. */
  softplus(): Tensor {
    return this.maximum(0).add(this.abs().neg().exp().add(1).log())
  }
  /** The same value, through which no gradient flows. */
  stopGradient(): Tensor {
    return new Tensor(makeNode('stopGradient', [this.node], {}))
  }
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : new Tensor(makeNode('cast', [this.node], { dtype }))
  }

  // Elementwise functions of two tensors.
  add(other: TensorLike): Tensor {
    return this.#binary('add', other)
  }
  sub(other: TensorLike): Tensor {
    return this.#binary('sub', other)
  }
  mul(other: TensorLike): Tensor {
    return this.#binary('mul', other)
  }
  /** For int32: truncates towards zero. */
  div(other: TensorLike): Tensor {
    return this.#binary('div', other)
  }
  pow(other: TensorLike): Tensor {
    return this.#binary('pow', other)
  }
  maximum(other: TensorLike): Tensor {
    return this.#binary('max', other)
  }
  minimum(other: TensorLike): Tensor {
    return this.#binary('min', other)
  }
  equal(other: TensorLike): Tensor {
    return this.#compare('equal', other)
  }
  notEqual(other: TensorLike): Tensor {
    return this.#compare('notEqual', other)
  }
  less(other: TensorLike): Tensor {
    return this.#compare('less', other)
  }
  lessEqual(other: TensorLike): Tensor {
    return this.#compare('lessEqual', other)
  }
  greater(other: TensorLike): Tensor {
    return this.#compare('greater', other)
  }
  greaterEqual(other: TensorLike): Tensor {
    return this.#compare('greaterEqual', other)
  }
  /** Of bools. */
  and(other: TensorLike): Tensor {
    checkDType('and', this, ['bool'])
    return this.#binary('min', other)
  }
  /** Of bools. */
  or(other: TensorLike): Tensor {
    checkDType('or', this, ['bool'])
    return this.#binary('max', other)
  }
  /** Of bools. */
  not(): Tensor {
    checkDType('not', this, ['bool'])
    return this.equal(false)
  }
  /** Elementwise choice by this bool tensor; all three broadcast together. */
  where(whenTrue: TensorLike, whenFalse: TensorLike): Tensor {
    const anchor = whenTrue instanceof Tensor ? whenTrue : whenFalse instanceof Tensor ? whenFalse : undefined
    const a = asTensor(whenTrue, anchor?.dtype)
    const b = asTensor(whenFalse, anchor?.dtype ?? a.dtype)
    const shape = broadcastShapes('where', this.shape, broadcastShapes('where', a.shape, b.shape))
    const inputs = [this.broadcastTo(shape), a.broadcastTo(shape), b.broadcastTo(shape)]
    return new Tensor(
      makeNode(
        'select',
        inputs.map((input) => input.node),
        {},
      ),
    )
  }

  // Reductions; without axes, over all of them.
  sum(axes?: Axes, options?: ReduceOptions): Tensor {
    return this.#reduce('sum', axes, options)
  }
  /** The mean, float32; of bools, the share of true ones. NaN of no elements. */
  mean(axes?: Axes, options?: ReduceOptions): Tensor {
    const count = normalizeAxes('mean', axes, this.rank).reduce((n, axis) => n * (this.shape[axis] as number), 1)
    return this.cast('float32').sum(axes, options).div(count)
  }
  max(axes?: Axes, options?: ReduceOptions): Tensor {
    return this.#reduce('maxReduce', axes, options)
  }
  min(axes?: Axes, options?: ReduceOptions): Tensor {
    if (this.dtype !== 'int32') return this.neg().max(axes, options).neg()
    // −1 − x turns the order around for every int32; −x has no place for −2³¹.
    const turn = (x: Tensor): Tensor => x.neg().sub(1)
    return turn(turn(this).max(axes, options))
  }
  /** Index (int32) of the first largest element along an axis. */
  argMax(axis = -1): Tensor {
    return new Tensor(makeNode('argMax', [this.node], { axis: normalizeAxis('argMax', axis, this.rank) }))
  }
  /** log Σ eˣ, without overflow; −∞, with gradient 0, where every element is −∞. */
  logSumExp(axes?: Axes, options: ReduceOptions = {}): Tensor {
    const largest = this.max(axes, { keepDims: true }).stopGradient()
    // A largest element of ±∞ would give ∞ − ∞: shift by 0 there.
    const shift = largest.abs().equal(Number.POSITIVE_INFINITY).where(0, largest)
    const sum = this.sub(shift).exp().sum(axes, { keepDims: true })
    const empty = sum.equal(0)
    const result = empty.where(Number.NEGATIVE_INFINITY, empty.where(1, sum).log()).add(shift)
    return options.keepDims ? result : result.squeeze(normalizeAxes('logSumExp', axes, this.rank))
  }
  /** log softmax: x − log Σ eˣ along an axis. NaN where every element is −∞. */
  logSoftmax(axis = -1): Tensor {
    // Shifted before, not after: x − (log Σ eˣ) would lose the digits that a large x has before its point.
    const shifted = this.sub(this.max(axis, { keepDims: true }).stopGradient())
    return shifted.sub(shifted.exp().sum(axis, { keepDims: true }).log())
  }
  /** eˣ / Σ eˣ along an axis. NaN where every element is −∞. */
  softmax(axis = -1): Tensor {
    const powers = this.sub(this.max(axis, { keepDims: true }).stopGradient()).exp()
    return powers.div(powers.sum(axis, { keepDims: true }))
  }

  // Movement: the same numbers at other places.
  /** One size may be −1: it takes what the others leave. */
  reshape(shape: Shape): Tensor {
    const resolved = resolveShape(shape, this.size)
    return sameShape(resolved, this.shape) ? this : new Tensor(makeNode('reshape', [this.node], { shape: resolved }))
  }
  /** Axis i of the result is axis axes[i] of this; without axes, they are reversed. */
  transpose(axes?: readonly number[]): Tensor {
    const order = axes ? axes.map((axis) => normalizeAxis('transpose', axis, this.rank)) : this.shape.map((_, i) => i)
    return new Tensor(makeNode('permute', [this.node], { axes: axes ? order : order.reverse() }))
  }
  swapAxes(a: number, b: number): Tensor {
    const [first, second] = [normalizeAxis('swapAxes', a, this.rank), normalizeAxis('swapAxes', b, this.rank)]
    return this.transpose(this.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis)))
  }
  broadcastTo(shape: Shape): Tensor {
    if (sameShape(shape, this.shape)) return this
    if (shape.length < this.rank) {
      throw new ShapeError({
        what: `broadcastTo ${formatShape(shape)}`,
        expected: `at least ${this.rank} axes`,
        received: formatShape(this.shape),
        remedy: 'Sum or reshape leading axes away first.',
      })
    }
    const aligned = this.reshape([...new Array<number>(shape.length - this.rank).fill(1), ...this.shape])
    return sameShape(shape, aligned.shape) ? aligned : new Tensor(makeNode('broadcast', [aligned.node], { shape }))
  }
  /** Inserts an axis of size 1. */
  expandDims(axis: number): Tensor {
    return this.reshape(this.shape.toSpliced(normalizeAxis('expandDims', axis, this.rank + 1), 0, 1))
  }
  /** Removes the given axes, which must have size 1; without axes, all of that size. */
  squeeze(axes?: Axes): Tensor {
    const removed = axes === undefined ? undefined : normalizeAxes('squeeze', axes, this.rank)
    const long = removed?.find((axis) => this.shape[axis] !== 1)
    if (long !== undefined) {
      throw new ShapeError({
        what: `squeeze: axis ${long}`,
        expected: 'size 1',
        received: formatShape(this.shape),
        remedy: 'Take one part of it with at(index, axis), or reduce it.',
      })
    }
    return this.reshape(this.shape.filter((length, axis) => (removed ? !removed.includes(axis) : length !== 1)))
  }
  /** `size[i]` elements along axis i from `start[i]` on, every `stride[i]`-th (default each); −1 takes the rest. */
  slice(start: readonly number[], size: readonly number[], stride?: readonly number[]): Tensor {
    const steps = stride ?? this.shape.map(() => 1)
    const counts = size.map((count, axis) => {
      const rest = (this.shape[axis] ?? 0) - (start[axis] ?? 0)
      return count === -1 ? Math.max(0, Math.ceil(rest / (steps[axis] ?? 1))) : count
    })
    return new Tensor(makeNode('slice', [this.node], { start, size: counts, stride: steps }))
  }
  /** The part at one index of an axis, which disappears. Negative indices count from the back. */
  at(index: number, axis = 0): Tensor {
    const along = normalizeAxis('at', axis, this.rank)
    const length = this.shape[along] as number
    const position = index < 0 ? index + length : index
    if (!Number.isInteger(index) || position < 0 || position >= length) {
      throw new ShapeError({
        what: 'at: index',
        expected: `a whole number from ${-length} to ${length - 1} for axis ${along} of ${formatShape(this.shape)}`,
        received: String(index),
        remedy: 'Use gather for indices that are computed.',
      })
    }
    const start = this.shape.map((_, i) => (i === along ? position : 0))
    return this.slice(start, this.shape.with(along, 1)).squeeze(along)
  }
  /** Adds `widths[i] = [before, after]` places of `value` along axis i. */
  pad(widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
    const before = widths.map((width) => width[0])
    const after = widths.map((width) => width[1])
    return new Tensor(makeNode('pad', [this.node], { before, after, interior: this.shape.map(() => 0), value }))
  }
  flip(axes?: Axes): Tensor {
    return new Tensor(makeNode('flip', [this.node], { axes: normalizeAxes('flip', axes, this.rank) }))
  }
  /** Elements at int32 `indices` along an axis, which is replaced by the indices' shape: an embedding lookup. */
  gather(indices: TensorLike, axis = 0): Tensor {
    const places = asTensor(indices, 'int32')
    return new Tensor(makeNode('gather', [this.node, places.node], { axis: normalizeAxis('gather', axis, this.rank) }))
  }

  /** Matrix product over the last two axes; axes before them broadcast. [..., m, k] × [..., k, n] → [..., m, n]. */
  matmul(other: TensorLike): Tensor {
    const b = asTensor(other, this.dtype)
    if (this.rank < 2 || b.rank < 2) {
      throw new ShapeError({
        what: 'matmul',
        expected: 'two matrices, or stacks of them',
        received: `${formatShape(this.shape)} and ${formatShape(b.shape)}`,
        remedy: 'Give vectors an axis of size 1 with expandDims.',
      })
    }
    // A stack times one matrix is a single product of all its rows.
    if (this.rank > 2 && b.rank === 2) {
      const rows = this.reshape([-1, this.shape.at(-1) as number]).matmul(b)
      return rows.reshape([...this.shape.slice(0, -1), b.shape[1] as number])
    }
    const batch = broadcastShapes('matmul', this.shape.slice(0, -2), b.shape.slice(0, -2))
    const stack = (part: Tensor): Node => part.broadcastTo([...batch, ...part.shape.slice(-2)]).node
    return new Tensor(makeNode('matmul', [stack(this), stack(b)], {}))
  }

  // Reading: computes on the reference backend. Compiled functions run on any backend.
  /** The numbers, row-major. Throws for a tensor that depends on the inputs of a function being traced. */
  async data(): Promise<HostData> {
    return (await this.host()).data
  }
  async host(): Promise<HostArray> {
    return evaluateOnHost(this.node)
  }
  async ndarray(): Promise<NdArray<HostData>> {
    return toNdArray(await this.host())
  }
  /** Nested arrays; a scalar gives a number. */
  async array(): Promise<NestedArray> {
    return toNested(await this.host())
  }
  /** The number of a tensor with one element. Throws a ShapeError for any other. */
  async item(): Promise<number> {
    return toNumber(await this.host())
  }

  toString(): string {
    return `Tensor(${formatType(this)})`
  }
  /** Operators such as + and < see no numbers here: they would give wrong results in silence. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString()
    throw new DTypeError({
      what: 'Using a tensor as a number',
      expected: 'methods such as add, less or where in place of operators',
      received: formatType(this),
      remedy:
        'A number that shapes the computation, such as a count of repetitions, comes from outside the traced function.',
    })
  }

  #unary(primitive: UnaryPrimitive): Tensor {
    return new Tensor(makeNode(primitive, [this.node], {}))
  }
  #binary(primitive: BinaryPrimitive, other: TensorLike): Tensor {
    return new Tensor(makeNode(primitive, this.#broadcastWith(primitive, other), {}))
  }
  #compare(comparison: Comparison, other: TensorLike): Tensor {
    return new Tensor(makeNode('compare', this.#broadcastWith('compare', other), { comparison }))
  }
  #broadcastWith(what: string, other: TensorLike): Node[] {
    const b = asTensor(other, this.dtype)
    const shape = broadcastShapes(what, this.shape, b.shape)
    return [this.broadcastTo(shape).node, b.broadcastTo(shape).node]
  }
  #reduce(primitive: 'sum' | 'maxReduce', axes: Axes | undefined, options: ReduceOptions = {}): Tensor {
    const along = normalizeAxes(primitive, axes, this.rank)
    const attributes: PrimitiveAttributes['sum'] = { axes: along }
    const reduced = new Tensor(makeNode(primitive, [this.node], attributes))
    if (!options.keepDims) return reduced
    return reduced.reshape(this.shape.map((length, axis) => (along.includes(axis) ? 1 : length)))
  }
}

/** The tensor itself, or a constant of the given dtype (default: by the kind of value). */
export function asTensor(value: TensorLike, dtype?: DType): Tensor {
  if (value instanceof Tensor) return value
  const wanted = typeof value === 'number' || Array.isArray(value) ? dtype : undefined
  const fraction = wanted === 'int32' ? findFraction(value) : undefined
  if (fraction !== undefined) {
    throw new DTypeError({
      what: 'Arithmetic with an int32 tensor',
      expected: 'whole numbers',
      received: String(fraction),
      remedy: "Convert the tensor with .cast('float32') first.",
    })
  }
  return new Tensor(makeConstant(toHostArray(value, wanted ? { dtype: wanted } : {})))
}

function findFraction(value: unknown): number | undefined {
  if (!Array.isArray(value)) return typeof value === 'number' && !Number.isInteger(value) ? value : undefined
  for (const part of value) {
    const fraction = findFraction(part)
    if (fraction !== undefined) return fraction
  }
  return undefined
}
