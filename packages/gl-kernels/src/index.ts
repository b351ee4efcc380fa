// The public API of @deep-recipe/gl-kernels.
export {}
