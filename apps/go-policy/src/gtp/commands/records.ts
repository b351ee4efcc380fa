// Records.
import type { CommandTable } from './table.ts'
export const recordCommands: CommandTable = {}
