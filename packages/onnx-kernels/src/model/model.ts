// The outermost message: a graph with the versions that a reader must understand.
import { create, toBinary } from '@bufbuild/protobuf'
import { type GraphProto, type ModelProto, ModelProtoSchema, OperatorSetIdProtoSchema } from 'onnx-buf'

/** Operator set and file format that lowered graphs are written in: read by ONNX Runtime 1.18 (2024) and later. */
const operatorSet = 21n
const formatVersion = 10n

/** A model of one graph. */
export function makeModel(graph: GraphProto, domains: Iterable<string>): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: formatVersion,
    producerName: 'deep-recipe',
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: '', version: operatorSet }),
      ...[...domains].map((domain) => create(OperatorSetIdProtoSchema, { domain, version: 1n })),
    ],
    graph,
  })
}

/** The bytes of a model. */
export function encodeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  return toBinary(ModelProtoSchema, model)
}
