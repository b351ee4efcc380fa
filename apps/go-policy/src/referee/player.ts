// The two kinds of player that a referee can send commands to: an engine in this process, and another program.
import { type ChildProcess, spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { RecipeError } from '@deep-recipe/core-tensor'
import type { GtpEngine } from '../gtp/engine.ts'

/** A player who understands the Go Text Protocol. */
export interface Player {
  readonly name: string
  /**
   * Sends a command and gives the text of the response.
   * @throws PlayerError where the response is a failure, none at all, or no response of the protocol
   */
  send(command: string): Promise<string>
  close(): Promise<void>
}

/** A player's failure: one that the protocol knows (`refused`), or a breach of the protocol itself. */
export class PlayerError extends RecipeError {
  override readonly name: string = 'PlayerError'
  readonly isRefusal: boolean

  constructor(parts: ConstructorParameters<typeof RecipeError>[0], isRefusal: boolean) {
    super(parts)
    this.isRefusal = isRefusal
  }
}

/** An engine of this process as a player; it is sent lines and read by its responses, like any other. */
export function enginePlayer(name: string, engine: GtpEngine): Player {
  let id = 0
  return {
    name,
    send: async (command) => readResponse(name, command, ++id, (await engine.respond(`${id} ${command}\n`)) ?? ''),
    close: async () => {},
  }
}

/** How long a player may take for a command. */
const patience = 120_000

/**
 * Another program as a player, such as `gnugo --mode gtp`.
 *
 * @param line the program and its arguments; quotes keep words together.
 */
export function programPlayer(name: string, line: string): Player {
  const [program = '', ...words] = splitLine(line)
  // Debian keeps games where the shells of administrators do not look.
  const path = [process.env.PATH, '/usr/games', '/usr/local/games'].join(delimiter)
  const child = spawn(program, words, { env: { ...process.env, PATH: path }, stdio: ['pipe', 'pipe', 'ignore'] })
  const responses = collectResponses(child, name, line)
  let id = 0
  return {
    name,
    async send(command) {
      const next = responses.next()
      id++
      child.stdin?.write(`${id} ${command}\n`)
      return readResponse(name, command, id, await next)
    },
    async close() {
      child.stdin?.end('quit\n')
      const hasEnded = new Promise<void>((resolve) => child.once('close', () => resolve()))
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
      const timer = setTimeout(() => child.kill(), 2000)
      await hasEnded
      clearTimeout(timer)
    },
  }
}

/** Words of a command line; single and double quotes keep spaces. */
export function splitLine(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  )
}

/** Responses in the order in which they come; each ends with an empty line. */
function collectResponses(child: ChildProcess, name: string, line: string): { next(): Promise<string> } {
  let text = ''
  let failure: PlayerError | undefined
  let wake: () => void = () => {}
  const fail = (received: string, remedy: string): void => {
    failure ??= new PlayerError({ what: `The player ${name}`, expected: 'a response', received, remedy }, false)
    wake()
  }
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk.replaceAll('\r', '')
    wake()
  })
  child.stdin?.on('error', () => {}) // told by `close`
  child.on('error', (error) => fail(`'${line}' does not start: ${error.message}`, 'Check the command, or install it.'))
  child.on('close', (code) => fail(`'${line}' ended (exit code ${code})`, 'Try the command in a terminal.'))
  return {
    async next() {
      const deadline = setTimeout(() => fail(`nothing for ${patience / 1000} s`, 'Give it less to do.'), patience)
      try {
        for (;;) {
          const end = text.indexOf('\n\n')
          if (end >= 0) {
            const response = text.slice(0, end + 2)
            text = text.slice(end + 2).replace(/^\n+/, '')
            return response
          }
          if (failure) throw failure
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      } finally {
        clearTimeout(deadline)
      }
    },
  }
}

/** Checks a response, and takes its text out. */
function readResponse(name: string, command: string, id: number, response: string): string {
  const what = `${name}'s response to '${command}'`
  const [, sign, text] = new RegExp(`^([=?])${id}(?: ([\\s\\S]*?))?\\n\\n$`).exec(response) ?? []
  if (sign === undefined) {
    const received = JSON.stringify(response.slice(0, 80))
    const remedy = 'Use a program that speaks version 2 of the Go Text Protocol.'
    throw new PlayerError(
      { what, expected: `=${id} or ?${id}, a space, text and an empty line`, received, remedy },
      false,
    )
  }
  if (sign === '=') return (text ?? '').trim()
  const received = `the failure '${(text ?? '').trim()}'`
  throw new PlayerError({ what, expected: 'success', received, remedy: 'See what the position was.' }, true)
}
