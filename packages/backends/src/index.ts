// The public API of @deep-recipe/backends.
export {}
