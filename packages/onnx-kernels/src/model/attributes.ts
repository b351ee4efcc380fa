// Attributes of ONNX operators, written as plain tagged values and turned into protobuf messages.
import { create } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  type TensorProto,
} from 'onnx-buf'

/** One attribute: ONNX tells whole numbers from real ones, so the kind is said. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly graph: GraphProto }
  | { readonly tensor: TensorProto }

/** Attributes of one operator by name. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>

/** The protobuf message of one attribute. */
export function encodeAttribute(name: string, attribute: OnnxAttribute): AttributeProto {
  const message = create(AttributeProtoSchema, { name })
  if ('int' in attribute) {
    message.type = AttributeProto_AttributeType.INT
    message.i = BigInt(attribute.int)
  } else if ('ints' in attribute) {
    message.type = AttributeProto_AttributeType.INTS
    message.ints = attribute.ints.map(BigInt)
  } else if ('float' in attribute) {
    message.type = AttributeProto_AttributeType.FLOAT
    message.f = attribute.float
  } else if ('string' in attribute) {
    message.type = AttributeProto_AttributeType.STRING
    message.s = new TextEncoder().encode(attribute.string)
  } else if ('graph' in attribute) {
    message.type = AttributeProto_AttributeType.GRAPH
    message.g = attribute.graph
  } else {
    message.type = AttributeProto_AttributeType.TENSOR
    message.t = attribute.tensor
  }
  return message
}
