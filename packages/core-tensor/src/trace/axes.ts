// Axes and shapes as people write them (negative axes, −1 sizes, slices) turned into what the primitives take.
import { ShapeError } from '../errors.ts'
import { checkAxis } from './check.ts'
import { formatShape, type Shape, sizeOf } from './types.ts'

/** One axis or several; negative ones count from the back. */
export type Axes = number | readonly number[]

/** The axis counted from the front. Throws a ShapeError beyond the rank. */
export function normalizeAxis(what: string, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis
  if (Number.isInteger(axis) && positive >= 0 && positive < rank) return positive
  checkAxis(what, axis, rank)
  return positive
}

/** Distinct axes in ascending order; all of them when none is given. */
export function normalizeAxes(what: string, axes: Axes | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  const list = typeof axes === 'number' ? [axes] : axes
  const sorted = list.map((axis) => normalizeAxis(what, axis, rank)).sort((a, b) => a - b)
  if (new Set(sorted).size === sorted.length) return sorted
  throw new ShapeError({
    what,
    expected: 'distinct axes',
    received: formatShape(list),
    remedy: 'Name each axis once.',
  })
}

/** The shape with its one −1 replaced by whatever the number of elements leaves. */
export function resolveShape(shape: Shape, size: number): Shape {
  const unknown = shape.indexOf(-1)
  if (unknown < 0) return shape
  const rest = sizeOf(shape.toSpliced(unknown, 1))
  if (rest > 0 && size % rest === 0 && shape.indexOf(-1, unknown + 1) < 0) return shape.with(unknown, size / rest)
  throw new ShapeError({
    what: `reshape to ${formatShape(shape)}`,
    expected: `one -1 beside sizes whose product divides ${size}`,
    received: formatShape(shape),
    remedy: 'Give all sizes but one.',
  })
}

/** The common shape of two by numpy's rules: aligned at the back, size 1 repeats. Throws a ShapeError. */
export function broadcastShapes(what: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const lengthA = a[axis - rank + a.length] ?? 1
    const lengthB = b[axis - rank + b.length] ?? 1
    if (lengthA === lengthB || lengthB === 1) return lengthA
    if (lengthA === 1) return lengthB
    throw new ShapeError({
      what,
      expected: 'shapes that agree from the back, or have size 1 where they differ',
      received: `${formatShape(a)} and ${formatShape(b)}`,
      remedy: 'Reshape one of them, or put axes of size 1 where it should repeat.',
    })
  })
}
