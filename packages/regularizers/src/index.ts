// The public API of @deep-recipe/regularizers.
export {}
