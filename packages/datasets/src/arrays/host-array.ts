// Row-major access to ndarrays of numbers: what readers, augmentation and batching have in common.
import ndarray, { type NdArray } from 'ndarray'
import { DatasetError } from '../errors.ts'

/** The storage of a host array. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array

/** An n-dimensional array in host memory. */
export type HostNdArray<Data extends NumberArray = NumberArray> = NdArray<Data>

const storageTypes: readonly (new (size: number) => NumberArray)[] = [
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
]

/** Whether a value is an ndarray over a typed array of numbers. */
export function isHostNdArray(value: unknown): value is HostNdArray {
  if (typeof value !== 'object' || value === null || !('data' in value && 'stride' in value && 'shape' in value)) {
    return false
  }
  return storageTypes.some((type) => value.data instanceof type)
}

/** Zeroed storage of the same element type as `like`. */
export function allocateLike<Data extends NumberArray>(like: Data, size: number): Data {
  const type = storageTypes.find((candidate) => like instanceof candidate)
  if (type === undefined) {
    throw new DatasetError({
      what: 'array storage',
      expected: `one of ${storageTypes.map((candidate) => candidate.name).join(', ')}`,
      received: String((like as object).constructor?.name),
      remedy: 'Copy the numbers into a Float32Array or an Int32Array first.',
    })
  }
  return new type(size) as Data
}

/** The number of elements of a shape; the empty shape has one. */
export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

/** Elements per entry of the leading axis. */
export function rowSizeOf(array: HostNdArray): number {
  return sizeOfShape(array.shape.slice(1))
}

/** A shape as text, e.g. `[60000, 28, 28]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}

function isRowMajor(array: HostNdArray): boolean {
  let expected = 1
  for (let axis = array.dimension - 1; axis >= 0; axis--) {
    // The stride of an axis of one entry is never used.
    if (array.shape[axis] !== 1 && array.stride[axis] !== expected) return false
    expected *= array.shape[axis] as number
  }
  return true
}

/**
 * The elements of an array in row-major order, as flat storage of `array.size` elements.
 * A view of the array's own data where its layout allows it (do not write to it), else a copy.
 */
export function rowMajorData<Data extends NumberArray>(array: HostNdArray<Data>): Data {
  if (isRowMajor(array)) return array.data.subarray(array.offset, array.offset + array.size) as Data
  const { data, shape, stride, offset, dimension, size } = array
  const result = allocateLike(data, size)
  const position = new Array<number>(dimension).fill(0)
  let from = offset
  for (let to = 0; to < size; to++) {
    result[to] = data[from] as number
    // Count up like an odometer: the last axis turns fastest.
    for (let axis = dimension - 1; axis >= 0; axis--) {
      const next = (position[axis] as number) + 1
      from += stride[axis] as number
      if (next < (shape[axis] as number)) {
        position[axis] = next
        break
      }
      from -= next * (stride[axis] as number)
      position[axis] = 0
    }
  }
  return result
}

/** A new array of the entries of the leading axis that `indices` names, in that order. Shape [indices.length, ...rest]. */
export function gatherRows<Data extends NumberArray>(
  array: HostNdArray<Data>,
  indices: ArrayLike<number>,
): HostNdArray<Data> {
  const rowSize = rowSizeOf(array)
  const source = rowMajorData(array)
  const result = allocateLike(source, indices.length * rowSize)
  for (let row = 0; row < indices.length; row++) {
    const start = (indices[row] as number) * rowSize
    if (rowSize === 1) result[row] = source[start] as number
    else result.set(source.subarray(start, start + rowSize), row * rowSize)
  }
  return ndarray(result, [indices.length, ...array.shape.slice(1)])
}
