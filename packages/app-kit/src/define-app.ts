// What an app says of itself, and what its commands are given.
import type { Backend } from '@deep-recipe/core-tensor'
import type { JsonRecord, Terminal } from '@deep-recipe/training'
import type { BackendName } from './open-app-backend.ts'
import type { OptionKinds, OptionValues } from './options.ts'
import type { RunRecord, RunUse } from './run-folder.ts'

/**
 * The options that every command has, but for those that it does `without`. Paths are absolute, relative ones having been taken
 * from where the user typed.
 */
export interface SharedOptions {
  /** A folder that is there; undefined means the embedded data. */
  readonly data: string | undefined
  /** What was asked for; undefined means the best there is. */
  readonly backend: BackendName | undefined
  /** `--epochs` of train, else the app's default. */
  readonly epochs: number
  readonly seed: number
  /**
   * The folder of the run: checkpoints, report.html, metrics.jsonl. It is there for commands that go on with a run or use
   * one; a new run has it after `beginRun`, and commands that use no run make it when they write.
   */
  readonly out: string
  /** Go on from the checkpoint in `out`, with the options of that run where none were typed. Only commands that begin a run can. */
  readonly resume: boolean
  readonly json: boolean
  /** Show stacks of errors. */
  readonly debug: boolean
}

/** What a running command has. */
export interface CommandContext<Values> {
  readonly options: SharedOptions & Values
  /** Arguments that are not options, e.g. files. */
  readonly operands: readonly string[]
  /** How the run in `out` was begun: for commands that use a run or resume one; undefined for all others. */
  readonly trained: RunRecord | undefined
  /** Lines and progress bars on standard error. */
  readonly terminal: Terminal
  /** Aborted at the first Ctrl-C: save, and return. */
  readonly signal: AbortSignal
  /** A line on standard error, above the progress bar. */
  log(line: string): void
  /** A line of the result: standard output, or standard error with --json. */
  print(line: string): void
  /** The final figures, for --json: printed as the last line when the command has ended well. */
  output(figures: JsonRecord): void
  /**
   * Begins the run, or goes on with it: makes its folder, writes `run.json`, and makes it the last run. Every command that
   * begins a run calls it once, when options and data are found good and before anything is written: a command line that
   * cannot be carried out then leaves no trace.
   * @throws FileError where the folder cannot be made or written
   */
  beginRun(): Promise<void>
  /** The backend asked for, opened once; closed for you at the end. */
  openBackend(): Promise<Backend>
  /** A path as the user meant it: relative to where the command was typed. */
  resolvePath(path: string): string
}

/** One command of an app. */
export interface CommandDefinition<Kinds extends OptionKinds> {
  /** One line for the help. */
  readonly summary: string
  readonly options?: Kinds
  /** Arguments that are not options: `name` as shown in the help, e.g. `<image...>` (needed) or `[image...]`. */
  readonly operands?: { readonly name: string; readonly description: string }
  /** Command lines without the app's name, e.g. `train --epochs 5`, each with what it does. */
  readonly examples?: readonly Example[]
  /** Default by the command's name: train `new`, evaluate and predict `last`, others `none`. */
  readonly run?: RunUse
  /** Shared options that mean nothing to this command: they are neither offered nor taken. */
  readonly without?: readonly DispensableOption[]
  start(context: CommandContext<OptionValues<Kinds>>): Promise<void>
}

/** Shared options that some commands have no use for. */
export type DispensableOption = 'data' | 'seed'

/** A command line and what it does. */
export type Example = readonly [line: string, explanation: string]

/** A command, ready to be listed in an app. */
export interface Command {
  readonly summary: string
  readonly options: OptionKinds
  readonly operands: CommandDefinition<OptionKinds>['operands']
  readonly examples: readonly Example[]
  readonly run: RunUse | undefined
  readonly without: readonly DispensableOption[]
  start(context: CommandContext<OptionValues<OptionKinds>>): Promise<void>
}

/** An app. */
export interface App {
  /** As typed after `pnpm`, and the name of its folder under `runs`. */
  readonly name: string
  /** One or two sentences. */
  readonly summary: string
  readonly examples: readonly Example[]
  /** What `--data` takes and what comes without, for the help: `Folder with … (default: …)`. */
  readonly data?: string
  readonly defaults: { readonly epochs: number; readonly seed: number }
  /** Beside train and evaluate, whatever the app does with what was learned: `predict`, `translate`, … */
  readonly commands: { readonly train: Command; readonly evaluate: Command; readonly [name: string]: Command }
}

/** Describes a command; its options give the type of `context.options`. */
export function defineCommand<const Kinds extends OptionKinds = Record<never, never>>(
  definition: CommandDefinition<Kinds>,
): Command {
  const { summary, options = {}, operands, examples = [], run, without = [] } = definition
  return {
    summary,
    options,
    operands,
    examples,
    run,
    without,
    // The values were made from these very options.
    start: (context) => definition.start(context as CommandContext<OptionValues<Kinds>>),
  }
}

/**
 * Describes an app. Nothing happens until `startApp`.
 *
 * ```ts
 * await startApp(defineApp({
 *   name: 'digits',
 *   summary: 'Recognizes handwritten digits.',
 *   examples: [['train --epochs 5', 'a quick look']],
 *   defaults: { epochs: 30, seed: 1 },
 *   commands: {
 *     train: defineCommand({
 *       summary: 'Train on digits',
 *       options: { noise: numberOption({ description: 'Noise added to the pixels', default: 0.5, least: 0 }) },
 *       async start({ options, output }) { output({ accuracy: await train(options.epochs, options.noise) }) },
 *     }),
 *     evaluate, predict,
 *   },
 * }))
 * ```
 */
export function defineApp(app: App): App {
  return app
}
