// 1-of-N coding of class numbers.
import ndarray from 'ndarray'
import { type HostNdArray, rowMajorData } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { checkCount } from '../options.ts'

/** How to encode classes. */
export interface OneHotOptions {
  readonly classes: number
  /** Add one slot, the last, for every label that is not 0 to classes − 1 (rare words, unknown tags); default false. */
  readonly other?: boolean
}

/**
 * Encodes class numbers as vectors with a single 1.
 *
 * @param labels whole numbers of any shape.
 * @returns float32 of the shape of `labels` with one more axis at the end: `classes` slots, one more with `other`.
 * @throws DatasetError for a label out of range without `other`, or one that is not a whole number.
 */
export function oneHot(labels: HostNdArray, options: OneHotOptions): HostNdArray<Float32Array> {
  const { classes, other = false } = options
  checkCount('oneHot: classes', classes, 1)
  const slots = other ? classes + 1 : classes
  const data = rowMajorData(labels)
  const result = new Float32Array(data.length * slots)
  for (let at = 0; at < data.length; at++) {
    const label = data[at] as number
    const known = label >= 0 && label < classes
    if (!Number.isInteger(label) || !(known || other)) {
      throw new DatasetError({
        what: `oneHot: label ${at}`,
        expected: `a whole number from 0 to ${classes - 1}`,
        received: String(label),
        remedy: 'Raise `classes`, or set `other: true` to collect what is out of range in a slot of its own.',
      })
    }
    result[at * slots + (known ? label : classes)] = 1
  }
  return ndarray(result, [...labels.shape, slots])
}
