// Making tensors from values, and joining tensors.
import { ShapeError } from '../errors.ts'
import { type HostArrayOptions, type HostValue, toHostArray } from '../host/host-array.ts'
import { normalizeAxis } from '../trace/axes.ts'
import { makeConstant, makeNode } from '../trace/build.ts'
import { checkShape } from '../trace/check.ts'
import { asTensor, Tensor, type TensorLike } from '../trace/tensor.ts'
import type { DType, Shape } from '../trace/types.ts'

/**
 * A tensor of known numbers.
 *
 * @param value a number, nested arrays, a typed array, an ndarray or a HostArray.
 * @param options dtype (default: float32 for numbers, int32 for integer arrays, bool for booleans) and shape.
 * @throws ShapeError for ragged arrays, or when the shape has another number of places.
 *
 * ```ts
 * const a = tensor([[1, 2], [3, 4]])
 * console.log(await a.matmul(a.transpose()).array()) // [[5, 11], [11, 25]]
 * ```
 */
export function tensor(value: HostValue, options?: HostArrayOptions): Tensor {
  return new Tensor(makeConstant(toHostArray(value, options)))
}

/** A tensor with the same number everywhere. */
export function full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  return tensor(value, { dtype }).broadcastTo(shape)
}

/** Zeros. */
export function zeros(shape: Shape, dtype?: DType): Tensor {
  return full(shape, 0, dtype)
}

/** Ones. */
export function ones(shape: Shape, dtype?: DType): Tensor {
  return full(shape, 1, dtype)
}

/** Zeros of a tensor's shape and dtype. */
export function zerosLike(like: Tensor): Tensor {
  return zeros(like.shape, like.dtype)
}

/** The int32 numbers 0 … count − 1. Throws a ShapeError for anything but a whole number ≥ 0. */
export function arange(count: number): Tensor {
  checkShape('arange: count', [count])
  return tensor(Int32Array.from({ length: count }, (_, index) => index))
}

/** The identity matrix. */
export function eye(size: number): Tensor {
  return arange(size).expandDims(1).equal(arange(size)).cast('float32')
}

/**
 * 1-of-N encoding: a new last axis of length `depth`, 1 at the index and 0 elsewhere; all 0 for an index out of range.
 *
 * @param indices int32 of any shape.
 * @returns float32 of the shape [...indices.shape, depth].
 */
export function oneHot(indices: TensorLike, depth: number): Tensor {
  const places = asTensor(indices, 'int32')
  return places.expandDims(-1).equal(arange(depth)).cast('float32')
}

/** Elementwise choice by a bool tensor; all three broadcast together. */
export function where(condition: TensorLike, whenTrue: TensorLike, whenFalse: TensorLike): Tensor {
  return asTensor(condition, 'bool').where(whenTrue, whenFalse)
}

/** Joins tensors along an existing axis; they agree along the others. */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  const [first] = parts
  if (!first) {
    throw new ShapeError({
      what: 'concat',
      expected: 'at least one tensor',
      received: 'none',
      remedy: 'Skip the call when there is nothing to join.',
    })
  }
  const nodes = parts.map((part) => part.node)
  return new Tensor(makeNode('concat', nodes, { axis: normalizeAxis('concat', axis, first.rank) }))
}

/** Joins tensors of one shape along a new axis. */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  const rank = (parts[0]?.rank ?? 0) + 1
  const along = normalizeAxis('stack', axis, rank)
  return concat(
    parts.map((part) => part.expandDims(along)),
    along,
  )
}

/** As many tensors as a literal number says, up to 16; else a list of any length. */
export type TensorsOf<Count extends number, List extends Tensor[] = []> = number extends Count
  ? Tensor[]
  : List['length'] extends Count
    ? List
    : List['length'] extends 16
      ? Tensor[]
      : TensorsOf<Count, [...List, Tensor]>

/** Cuts a tensor into `count` equal parts along an axis. */
export function split<Count extends number>(whole: Tensor, count: Count, axis = 0): TensorsOf<Count> {
  const along = normalizeAxis('split', axis, whole.rank)
  const length = (whole.shape[along] as number) / count
  if (!Number.isInteger(length) || !Number.isInteger(count) || count < 1) {
    throw new ShapeError({
      what: 'split',
      expected: 'a number of equal parts that divides the axis',
      received: `${count} parts of ${whole.shape[along]} elements`,
      remedy: 'Slice the parts one by one.',
    })
  }
  const parts = Array.from({ length: count }, (_, part) => {
    const start = whole.shape.map((_, i) => (i === along ? part * length : 0))
    return whole.slice(start, whole.shape.with(along, length))
  })
  return parts as Tensor[] as TensorsOf<Count>
}

/**
 * Adds updates into zeros: `result[indices[i]] += updates[i]` along `axis` of the result, which gets length `size`.
 *
 * @param indices int32 of any shape, in 0 … size − 1; the same one may occur several times.
 * @param updates with the indices' shape at `axis`.
 */
export function scatterAdd(indices: TensorLike, updates: TensorLike, size: number, axis = 0): Tensor {
  const [places, parts] = [asTensor(indices, 'int32'), asTensor(updates)]
  const along = normalizeAxis('scatterAdd', axis, Math.max(1, parts.rank - places.rank + 1))
  return new Tensor(makeNode('scatterAdd', [places.node, parts.node], { axis: along, size }))
}
