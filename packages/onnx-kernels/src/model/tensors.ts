// Values and their types as ONNX writes them: element types, dimensions and little-endian raw data.
import { create } from '@bufbuild/protobuf'
import {
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  type TensorShapeProto_Dimension,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf'

/** Element types that lowered graphs use; the last two only between operators. */
export type OnnxType = 'float32' | 'float64' | 'int32' | 'bool' | 'int64' | 'uint32'

/** Sizes of the axes; a string names a dimension that is known only when the model runs. */
export type OnnxShape = readonly (number | string)[]

/** The number that ONNX gives to each element type. */
export const onnxDataType: { readonly [T in OnnxType]: number } = {
  float32: TensorProto_DataType.FLOAT,
  float64: TensorProto_DataType.DOUBLE,
  int32: TensorProto_DataType.INT32,
  bool: TensorProto_DataType.BOOL,
  int64: TensorProto_DataType.INT64,
  uint32: TensorProto_DataType.UINT32,
}

/** The bytes of a typed array, without a copy. */
export function bytesOf(data: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
}

/** A tensor message. The bytes are taken over, not copied. */
export function makeTensorProto(
  name: string,
  type: OnnxType,
  shape: readonly number[],
  data: ArrayBufferView,
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: onnxDataType[type],
    dims: shape.map(BigInt),
    rawData: bytesOf(data),
  })
}

function makeDimension(size: number | string): TensorShapeProto_Dimension {
  return create(TensorShapeProto_DimensionSchema, {
    value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
  })
}

/** Name and type of a graph's input or output. */
export function makeValueInfo(name: string, type: OnnxType, shape: OnnxShape): ValueInfoProto {
  const tensor = create(TypeProto_TensorSchema, {
    elemType: onnxDataType[type],
    shape: create(TensorShapeProtoSchema, { dim: shape.map(makeDimension) }),
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }),
  })
}
