// The public API of @deep-recipe/datasets.
export {}
