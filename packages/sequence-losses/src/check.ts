// Checks that the losses share. Numbers that are known when a graph is built are checked here; numbers that a compiled
// function is fed cannot be, and what they then give is said at each loss.
import {
  asTensor,
  formatShape,
  formatType,
  type Shape,
  ShapeError,
  sameShape,
  Tensor,
  type TensorLike,
  toHostArray,
  ValueError,
} from '@deep-recipe/core-tensor'

/** Throws unless a tensor has float32 numbers and as many axes as `layout` names. */
export function checkScores(what: string, scores: Tensor, layout: readonly string[]): void {
  if (scores.dtype === 'float32' && scores.rank === layout.length) return
  throw new ShapeError({
    what,
    expected: `float32[${layout.join(', ')}]`,
    received: formatType(scores),
    remedy: 'Give the network one score for each class in each step, before any softmax.',
  })
}

/**
 * Whole numbers as an int32 tensor of the given shape.
 *
 * @param range what they may be, both ends included; only numbers that are known now can be held against it.
 * @throws ShapeError for another shape or dtype, ValueError for a number out of range.
 */
export function readWholeNumbers(
  what: string,
  value: TensorLike,
  shape: Shape,
  range: readonly [lowest: number, highest: number],
): Tensor {
  if (!(value instanceof Tensor)) checkRange(what, Array.from(toHostArray(value).data), range)
  const numbers = asTensor(value, 'int32')
  if (numbers.dtype === 'int32' && sameShape(numbers.shape, shape)) return numbers
  throw new ShapeError({
    what,
    expected: `int32${formatShape(shape)}`,
    received: formatType(numbers),
    remedy: 'Give whole numbers, one row for each sequence of the batch.',
  })
}

function checkRange(what: string, numbers: readonly number[], [lowest, highest]: readonly [number, number]): void {
  const wrong = numbers.find((number) => !(Number.isInteger(number) && number >= lowest && number <= highest))
  if (wrong === undefined) return
  throw new ValueError({
    what,
    expected: `whole numbers from ${lowest} to ${highest}`,
    received: String(wrong),
    remedy: 'Check how the batch was padded and its symbols were numbered.',
  })
}

/** Throws unless `index` is the number of one of the classes. */
export function checkClass(what: string, index: number, classes: number): void {
  if (Number.isInteger(index) && index >= 0 && index < classes) return
  throw new ValueError({
    what,
    expected: `a class number from 0 to ${classes - 1}`,
    received: String(index),
    remedy: 'Count classes from 0; the blank is one of them.',
  })
}
