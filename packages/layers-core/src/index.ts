// What layers-core offers.
export * from './activations.ts'
export { applyPart, initPart, observeLayers, type ParamsByPosition } from './composition.ts'
export * from './initializers.ts'
export * from './layer.ts'
export { type DenseOptions, dense } from './layers/dense.ts'
export { type EmbeddingOptions, embedding } from './layers/embedding.ts'
export { maxout } from './layers/maxout.ts'
export {
  type BatchNormOptions,
  type BatchNormParams,
  batchNorm,
  type LayerNormOptions,
  layerNorm,
} from './layers/normalization.ts'
export { flatten, reshape } from './layers/shape.ts'
export { orthogonalInitializer } from './orthogonal.ts'
export { countParameters, isState, splitTrainable } from './parameters.ts'
export { sequential } from './sequential.ts'
export { type LayerRow, type ModelSummary, summarizeLayers, summary } from './summary.ts'
