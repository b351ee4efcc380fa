// Runs an app: understands the command line, gives the command what it needs, and ends with the right words and exit code.
import { resolve } from 'node:path'
import { type Backend, RecipeError } from '@deep-recipe/core-tensor'
import { createTerminal, type JsonRecord, type Terminal } from '@deep-recipe/training'
import { completeValues, HelpShown, type Request, readCommandLine } from './command-line.ts'
import type { App, SharedOptions } from './define-app.ts'
import { UsageError } from './errors.ts'
import { listenForInterruption } from './interruption.ts'
import { openAppBackend } from './open-app-backend.ts'
import type { OptionKinds, OptionValues } from './options.ts'
import {
  chooseRunFolder,
  findUserFolder,
  type RunRecord,
  recordRun,
  requireFolder,
  requireRunRecord,
} from './run-folder.ts'

/**
 * Runs an app as this process: reads its command line and ends it.
 *
 * Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C, 143 by a request to terminate.
 */
export async function startApp(app: App): Promise<never> {
  const words = process.argv.slice(2)
  // Whoever reads our output may have seen enough (`… | head`): no error.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit(0)
    })
  }
  const terminal = await createTerminal()
  const isDebug = words.includes('--debug')
  const stop = async (exitCode: number): Promise<never> => {
    terminal.close()
    await Promise.all([flush(process.stdout), flush(process.stderr)])
    process.exit(exitCode)
  }
  process.on('uncaughtException', (error) => void stop(tellError(terminal, error, isDebug)))
  try {
    return await stop(await runCommandLine(app, words, terminal))
  } catch (error) {
    return stop(tellError(terminal, error, isDebug))
  }
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => {
    stream.write('', () => done())
  })
}

/** Says what went wrong; gives the exit code. */
function tellError(terminal: Terminal, error: unknown, isDebug: boolean): number {
  terminal.close()
  if (error instanceof HelpShown) return error.exitCode
  const stack = isDebug && error instanceof Error ? `\n${error.stack}` : ''
  if (error instanceof RecipeError) {
    terminal.log(`Error: ${error.message}${stack}`)
    return error instanceof UsageError ? 2 : 1
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  terminal.log(`Unexpected error: ${message}${stack || '\nRun it again with --debug to see where it happened.'}`)
  return 1
}

async function runCommandLine(app: App, words: readonly string[], terminal: Terminal): Promise<number> {
  const request = readCommandLine(app, words, {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
  })
  const userFolder = findUserFolder({ cwd: process.cwd(), env: process.env })
  const { resume = false, out: typedOut } = request.typed as Partial<SharedOptions>
  const out = await chooseRunFolder({
    app: app.name,
    use: request.use,
    out: typedOut,
    resume,
    userFolder,
    now: new Date(),
  })
  const trained = request.use === 'last' || resume ? await requireRunRecord(app.name, out) : undefined
  const options = await prepareOptions(app, request, {
    out,
    userFolder,
    earlier: resume ? trained?.options : undefined,
  })
  const { out: _out, resume: _resume, json: _json, debug: _debug, ...recorded } = options
  const record = {
    app: app.name,
    arguments: trained?.arguments ?? words,
    options: recorded,
    startedAt: trained?.startedAt ?? new Date().toISOString(),
  }
  const begin = (): Promise<void> => recordRun(out, record, userFolder)
  return runCommand(app, request, { options, trained, userFolder, terminal, begin })
}

interface PlaceOfRun {
  readonly out: string
  readonly userFolder: string
  /** Options of the run that is resumed. */
  readonly earlier: { readonly [name: string]: unknown } | undefined
}

/** The options as a command gets them: folders checked and absolute. */
async function prepareOptions(app: App, request: Request, place: PlaceOfRun): Promise<CommandOptions> {
  const values = completeValues(request, place.earlier) as Partial<SharedOptions> & { readonly seed: number }
  const data = values.data === undefined ? undefined : resolve(place.userFolder, values.data)
  if (data !== undefined) {
    await requireFolder('--data', data, 'Check the path, or leave --data out to use the data that comes along.')
  }
  const { backend, seed, epochs = app.defaults.epochs, resume = false, json = false, debug = false } = values
  return { ...values, data, backend, epochs, seed, out: place.out, resume, json, debug }
}

type CommandOptions = SharedOptions & OptionValues<OptionKinds>

interface Preparation {
  readonly options: CommandOptions
  readonly trained: RunRecord | undefined
  readonly userFolder: string
  readonly terminal: Terminal
  /** Makes the folder of the run and remembers the run. */
  readonly begin: () => Promise<void>
}

async function runCommand(app: App, request: Request, preparation: Preparation): Promise<number> {
  const { options, trained, userFolder, terminal, begin } = preparation
  const { command, commandName, operands } = request
  let figures: JsonRecord | undefined
  let backend: Promise<Backend> | undefined
  let hasBegun = false
  const interruption = listenForInterruption(
    (isKeyboard) => terminal.log(isKeyboard ? 'Stopping… (Ctrl-C again to stop at once)' : 'Stopping…'),
    () => terminal.close(),
  )
  const { signal } = interruption
  try {
    await command.start({
      options,
      operands,
      trained,
      terminal,
      signal,
      log: (line) => terminal.log(line),
      print: (line) => (options.json ? terminal.log(line) : void process.stdout.write(`${line}\n`)),
      output: (record) => {
        figures = record
      },
      beginRun: async () => {
        await begin()
        hasBegun = true
      },
      openBackend: () => {
        backend ??= openAppBackend(options.backend, (line) => terminal.log(line))
        return backend
      },
      resolvePath: (path) => resolve(userFolder, path),
    })
  } catch (error) {
    // A command may stop by throwing the signal's own reason; anything else is a failure, interrupted or not.
    if (!signal.aborted || error !== signal.reason) {
      // What it gave before it failed is not lost: the figures of all files but those that cannot be read.
      if (options.json && figures !== undefined) writeFigures(figures)
      throw error
    }
  } finally {
    interruption.dispose()
    terminal.close()
    await backend?.then((opened) => opened.close()).catch(() => {}) // an error in opening was told already
  }
  if (signal.aborted) {
    terminal.log(hasBegun ? `Stopped. To go on: ${formatResume(app, commandName, options.out)}` : 'Stopped.')
    return interruption.exitCode
  }
  if (request.use === 'new' && !hasBegun) throw new Error(`The command ${commandName} ended without beginning its run`)
  if (options.json) {
    if (figures === undefined) throw new Error(`The command ${commandName} gave no figures`)
    writeFigures(figures)
  }
  return 0
}

function writeFigures(figures: JsonRecord): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

/** What to type to go on: the options of the run are remembered in its folder. */
function formatResume(app: App, commandName: string, out: string): string {
  const quoted = /^[\w@%+=:,./-]+$/.test(out) ? out : `'${out.replaceAll("'", "'\\''")}'`
  return `pnpm ${app.name} ${commandName} --resume --out ${quoted}`
}
