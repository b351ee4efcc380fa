// The public API of @deep-recipe/sequence-losses.
export * from './chunk-f1.ts'
export { alignLabels } from './ctc/align-labels.ts'
export {
  type AlignedLabel,
  collapsePath,
  type Decoded,
  type DecodeOptions,
  decodeBestPath,
} from './ctc/best-path.ts'
export { type CtcOptions, ctcLoss } from './ctc/ctc-loss.ts'
export { cutBatch, type Float32Array2d } from './ctc/frames.ts'
export { type BeamResult, decodePrefixBeam, type PrefixBeamOptions } from './ctc/prefix-beam.ts'
export type { LanguageOptions, WordOptions } from './ctc/word-list.ts'
export * from './language/n-gram-model.ts'
export {
  type MaskedCrossEntropyOptions,
  maskedCrossEntropy,
  type TokenReduction,
} from './masked-cross-entropy.ts'
export * from './metrics/index.ts'
export type { Reduction } from './reduction.ts'
export { type TransducerOptions, transducerLoss } from './transducer/transducer-loss.ts'
