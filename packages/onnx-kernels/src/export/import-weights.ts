// Weights out of an ONNX file, whoever wrote it.
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { fromBinary } from '@bufbuild/protobuf'
import { type HostArray, RecipeError, sizeOf } from '@deep-recipe/core-tensor'
import { ModelProtoSchema, type TensorProto, TensorProto_DataLocation, TensorProto_DataType as Type } from 'onnx-buf'

/** A file that is not a readable ONNX model. */
export class OnnxFileError extends RecipeError {
  override readonly name = 'OnnxFileError'
}

/**
 * The weights of an ONNX file by name: float32, float64, float16 and bfloat16 as float32; int32 and int64 as int32; bool.
 * Weights of other types (such as quantised ones) are left out, and so are int64 numbers beyond 32 bits.
 *
 * @throws OnnxFileError for a file that is no ONNX model or whose weights are incomplete.
 */
export async function importOnnxWeights(path: string): Promise<Record<string, HostArray>> {
  const model = await readModel(path)
  const weights: Record<string, HostArray> = {}
  for (const tensor of model.graph?.initializer ?? []) {
    const array = decodeTensor(path, tensor, await readBytes(path, tensor))
    if (array) weights[tensor.name] = array
  }
  return weights
}

async function readModel(path: string) {
  const bytes = await readFile(path)
  try {
    const model = fromBinary(ModelProtoSchema, bytes)
    if (model.graph) return model
  } catch (error) {
    throw describe(path, error instanceof Error ? error.message : String(error), error)
  }
  throw describe(path, 'a message without a graph')
}

/** The raw bytes of a tensor, from the model or from the file beside it. */
async function readBytes(path: string, tensor: TensorProto): Promise<Uint8Array> {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return tensor.rawData
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]))
  const location = normalize(entries.get('location') ?? '')
  if (location === '.' || isAbsolute(location) || location.split(sep).includes('..')) {
    throw describe(path, `weights of ${tensor.name} outside its folder (${location})`)
  }
  const data = await readFile(join(dirname(path), location))
  const offset = Number(entries.get('offset') ?? 0)
  const length = Number(entries.get('length') ?? data.byteLength - offset)
  if (!(offset >= 0 && length >= 0 && offset + length <= data.byteLength)) {
    throw describe(path, `weights of ${tensor.name} from ${offset} to ${offset + length} in ${data.byteLength} bytes`)
  }
  return data.subarray(offset, offset + length)
}

/** Decoders from raw little-endian bytes, by element type. */
const decoders: { readonly [type: number]: { bytes: number; dtype: HostArray['dtype']; read: Read } } = {
  [Type.FLOAT]: { bytes: 4, dtype: 'float32', read: (view, at) => view.getFloat32(at, true) },
  [Type.DOUBLE]: { bytes: 8, dtype: 'float32', read: (view, at) => view.getFloat64(at, true) },
  [Type.FLOAT16]: { bytes: 2, dtype: 'float32', read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  [Type.BFLOAT16]: { bytes: 2, dtype: 'float32', read: (view, at) => brainToNumber(view.getUint16(at, true)) },
  [Type.INT32]: { bytes: 4, dtype: 'int32', read: (view, at) => view.getInt32(at, true) },
  [Type.INT64]: { bytes: 8, dtype: 'int32', read: (view, at) => Number(view.getBigInt64(at, true)) },
  [Type.BOOL]: { bytes: 1, dtype: 'bool', read: (view, at) => view.getUint8(at) },
}
type Read = (view: DataView, at: number) => number

function decodeTensor(path: string, tensor: TensorProto, raw: Uint8Array): HostArray | undefined {
  const decoder = decoders[tensor.dataType]
  if (!decoder) return undefined
  const shape = tensor.dims.map(Number)
  const size = sizeOf(shape)
  const values = raw.byteLength > 0 || size === 0 ? readRaw(raw, decoder) : readFields(tensor)
  if (values.length !== size) throw describe(path, `${values.length} numbers for ${tensor.name} [${shape.join(', ')}]`)
  if (tensor.dataType === Type.INT64 && values.some((value) => (value | 0) !== value)) return undefined
  const { dtype } = decoder
  if (dtype === 'float32') return { shape, dtype, data: Float32Array.from(values) }
  return { shape, dtype, data: dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values) }
}

function readRaw(raw: Uint8Array, { bytes, read }: { bytes: number; read: Read }): number[] | Float64Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  return Float64Array.from({ length: Math.floor(raw.byteLength / bytes) }, (_, i) => read(view, i * bytes))
}

/** Numbers in the typed fields that older exporters write instead of raw bytes. */
function readFields(tensor: TensorProto): number[] {
  switch (tensor.dataType) {
    case Type.FLOAT:
      return tensor.floatData
    case Type.DOUBLE:
      return tensor.doubleData
    case Type.INT64:
      return tensor.int64Data.map(Number)
    case Type.FLOAT16:
      return tensor.int32Data.map(halfToNumber)
    case Type.BFLOAT16:
      return tensor.int32Data.map(brainToNumber)
    default:
      return tensor.int32Data
  }
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}

/** bfloat16: the upper half of a float32. */
function brainToNumber(bits: number): number {
  const words = new DataView(new ArrayBuffer(4))
  words.setUint32(0, bits << 16)
  return words.getFloat32(0)
}

function describe(path: string, received: string, cause?: unknown): OnnxFileError {
  return new OnnxFileError(
    { what: path, expected: 'a complete ONNX model', received, remedy: 'Export it again, with all of its files.' },
    cause === undefined ? undefined : { cause },
  )
}
