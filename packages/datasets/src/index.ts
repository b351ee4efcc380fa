// The public API of @deep-recipe/datasets.
export type { HostNdArray, NumberArray } from './arrays/host-array.ts'
export * from './augment/augment.ts'
export { distortImages, type ElasticOptions } from './augment/elastic.ts'
export type { Draw } from './augment/images.ts'
export {
  type MoveOptions,
  moveImages,
  type RotateOptions,
  rotateImages,
  type ShiftOptions,
  shiftImages,
} from './augment/move-images.ts'
export { addGaussianNoise, type GaussianNoiseOptions } from './augment/noise.ts'
export * from './digits/generate-digits.ts'
export * from './errors.ts'
export type { IdxData } from './idx/format.ts'
export * from './idx/read-digit-folder.ts'
export * from './idx/read-idx.ts'
export { writeIdx } from './idx/write-idx.ts'
export { type ArrayTree, countExamples, takeExamples } from './pipeline/array-tree.ts'
export * from './pipeline/batches.ts'
export * from './pipeline/encode.ts'
export * from './pipeline/prefetch.ts'
export * from './pipeline/scale.ts'
export * from './pipeline/shuffle-split.ts'
