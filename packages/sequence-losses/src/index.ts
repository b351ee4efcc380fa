// The public API of @deep-recipe/sequence-losses.
export * from './chunk-f1.ts'
