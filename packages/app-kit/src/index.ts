// The command line that all apps share.
export {
  type App,
  type Command,
  type CommandContext,
  type CommandDefinition,
  type DispensableOption,
  defineApp,
  defineCommand,
  type Example,
  type SharedOptions,
} from './define-app.ts'
export { UsageError } from './errors.ts'
export { type BackendName, backendNames, openAppBackend } from './open-app-backend.ts'
export {
  choiceOption,
  flagOption,
  formatOptionName,
  integerOption,
  type NumberSettings,
  numberOption,
  type OptionKind,
  type OptionKinds,
  type OptionSettings,
  type OptionValues,
  textOption,
} from './options.ts'
export { type DecisiveSettings, requireSameTraining } from './require-same-training.ts'
export type { RunRecord, RunUse } from './run-folder.ts'
export { startApp } from './start-app.ts'
export { type RunSummary, readSummary, type SummaryRow, writeSummary } from './summary.ts'
