// Commands before a game: size, komi, handicap stones.
import { BLACK, largestSize, PASS, smallestSize, WHITE } from '@deep-recipe/datasets/go'
import { listSensibleMoves } from '../../play/choose-move.ts'
import { readFloat, readVertex, readWhole } from '../arguments.ts'
import { placeFixedHandicap } from '../handicap.ts'
import { GtpFailure } from '../protocol.ts'
import { clearBoard, type Session } from '../session.ts'
import { formatVertices } from '../vertices.ts'
import type { CommandTable } from './table.ts'

export const setupCommands: CommandTable = {
  boardsize: (session, [word]) => {
    const size = readWhole(word)
    if (size < smallestSize || size > largestSize || !session.options.policy.accepts(size)) {
      throw new GtpFailure('unacceptable size')
    }
    clearBoard(session, size)
    return undefined
  },
  clear_board: (session) => {
    clearBoard(session)
    return undefined
  },
  komi: (session, [word]) => {
    session.komi = readFloat(word)
    return undefined
  },
  fixed_handicap: (session, [word]) => {
    const stones = readWhole(word)
    requireEmptyBoard(session)
    const points = placeFixedHandicap(stones, session.board.size)
    if (!points) throw new GtpFailure('invalid number of stones')
    return placeStones(session, points)
  },
  place_free_handicap: async (session, [word]) => {
    const stones = readWhole(word)
    requireEmptyBoard(session)
    const { size } = session.board
    if (stones < 2 || stones >= size * size) throw new GtpFailure('invalid number of stones')
    return placeStones(session, placeFixedHandicap(stones, size) ?? (await chooseHandicap(session, stones)))
  },
  set_free_handicap: (session, words) => {
    requireEmptyBoard(session)
    const { size } = session.board
    const points = words.map((word) => readVertex(word, size, 'bad vertex list'))
    const isBad = points.includes(PASS) || new Set(points).size < points.length
    if (isBad || points.length < 2 || points.length >= size * size) throw new GtpFailure('bad vertex list')
    placeStones(session, points)
    return undefined
  },
}

function requireEmptyBoard({ board }: Session): void {
  if (board.moveNumber > 0 || board.stones.some((stone) => stone === 1 || stone === -1)) {
    throw new GtpFailure('board not empty')
  }
}

/** Handicap stones are no moves: they cannot be taken back, and white moves next. */
function placeStones({ board }: Session, points: readonly number[]): string {
  board.setUp(points.map((point) => [point, BLACK] as const))
  board.toMove = WHITE
  return formatVertices(points, board.size)
}

/** Where the network would play, again and again; it may want fewer stones than it is offered. */
async function chooseHandicap({ board, options }: Session, count: number): Promise<number[]> {
  const copy = board.copy()
  const points: number[] = []
  while (points.length < count) {
    const moves = listSensibleMoves(copy, BLACK)
    if (moves.length < 2) break
    const probabilities = await options.policy.assess(copy, BLACK)
    const best = moves.reduce((a, b) => ((probabilities[b] as number) > (probabilities[a] as number) ? b : a))
    points.push(best)
    copy.play(best, BLACK)
  }
  return points
}
