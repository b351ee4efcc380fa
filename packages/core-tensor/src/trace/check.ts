// Checks that the shape rules share; each failure names the op, the argument, and a remedy.
import { DTypeError, ShapeError, ValueError } from '../errors.ts'
import { type DType, formatShape, formatType, type Shape, sameShape, type TensorType } from './types.ts'

/** The dtype must be one of the allowed. */
export function checkDType(what: string, type: TensorType, allowed: readonly DType[]): void {
  if (allowed.includes(type.dtype)) return
  throw new DTypeError({
    what,
    expected: `dtype ${allowed.join(' or ')}`,
    received: formatType(type),
    remedy: `Convert with .cast('${allowed[0]}').`,
  })
}

/** Two inputs must have the same dtype. */
export function checkSameDType(what: string, a: TensorType, b: TensorType): void {
  if (a.dtype === b.dtype) return
  throw new DTypeError({
    what,
    expected: 'inputs of one dtype',
    received: `${formatType(a)} and ${formatType(b)}`,
    remedy: `Convert one of them with .cast('${a.dtype}').`,
  })
}

/** Two inputs must have the same shape. */
export function checkSameShape(what: string, a: TensorType, b: TensorType): void {
  if (sameShape(a.shape, b.shape)) return
  throw new ShapeError({
    what,
    expected: `inputs of one shape, here ${formatShape(a.shape)}`,
    received: formatShape(b.shape),
    remedy: 'Reshape or broadcast one of them.',
  })
}

/** The rank must be exactly this. */
export function checkRank(what: string, type: TensorType, rank: number, layout: string): void {
  if (type.shape.length === rank) return
  throw new ShapeError({
    what,
    expected: `rank ${rank}, ${layout}`,
    received: formatShape(type.shape),
    remedy: `Reshape it to ${layout}.`,
  })
}

/** An axis must be a whole number within the rank (already counted from the front). */
export function checkAxis(what: string, axis: number, rank: number): void {
  if (Number.isInteger(axis) && axis >= 0 && axis < rank) return
  throw new ShapeError({
    what,
    expected: rank === 0 ? 'no axis, for a scalar has none' : `an axis from 0 to ${rank - 1}`,
    received: String(axis),
    remedy: 'Count axes from 0 at the front, or from -1 at the back.',
  })
}

/** Axes must be distinct, ascending and within the rank. */
export function checkAxes(what: string, axes: readonly number[], rank: number): void {
  for (const axis of axes) checkAxis(what, axis, rank)
  if (axes.every((axis, i) => i === 0 || axis > (axes[i - 1] as number))) return
  throw new ShapeError({
    what,
    expected: 'distinct axes in ascending order',
    received: formatShape(axes),
    remedy: 'Name each axis once.',
  })
}

/** A shape must consist of whole numbers ≥ 0. */
export function checkShape(what: string, shape: Shape): void {
  if (shape.every((length) => Number.isSafeInteger(length) && length >= 0)) return
  throw new ShapeError({
    what,
    expected: 'a shape of whole numbers, none negative',
    received: formatShape(shape),
    remedy: 'Check the arithmetic that made these sizes.',
  })
}

/** A list must have one whole number ≥ `least` for each axis. */
export function checkPerAxis(what: string, values: readonly number[], count: number, least: number): void {
  if (values.length === count && values.every((value) => Number.isSafeInteger(value) && value >= least)) return
  throw new ValueError({
    what,
    expected: `${count} whole numbers, each at least ${least}`,
    received: formatShape(values),
    remedy: 'Give one number per axis.',
  })
}
