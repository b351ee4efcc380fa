// The public API of @deep-recipe/datasets.
export type { HostNdArray, NumberArray } from './arrays/host-array.ts'
export * from './digits/generate-digits.ts'
export * from './errors.ts'
export type { IdxData } from './idx/format.ts'
export * from './idx/read-digit-folder.ts'
export * from './idx/read-idx.ts'
export { writeIdx } from './idx/write-idx.ts'
