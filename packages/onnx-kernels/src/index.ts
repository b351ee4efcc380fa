// What onnx-kernels offers.

export {
  type ExampleValue,
  type ExportedOnnx,
  type ExportOnnxOptions,
  exportOnnx,
} from './export/export-onnx.ts'
export { importOnnxWeights, OnnxFileError } from './export/import-weights.ts'
export {
  type BatchNormWeights,
  fromTorchBatchNorm,
  fromTorchConv2d,
  fromTorchEmbedding,
  fromTorchLayerNorm,
  fromTorchLinear,
  type LayerWeights,
  type NamedWeights,
} from './export/torch-layouts.ts'
export type { ExportedFunction, ParameterValue } from './export/trace-model.ts'
export { type OnnxOptions, openOnnx } from './run/onnx-backend.ts'
