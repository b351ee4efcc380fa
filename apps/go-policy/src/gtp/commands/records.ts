// Game records: loadsgf, with which controllers set up positions.
import { RecipeError } from '@deep-recipe/core-tensor'
import { Board, replay } from '@deep-recipe/datasets/go'
import { readRecord } from '../../record.ts'
import { readWhole } from '../arguments.ts'
import { GtpFailure } from '../protocol.ts'
import { clearBoard } from '../session.ts'
import type { CommandTable } from './table.ts'

export const recordCommands: CommandTable = {
  // The position before a move, or after all of them, with the komi of the record.
  loadsgf: async (session, [path, word]) => {
    if (path === undefined) throw new GtpFailure('syntax error')
    const before = word === undefined ? Number.POSITIVE_INFINITY : readWhole(word)
    if (before < 1) throw new GtpFailure('syntax error')
    try {
      const game = await readRecord(path)
      if (!session.options.policy.accepts(game.size)) throw new GtpFailure('unacceptable size')
      const board = replay(game, before - 1, new Board(game.size, session.options.rules))
      clearBoard(session)
      session.board = board
      session.komi = game.komi ?? session.komi
      return undefined
    } catch (error) {
      if (!(error instanceof RecipeError)) throw error
      throw new GtpFailure(`cannot load file: ${error.message}`)
    }
  },
}
