// What onnx-kernels offers.

export { type OnnxOptions, openOnnx } from './run/onnx-backend.ts'
