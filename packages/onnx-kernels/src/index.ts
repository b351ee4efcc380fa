// The public API of @deep-recipe/onnx-kernels.
export {}
