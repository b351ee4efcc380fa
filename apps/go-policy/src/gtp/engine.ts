// The engine: a line comes in, a response goes out, and nothing that a controller sends ends a session but quit.
import { administrationCommands } from './commands/administration.ts'
import { analysisCommands } from './commands/analysis.ts'
import { playCommands } from './commands/play.ts'
import { positionCommands } from './commands/position.ts'
import { recordCommands } from './commands/records.ts'
import { setupCommands } from './commands/setup.ts'
import type { CommandTable } from './commands/table.ts'
import { timeCommands } from './commands/time.ts'
import { formatFailure, formatSuccess, GtpFailure, readCommand } from './protocol.ts'
import { type EngineOptions, openSession } from './session.ts'

/** An engine for one controller. */
export interface GtpEngine {
  /** The response to a line; undefined for lines that hold no command. One line at a time. */
  respond(line: string): Promise<string | undefined>
  /** Whether quit was sent. */
  readonly isOver: boolean
}

/**
 * An engine of the Go Text Protocol, version 2: all commands of its second draft.
 *
 * @param onError told of what should not happen, after the controller has got a failure.
 */
export function openEngine(options: EngineOptions, onError: (error: unknown) => void = () => {}): GtpEngine {
  const session = openSession(options)
  const table: CommandTable = {
    ...setupCommands,
    ...playCommands,
    ...positionCommands,
    ...timeCommands,
    ...recordCommands,
    ...analysisCommands,
    ...administrationCommands(() => Object.keys(table)),
  }
  return {
    get isOver(): boolean {
      return session.isOver
    },
    async respond(line) {
      const command = readCommand(line)
      if (!command) return undefined
      const { id, name, words } = command
      const carryOut = Object.hasOwn(table, name) ? table[name] : undefined
      if (!carryOut) return formatFailure(id, 'unknown command')
      try {
        return formatSuccess(id, (await carryOut(session, words)) ?? '')
      } catch (error) {
        if (error instanceof GtpFailure) return formatFailure(id, error.message)
        onError(error)
        return formatFailure(id, error instanceof Error ? error.message : String(error))
      }
    },
  }
}
