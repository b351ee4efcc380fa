// Administrative commands: who is there, what it knows, and the end.
import type { CommandTable } from './table.ts'

/** The commands; `listNames` gives those of the whole engine. */
export function administrationCommands(listNames: () => readonly string[]): CommandTable {
  return {
    protocol_version: () => '2',
    name: () => 'deep-recipe go-policy',
    version: ({ options }) => options.description,
    known_command: (_session, [name]) => String(listNames().includes(name ?? '')),
    list_commands: () => [...listNames()].sort().join('\n'),
    quit: (session) => {
      session.isOver = true
      return undefined
    },
  }
}
