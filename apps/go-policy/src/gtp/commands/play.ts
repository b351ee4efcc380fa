// Playing: moves of the controller, moves of the network, and taking back.
import type { Colour } from '@deep-recipe/datasets/go'
import { type Choice, chooseMove } from '../../play/choose-move.ts'
import { readColour, readVertex } from '../arguments.ts'
import { GtpFailure } from '../protocol.ts'
import type { Session } from '../session.ts'
import { formatMove } from '../vertices.ts'
import type { CommandTable } from './table.ts'
import { secondsFor } from './time.ts'

export const playCommands: CommandTable = {
  play: ({ board }, [colour, vertex]) => {
    // Passing is always allowed, and so are several moves of one colour in a row.
    const mover = readColour(colour)
    const reason = board.tryPlay(readVertex(vertex, board.size, 'illegal move'), mover)
    if (reason !== undefined) throw new GtpFailure('illegal move')
    return undefined
  },
  genmove: async (session, [word]) => {
    const colour = readColour(word)
    const choice = await think(session, colour)
    if (choice !== 'resign') session.board.play(choice, colour)
    return formatChoice(session, choice)
  },
  reg_genmove: async (session, [word]) => formatChoice(session, await think(session, readColour(word))),
  // Of KGS: stones must be taken off before the game is counted.
  'kgs-genmove_cleanup': async (session, [word]) => {
    const colour = readColour(word)
    const choice = await think(session, colour, true)
    if (choice !== 'resign') session.board.play(choice, colour)
    return formatChoice(session, choice)
  },
  undo: ({ board }) => {
    if (!board.undo()) throw new GtpFailure('cannot undo')
    return undefined
  },
}

async function think(session: Session, colour: Colour, clearsUp = false): Promise<Choice> {
  const { board, komi, options } = session
  const probabilities = await options.policy.assess(board, colour)
  const hurries = secondsFor(session, colour) < 5
  return chooseMove(board, colour, probabilities, {
    komi,
    temperature: options.temperature,
    resigns: options.resigns && !clearsUp,
    games: hurries ? 8 : 64,
    clearsUp,
    seed: options.seed,
  })
}

function formatChoice({ board }: Session, choice: Choice): string {
  return choice === 'resign' ? 'resign' : formatMove(choice, board.size)
}
