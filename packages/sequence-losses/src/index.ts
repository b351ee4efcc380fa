// The public API of @deep-recipe/sequence-losses.
export {}
