// The public API of @deep-recipe/core-tensor.
export {}
