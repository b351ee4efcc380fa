// The element types of safetensors files: how many bytes each takes, and how its numbers become float32, int32 or bool.
import type { DType, HostArray, HostData, Precision } from '@deep-recipe/core-tensor'
import { SafetensorsError } from './errors.ts'

/** An element type as stored. */
export interface StoredType {
  readonly name: string
  readonly bytes: number
  /** What it becomes in memory. */
  readonly dtype: DType
  readonly read: (view: DataView, offset: number) => number
}

/** bfloat16 is the upper half of a float32. */
function readBfloat16(view: DataView, offset: number): number {
  widened.setUint32(0, view.getUint16(offset, true) << 16)
  return widened.getFloat32(0)
}

const widened = new DataView(new ArrayBuffer(4))

/** IEEE 754 binary16: one bit of sign, five of exponent (bias 15), ten of fraction. */
function readFloat16(view: DataView, offset: number): number {
  const bits = view.getUint16(offset, true)
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const float32: StoredType = {
  name: 'F32',
  bytes: 4,
  dtype: 'float32',
  read: (view, offset) => view.getFloat32(offset, true),
}
const float64: StoredType = {
  name: 'F64',
  bytes: 8,
  dtype: 'float32',
  read: (view, offset) => view.getFloat64(offset, true),
}
const int32: StoredType = { name: 'I32', bytes: 4, dtype: 'int32', read: (view, offset) => view.getInt32(offset, true) }
const bool: StoredType = { name: 'BOOL', bytes: 1, dtype: 'bool', read: (view, offset) => view.getUint8(offset) }

/** All that can be read, by increasing alignment and otherwise in the order of the reference implementation. */
export const storedTypes: readonly StoredType[] = [
  bool,
  { name: 'U8', bytes: 1, dtype: 'int32', read: (view, offset) => view.getUint8(offset) },
  { name: 'I8', bytes: 1, dtype: 'int32', read: (view, offset) => view.getInt8(offset) },
  { name: 'I16', bytes: 2, dtype: 'int32', read: (view, offset) => view.getInt16(offset, true) },
  { name: 'U16', bytes: 2, dtype: 'int32', read: (view, offset) => view.getUint16(offset, true) },
  { name: 'F16', bytes: 2, dtype: 'float32', read: readFloat16 },
  { name: 'BF16', bytes: 2, dtype: 'float32', read: readBfloat16 },
  int32,
  { name: 'U32', bytes: 4, dtype: 'int32', read: (view, offset) => view.getUint32(offset, true) },
  float32,
  float64,
  { name: 'I64', bytes: 8, dtype: 'int32', read: (view, offset) => Number(view.getBigInt64(offset, true)) },
  { name: 'U64', bytes: 8, dtype: 'int32', read: (view, offset) => Number(view.getBigUint64(offset, true)) },
]

/** The type in which an array is written. */
export function storedTypeOf(array: HostArray): StoredType {
  if (array.dtype === 'float32') return array.data instanceof Float64Array ? float64 : float32
  return array.dtype === 'int32' ? int32 : bool
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** The numbers as little-endian bytes; the same memory where the machine keeps them so. */
export function encodeElements(data: HostData, type: StoredType): Uint8Array {
  if (type === bool) return Uint8Array.from(data, (number) => (number === 0 ? 0 : 1))
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return isLittleEndian ? bytes : reverseElements(bytes.slice(), type.bytes)
}

function reverseElements(bytes: Uint8Array, size: number): Uint8Array {
  for (let begin = 0; begin < bytes.length; begin += size) bytes.subarray(begin, begin + size).reverse()
  return bytes
}

/**
 * The numbers of one tensor from its own bytes.
 * @throws SafetensorsError for integers beyond 32 bits, finite F64 values beyond float32, and BOOL bytes other than 0 and 1
 */
export function decodeElements(
  bytes: Uint8Array<ArrayBuffer>,
  type: StoredType,
  what: string,
  options: { readonly precision?: Precision },
): { dtype: DType; data: HostData } {
  const { dtype } = type
  const count = bytes.length / type.bytes
  if (isLittleEndian && type === float32 && options.precision !== 'double') {
    return { dtype, data: new Float32Array(bytes.buffer, bytes.byteOffset, count) }
  }
  if (isLittleEndian && type === int32) return { dtype, data: new Int32Array(bytes.buffer, bytes.byteOffset, count) }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const data = allocateFor(dtype, count, options.precision)
  for (let i = 0; i < count; i++) {
    const value = type.read(view, i * type.bytes)
    data[i] = value
    if (type === bool ? value > 1 : dtype === 'int32' ? data[i] !== value : overflows(value, data[i] as number)) {
      throw new SafetensorsError({
        what,
        expected: `${type.name} values that ${dtype} can hold`,
        received: `${value} at place ${i}`,
        remedy: 'Convert the tensor to a smaller range before saving it.',
      })
    }
  }
  return { dtype, data }
}

function allocateFor(dtype: DType, count: number, precision: Precision | undefined): HostData {
  if (dtype === 'float32') return precision === 'double' ? new Float64Array(count) : new Float32Array(count)
  return dtype === 'int32' ? new Int32Array(count) : new Uint8Array(count)
}

function overflows(wide: number, narrow: number): boolean {
  return Number.isFinite(wide) && !Number.isFinite(narrow)
}
