// From the words that were typed to a command and its options, with commander; and the help.
import { CommanderError, type Help, Command as Program } from 'commander'
import type { App, Command, Example } from './define-app.ts'
import { UsageError } from './errors.ts'
import { backendNames } from './open-app-backend.ts'
import {
  choiceOption,
  flagOption,
  formatOptionName,
  integerOption,
  type OptionKind,
  type OptionKinds,
  textOption,
} from './options.ts'
import type { RunUse } from './run-folder.ts'

/** What was typed, understood. */
export interface Request {
  readonly command: Command
  readonly commandName: string
  readonly use: RunUse
  /** All options of the command, the shared ones and its own. */
  readonly kinds: OptionKinds
  /** The values of those that were typed. */
  readonly typed: { readonly [name: string]: unknown }
  readonly operands: readonly string[]
}

/** Where help is printed. */
export interface HelpStreams {
  readonly out: (text: string) => void
  readonly error: (text: string) => void
}

/** Help was asked for, and printed. */
export class HelpShown extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('help')
    this.exitCode = exitCode
  }
}

/**
 * Understands a command line.
 * @param words without the program's own name
 * @throws UsageError for what cannot be understood, HelpShown when help was printed
 */
export function readCommandLine(app: App, words: readonly string[], streams: HelpStreams): Request {
  let request: Request | undefined
  const program = new Program(`pnpm ${app.name}`)
  prepare(program, streams)
  program
    .usage('<command> [options]')
    .description(app.summary)
    .helpCommand('help [command]', 'Show the help of a command')
    .addHelpText('after', formatExamples(app, app.examples))
    .addHelpText('after', `\nOptions of a command: pnpm ${app.name} train --help`)
  for (const [commandName, command] of Object.entries(app.commands)) {
    const use = command.run ?? defaultUse(commandName)
    const kinds = { ...command.options, ...leaveOut(sharedOptions(app, use), command.without) }
    const child = program.command(commandName).description(command.summary)
    prepare(child, streams)
    if (command.operands) child.argument(command.operands.name, command.operands.description)
    for (const [name, kind] of Object.entries(kinds)) child.option(formatFlags(name, kind), formatDescription(kind))
    child.addHelpText('after', formatExamples(app, command.examples))
    child.action(() => {
      request = { command, commandName, use, kinds, typed: parseValues(kinds, child.opts()), operands: child.args }
    })
  }
  try {
    // pnpm hands on the `--` that npm needs before the arguments of a script.
    program.parse(words[0] === '--' ? words.slice(1) : words, { from: 'user' })
  } catch (error) {
    throw explainError(app, error)
  }
  return request ?? fail('expected a command')
}

function prepare(program: Program, streams: HelpStreams): void {
  program
    .exitOverride()
    .showSuggestionAfterError()
    .helpOption('-h, --help', 'Show this help')
    .configureOutput({ writeOut: streams.out, writeErr: streams.error, outputError: () => {} }) // told by whoever catches it
    .configureHelp({ subcommandTerm: (command: Program) => command.name() } satisfies Partial<Help>)
}

function defaultUse(commandName: string): RunUse {
  if (commandName === 'train') return 'new'
  return commandName === 'evaluate' || commandName === 'predict' ? 'last' : 'none'
}

/** The options that all apps share. */
function sharedOptions(app: App, use: RunUse): OptionKinds {
  const { epochs, seed } = app.defaults
  const training: OptionKinds = {
    epochs: integerOption({ description: 'Passes over the training data', default: epochs, least: 1 }),
    resume: flagOption({ description: 'Go on with the last run, or the one in --out' }),
  }
  const out = {
    new: `Folder for checkpoints, report.html and metrics.jsonl (default: a new one in runs/${app.name})`,
    last: 'Folder of the run to load (default: the last run)',
    none: `Folder for what is written (default: a new one in runs/${app.name})`,
  }[use]
  return {
    data: withPlaceholder(
      '<dir>',
      textOption({ description: app.data ?? 'Folder with data (default: the data that comes along)' }),
    ),
    backend: choiceOption(backendNames, { description: 'Where to compute (default: the best there is)' }),
    ...(use === 'new' ? training : {}),
    seed: integerOption({ description: 'Decides every random draw', default: seed, least: 0, most: 2 ** 32 - 1 }),
    out: withPlaceholder('<dir>', textOption({ description: out })),
    json: flagOption({ description: 'Print the figures as one JSON object, the only line on standard output' }),
    debug: flagOption({ description: 'Show where an error happened' }),
  }
}

function leaveOut(kinds: OptionKinds, names: readonly string[]): OptionKinds {
  return Object.fromEntries(Object.entries(kinds).filter(([name]) => !names.includes(name)))
}

function withPlaceholder(placeholder: string, kind: OptionKind<unknown>): OptionKind<unknown> {
  return { ...kind, placeholder }
}

function formatFlags(name: string, { placeholder }: OptionKind<unknown>): string {
  return placeholder === '' ? formatOptionName(name) : `${formatOptionName(name)} ${placeholder}`
}

function formatDescription({ description, defaultValue }: OptionKind<unknown>): string {
  const isShown = defaultValue !== undefined && typeof defaultValue !== 'boolean'
  return isShown ? `${description} (default: ${String(defaultValue)})` : description
}

function formatExamples(app: App, examples: readonly Example[]): string {
  if (examples.length === 0) return ''
  const lines = examples.map(([line]) => `pnpm ${app.name} ${line}`)
  const width = Math.max(...lines.map((line) => line.length))
  const rows = examples.map(([, explanation], index) => `  ${(lines[index] as string).padEnd(width)}  ${explanation}`)
  return `\nExamples:\n${rows.join('\n')}`
}

function parseValues(kinds: OptionKinds, typed: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(typed).map(([name, text]) => [name, kinds[name]?.parse(formatOptionName(name), String(text))]),
  )
}

/**
 * The values of all options: as typed, else as the run that is resumed had them, else the defaults.
 * @param earlier options as a run's record has them; what no longer fits is left out
 */
export function completeValues(
  { kinds, typed }: Request,
  earlier: { readonly [name: string]: unknown } = {},
): { readonly [name: string]: unknown } {
  const complete = ([name, kind]: [string, OptionKind<unknown>]): [string, unknown] => {
    if (Object.hasOwn(typed, name)) return [name, typed[name]]
    const value = Object.hasOwn(earlier, name) ? earlier[name] : undefined
    if (typeof value !== 'string' && typeof value !== 'number' && value !== true) return [name, kind.defaultValue]
    try {
      return [name, kind.parse(formatOptionName(name), String(value))]
    } catch {
      return [name, kind.defaultValue]
    }
  }
  return Object.fromEntries(Object.entries(kinds).map(complete))
}

/** Commander's complaint in one sentence; its way of saying that help was shown; anything else as it is. */
function explainError(app: App, error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  if (error.code === 'commander.helpDisplayed') return new HelpShown(0)
  if (error.code === 'commander.help') return new HelpShown(2)
  const text = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  const [, complaint = text, hint] = /^(.*?)(?: \((.*)\))?$/.exec(text) ?? []
  return new UsageError({
    what: 'Command line',
    expected: 'a command and its options',
    received: complaint.replace(/\.$/, ''),
    remedy: hint ?? `\`pnpm ${app.name} --help\` lists them.`,
  })
}

function fail(message: string): never {
  throw new Error(message)
}
