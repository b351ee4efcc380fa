// What the decoders read: the scores of one sequence as log-probabilities, in double precision.
import { formatShape, type HostValue, ShapeError, toHostArray, ValueError } from '@deep-recipe/core-tensor'
import { checkClass } from '../check.ts'

/** log softmax of each step of one sequence. */
export interface Frames {
  readonly time: number
  readonly classes: number
  /** Row-major [time, classes]. */
  readonly logProbabilities: Float64Array
}

/**
 * @param scores [time, classes]: logits, or log-probabilities.
 * @param length only so many steps are read. Default all.
 * @throws ShapeError for another shape, ValueError for a blank or a length out of range, and for steps with NaN or without any
 *   class that is possible.
 */
export function readFrames(what: string, scores: HostValue, blank: number, length?: number): Frames {
  const { shape, data } = toHostArray(scores)
  if (shape.length !== 2) {
    throw new ShapeError({
      what: `${what}: scores`,
      expected: 'one sequence [time, classes]',
      received: formatShape(shape),
      remedy: 'Decode the sequences of a batch one by one; cutBatch cuts them apart.',
    })
  }
  const [steps, classes] = shape as [number, number]
  checkClass(`${what}: blank`, blank, classes)
  const time = length ?? steps
  if (!(Number.isInteger(time) && time >= 0 && time <= steps)) {
    throw new ValueError({
      what: `${what}: length`,
      expected: `a whole number from 0 to ${steps}`,
      received: String(time),
      remedy: 'Give the number of steps that are not padding.',
    })
  }
  const logProbabilities = new Float64Array(time * classes)
  for (let t = 0; t < time; t++) normalizeRow(what, data, logProbabilities, t, classes)
  return { time, classes, logProbabilities }
}

/** log softmax of one row. */
function normalizeRow(what: string, from: ArrayLike<number>, to: Float64Array, t: number, classes: number): void {
  const start = t * classes
  let largest = Number.NEGATIVE_INFINITY
  let sum = 0
  for (let k = start; k < start + classes; k++) largest = Math.max(largest, from[k] as number)
  for (let k = start; k < start + classes; k++) sum += Math.exp((from[k] as number) - largest)
  if (!Number.isFinite(sum)) {
    throw new ValueError({
      what: `${what}: scores of step ${t}`,
      expected: 'numbers, or −∞ for what is ruled out, and at least one finite one',
      received: `${Array.from({ length: Math.min(classes, 5) }, (_, k) => from[start + k]).join(', ')}${classes > 5 ? ', …' : ''}`,
      remedy: 'Look for NaN or infinities in the weights or the input of the network.',
    })
  }
  const logSum = largest + Math.log(sum)
  for (let k = start; k < start + classes; k++) to[k] = (from[k] as number) - logSum
}

/**
 * The sequences of a batch, without their padding: [batch, time, classes] → as many arrays [length, classes].
 *
 * @param lengths how many steps of each are real. Default all.
 * @throws ShapeError for other shapes or another number of lengths.
 */
export function cutBatch(scores: HostValue, lengths?: readonly number[]): Float32Array2d[] {
  const { shape, data } = toHostArray(scores)
  const [batch = 0, time = 0, classes = 0] = shape
  if (shape.length !== 3 || (lengths && lengths.length !== batch)) {
    throw new ShapeError({
      what: 'cutBatch',
      expected: 'scores [batch, time, classes], and one length for each sequence',
      received: `${formatShape(shape)}${lengths ? ` and ${lengths.length} lengths` : ''}`,
      remedy: 'Give what the network puts out for a batch.',
    })
  }
  return Array.from({ length: batch }, (_, i) => {
    const steps = Math.min(time, Math.max(0, lengths?.[i] ?? time))
    const start = i * time * classes
    return {
      shape: [steps, classes],
      dtype: 'float32',
      data: Float32Array.from(data.subarray(start, start + steps * classes)),
    }
  })
}

/** A host array [rows, columns] of float32. */
export interface Float32Array2d {
  readonly shape: readonly [rows: number, columns: number]
  readonly dtype: 'float32'
  readonly data: Float32Array
}
