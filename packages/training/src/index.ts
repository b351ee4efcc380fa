// What training offers.
export * from './files/checkpoint.ts'
export { CheckpointError, FileError, SafetensorsError } from './files/errors.ts'
export type { JsonRecord, JsonValue } from './files/json.ts'
export * from './files/metrics-file.ts'
export * from './files/safetensors.ts'
export { nameTensors, placeTensors } from './files/tree-names.ts'
export * from './fit/callbacks.ts'
export {
  type ArrayData,
  type ArraySourceOptions,
  arraySource,
  type BatchSource,
  type TrainingBatch,
} from './fit/data.ts'
export { type EvaluateOptions, evaluateModel, type PredictOptions, predict } from './fit/evaluate.ts'
export { type CheckpointOptions, type FitOptions, type FitResult, fit } from './fit/fit.ts'
export type { EpochFigures, Figures } from './fit/history.ts'
export { loadTrainedParams } from './fit/run-state.ts'
export { makeEvaluationStep, makeTrainStep, type Objective, type TensorBatch, type TrainStep } from './fit/steps.ts'
export * from './losses.ts'
export * from './metrics.ts'
export * from './optimizers/adaptive.ts'
export type { LearningRate, Optimizer, OptimizerState, OptimizerUpdate } from './optimizers/optimizer.ts'
export { type SgdOptions, sgd } from './optimizers/sgd.ts'
export * from './optimizers/wrappers.ts'
export * from './schedules.ts'
