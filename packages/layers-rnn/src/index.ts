// What layers-rnn offers.
export {
  boundGradientFlow,
  type GradientFlowOptions,
  measureCellPath,
  measureGradientFlow,
} from './analysis/gradient-flow.ts'
export {
  gruJacobians,
  type JacobianOptions,
  type LstmJacobians,
  lstmJacobians,
  originalGruJacobians,
  peepholeLstmJacobians,
  simpleRnnJacobians,
} from './analysis/jacobians.ts'
export { type SpectralNormOptions, spectralNorm } from './analysis/spectral-norm.ts'
export {
  type AdditiveAttentionOptions,
  type AdditiveAttentionParams,
  additiveAttention,
} from './attention/additive.ts'
export {
  type AttendOptions,
  type Attention,
  type AttentionMemory,
  type AttentionReading,
  type AttentionWidths,
  attend,
  drawGumbel,
  featureMapMemory,
  prepareMemory,
} from './attention/attention.ts'
export {
  type DotAttentionOptions,
  dotAttention,
  type GeneralAttentionOptions,
  generalAttention,
} from './attention/multiplicative.ts'
export {
  type AlignmentMasks,
  doublyStochasticPenalty,
  type HardAttentionTerms,
  hardAttentionLoss,
  moveBaseline,
} from './attention/penalties.ts'
export { type AttentionPooling, type AttentionPoolingParams, attentionPooling } from './attention-pooling.ts'
export { type BidirectionalOptions, type BothWays, bidirectional, type Merge } from './bidirectional.ts'
export type { CellInput, CellState, GateParams, RecurrentCell, WeightOptions } from './cell.ts'
export { type GruParams, gru, gruCell, originalGru, originalGruCell } from './cells/gru.ts'
export { type LstmOptions, type LstmState, lstm, lstmCell } from './cells/lstm.ts'
export {
  type PeepholeLstmOptions,
  type PeepholeLstmParams,
  peepholeLstm,
  peepholeLstmCell,
} from './cells/peephole-lstm.ts'
export {
  type HiddenState,
  type SimpleRnnActivation,
  type SimpleRnnOptions,
  simpleRnn,
  simpleRnnCell,
} from './cells/simple-rnn.ts'
export type {
  DecoderBegin,
  DecoderMemory,
  DecoderOptions,
  DecoderRun,
  DecoderRunOptions,
  DecoderSource,
  DecoderState,
  DecoderStep,
  PreparedSource,
  SequenceDecoder,
  SourceWidths,
} from './decoder/options.ts'
export { sequenceDecoder } from './decoder/sequence-decoder.ts'
export {
  type EncoderDecoder,
  type EncoderDecoderOptions,
  type EncoderDecoderParams,
  encoderDecoder,
} from './encoder-decoder.ts'
export { lastStep, lengthsToMask, type MaskedOptions, masked } from './mask.ts'
export {
  type LayerRun,
  type RecurrentLayer,
  type RecurrentOptions,
  type RecurrentParams,
  type RecurrentState,
  recurrent,
} from './recurrent.ts'
export { type RunOptions, type RunResult, runRecurrent, zeroState } from './run-recurrent.ts'
export { type BeamSearchOptions, beamSearch } from './search/beam-search.ts'
export type { Hypothesis, Search, SearchOptions, SequenceModel } from './search/model.ts'
export { greedySearch, type SampleSearchOptions, sampleSearch } from './search/sample-search.ts'
export { type Largest, selectLargest } from './search/select-largest.ts'
export { type StatesByPosition, stacked } from './stacked.ts'
export { timeDistributed } from './time-distributed.ts'
export {
  gruFromTorch,
  lstmFromTorch,
  simpleRnnFromTorch,
  stackFromTorch,
  type TorchConverter,
  type TorchPlace,
  type TorchWeights,
} from './torch.ts'
