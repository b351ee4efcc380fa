// What training offers.
export { removeStaleTemporaries, writeFileAtomically } from './files/atomic-write.ts'
export * from './files/checkpoint.ts'
export { CheckpointError, FileError, SafetensorsError } from './files/errors.ts'
export type { JsonRecord, JsonValue } from './files/json.ts'
export * from './files/metrics-file.ts'
export { recordMetrics } from './files/record-metrics.ts'
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
export { loadTrained, loadTrainedParams, type TrainedParams } from './fit/run-state.ts'
export { makeEvaluationStep, makeTrainStep, type Objective, type TensorBatch, type TrainStep } from './fit/steps.ts'
export * from './losses.ts'
export * from './metrics.ts'
export * from './optimizers/adaptive.ts'
export type { LearningRate, Optimizer, OptimizerState, OptimizerUpdate } from './optimizers/optimizer.ts'
export { type SgdOptions, sgd } from './optimizers/sgd.ts'
export * from './optimizers/wrappers.ts'
export { formatDuration, formatFigure, formatFigures } from './progress/format.ts'
export { showProgress } from './progress/show-progress.ts'
export {
  createTerminal,
  type Progress,
  type ProgressOptions,
  type Terminal,
  type TerminalOptions,
  type TerminalStream,
} from './progress/terminal.ts'
export type { Bar, BarChart, HeatMap } from './report/bars.ts'
export type { Curve, CurveChart } from './report/curves.ts'
export { type Drawing, encodePng, type ImageGrid, type ReportImage } from './report/images.ts'
export { joinReports, type ReportPart } from './report/join.ts'
export type { MarkedText, MarkedTexts, MarkedWord } from './report/marked-text.ts'
export * from './report/report.ts'
export type { Table, TableCell, TableColumn } from './report/table.ts'
export type { TaggedSpan, TaggedText, TaggedTexts } from './report/tagged-text.ts'
export type { TextFrame } from './report/text-frame.ts'
export * from './schedules.ts'
export { recordEvents } from './viewers/record-events.ts'
export { recordTable } from './viewers/record-table.ts'
