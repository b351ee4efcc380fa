// Host values: ndarrays of a known dtype, and the way to them from numbers, nested arrays and typed arrays.
import ndarray, { type NdArray } from 'ndarray'
import { DTypeError, ShapeError } from '../errors.ts'
import { checkShape } from '../trace/check.ts'
import { contiguousStrides, type DType, formatShape, type Shape, sameShape, sizeOf } from '../trace/types.ts'

/** Storage per dtype. Float64Array stands for float32 in the reference backend's double precision only. */
export type HostData = Float32Array | Float64Array | Int32Array | Uint8Array

/** A contiguous row-major array on the host: shape, dtype and data. Treat the data as immutable. */
export interface HostArray {
  readonly shape: Shape
  readonly dtype: DType
  readonly data: HostData
}

/** Nested arrays of numbers or booleans, as deep as the rank. */
export type NestedArray = number | boolean | readonly NestedArray[]

/** Typed arrays that are taken as vectors (or with an explicit shape). */
export type AnyTypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array

/** Whatever the toolkit takes for a value: number, nested array, typed array, ndarray or HostArray. */
export type HostValue = NestedArray | AnyTypedArray | NdArray | HostArray

/** How to read a host value. */
export interface HostArrayOptions {
  /** Default: float32 for numbers and floating arrays, int32 for integer arrays, bool for booleans. */
  readonly dtype?: DType
  /** Shape for flat data; default: the value's own. */
  readonly shape?: Shape
  /** `double` keeps float32 values as Float64Array, for the reference backend's double precision. */
  readonly precision?: Precision
}

/** How float32 is stored: as it says, or in 64 bits where finite differences must be trusted. */
export type Precision = 'single' | 'double'

/** Fresh zeroed storage. */
export function allocate(dtype: DType, size: number, precision: Precision = 'single'): HostData {
  if (dtype === 'float32') return precision === 'double' ? new Float64Array(size) : new Float32Array(size)
  return dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size)
}

/** Whether a value is an ndarray (of any copy of the library). */
export function isNdArray(value: unknown): value is NdArray {
  return typeof value === 'object' && value !== null && 'stride' in value && 'offset' in value && 'data' in value
}

/** Whether a value is a HostArray. */
export function isHostArray(value: unknown): value is HostArray {
  if (typeof value !== 'object' || value === null || !('dtype' in value && 'data' in value) || 'stride' in value) {
    return false
  }
  return ArrayBuffer.isView(value.data) || Array.isArray(value.data)
}

/** A contiguous host array with the same numbers; typed data of the right kind is taken over without a copy. */
export function toHostArray(value: HostValue, options: HostArrayOptions = {}): HostArray {
  const { data, shape, dtype } = readValue(value, options.dtype, options.precision)
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw new DTypeError({
      what: 'Host value',
      expected: 'dtype float32, int32 or bool',
      received: String(dtype),
      remedy: 'Leave the dtype out, or choose one of these.',
    })
  }
  const wanted = options.shape ?? shape
  checkShape('Host value: shape', wanted)
  if (sizeOf(wanted) !== data.length) {
    throw new ShapeError({
      what: 'Host value',
      expected: `${sizeOf(wanted)} numbers for the shape ${formatShape(wanted)}`,
      received: `${data.length}`,
      remedy: 'Give as many numbers as the shape has places.',
    })
  }
  return { shape: [...wanted], dtype, data: convert(data, dtype, options.precision ?? 'single') }
}

/** The same memory seen as an ndarray. */
export function toNdArray(array: HostArray): NdArray<HostData> {
  return ndarray(array.data, [...array.shape])
}

/** The only number of an array (bool: 0 or 1). @throws ShapeError when there are none or several */
export function toNumber({ shape, data }: HostArray): number {
  const [number] = data
  if (data.length === 1 && number !== undefined) return number
  throw new ShapeError({
    what: 'item()',
    expected: 'one element',
    received: `${data.length}, of the shape ${formatShape(shape)}`,
    remedy: 'Reduce it with sum(), mean() or max(), or read all with array().',
  })
}

/** Nested arrays of numbers (bool: of booleans); a scalar gives a number. */
export function toNested(array: HostArray): NestedArray {
  const strides = contiguousStrides(array.shape)
  const read = (axis: number, offset: number): NestedArray => {
    if (axis === array.shape.length) {
      const number = array.data[offset] as number
      return array.dtype === 'bool' ? number !== 0 : number
    }
    return Array.from({ length: array.shape[axis] as number }, (_, index) =>
      read(axis + 1, offset + index * (strides[axis] as number)),
    )
  }
  return read(0, 0)
}

function readValue(
  value: HostValue,
  dtype: DType | undefined,
  precision: Precision | undefined,
): { data: ArrayLike<number>; shape: Shape; dtype: DType } {
  if (isHostArray(value)) return { data: value.data, shape: value.shape, dtype: dtype ?? value.dtype }
  if (ArrayBuffer.isView(value)) {
    const natural = typedArrayDType(value)
    return { data: value, shape: [value.length], dtype: dtype ?? natural }
  }
  if (isNdArray(value)) return readNdArray(value, dtype, precision)
  return readNested(value, dtype)
}

function readNdArray(
  value: NdArray,
  dtype: DType | undefined,
  precision: Precision | undefined,
): { data: ArrayLike<number>; shape: Shape; dtype: DType } {
  const data = value.data as ArrayLike<number>
  if (!ArrayBuffer.isView(data) && !Array.isArray(data)) valueError('an ndarray over an object with get and set')
  const natural = ArrayBuffer.isView(data) ? typedArrayDType(data as unknown as AnyTypedArray) : 'float32'
  const inferred = dtype ?? natural
  const { shape, stride, offset } = value
  const strides = contiguousStrides(shape)
  if (offset === 0 && data.length === value.size && shape.every((n, axis) => n < 2 || stride[axis] === strides[axis])) {
    return { data, shape, dtype: inferred }
  }
  const copy = allocate(inferred, value.size, precision)
  const index = new Array<number>(shape.length).fill(0)
  let position = offset
  for (let i = 0; i < copy.length; i++) {
    copy[i] = inferred === 'bool' ? Number(data[position] !== 0) : (data[position] as number)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1
      position += stride[axis] as number
      if (next < (shape[axis] as number)) {
        index[axis] = next
        break
      }
      position -= next * (stride[axis] as number)
      index[axis] = 0
    }
  }
  return { data: copy, shape, dtype: inferred }
}

function readNested(
  value: NestedArray,
  dtype: DType | undefined,
): { data: ArrayLike<number>; shape: Shape; dtype: DType } {
  const shape: number[] = []
  for (let level: unknown = value; Array.isArray(level); level = level[0]) shape.push(level.length)
  const numbers: number[] = []
  let booleans = 0
  const visit = (part: NestedArray, axis: number): void => {
    if (typeof part === 'number' || typeof part === 'boolean') {
      if (axis !== shape.length) raggedError(shape, axis)
      if (typeof part === 'boolean') booleans++
      numbers.push(Number(part))
      return
    }
    if (!Array.isArray(part)) {
      valueError(describeValue(part))
    }
    if (part.length !== shape[axis]) raggedError(shape, axis)
    for (const inner of part) visit(inner, axis + 1)
  }
  visit(value, 0)
  return { data: numbers, shape, dtype: dtype ?? (booleans > 0 && booleans === numbers.length ? 'bool' : 'float32') }
}

function raggedError(shape: Shape, axis: number): never {
  throw new ShapeError({
    what: 'Nested array',
    expected: `every part to have the shape ${formatShape(shape)} of the first`,
    received: `a different length at depth ${axis}`,
    remedy: 'Pad the shorter parts to one length.',
  })
}

function describeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return `a ${value.constructor?.name ?? 'object'}`
}

function valueError(received: string): never {
  throw new DTypeError({
    what: 'Host value',
    expected: 'numbers, booleans, nested arrays of them, a typed array or an ndarray',
    received,
    remedy: 'Convert the value to numbers first; read what lives on a backend with await array.host().',
  })
}

function typedArrayDType(data: ArrayBufferView): DType {
  const { name } = data.constructor
  if (name === 'DataView' || name.startsWith('Big')) valueError(`a ${name}`)
  return name.startsWith('Float') ? 'float32' : 'int32'
}

function convert(data: ArrayLike<number>, dtype: DType, precision: Precision): HostData {
  if (dtype === 'float32' && precision === 'double') return Float64Array.from(data)
  if (dtype === 'float32') return data instanceof Float32Array ? data : Float32Array.from(data)
  if (dtype === 'int32') return data instanceof Int32Array ? data : Int32Array.from(data)
  return Uint8Array.from(data, (number) => (number !== 0 ? 1 : 0))
}

/** Whether two host arrays hold the same type and the same bits (NaN equals NaN, 0 differs from −0). */
export function sameHostArray(a: HostArray, b: HostArray): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape) && a.data.every((number, i) => Object.is(number, b.data[i]))
}
