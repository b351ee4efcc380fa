// The public API of @deep-recipe/training.
export {}
