// The public API of @deep-recipe/layers-core.
export {}
