// Looking at the position: the board as text, its score, and which stones are dead.
import { type Board, drawBoard, scoreArea } from '@deep-recipe/datasets/go'
import { findDeadStones, listChain, settle } from '../../play/settle.ts'
import { GtpFailure } from '../protocol.ts'
import type { Session } from '../session.ts'
import { formatVertices } from '../vertices.ts'
import type { CommandTable } from './table.ts'

export const positionCommands: CommandTable = {
  showboard: ({ board }) => {
    const { captured, toMove, moveNumber } = board
    const prisoners = `Black (X) has captured ${captured.black}, white (O) ${captured.white}`
    const next = `${toMove === 1 ? 'Black' : 'White'} to play move ${moveNumber + 1}`
    return `\n${drawBoard(board, { coordinates: true })}\n${prisoners}\n${next}`
  },
  final_score: (session) => {
    const { board, komi } = session
    return scoreArea(board, { komi, dead: judge(session).dead }).result
  },
  final_status_list: (session, [status]) => {
    const { board } = session
    if (status !== 'alive' && status !== 'seki' && status !== 'dead') throw new GtpFailure('syntax error')
    const { dead, seki } = judge(session)
    return listChains(board)
      .filter(([head]) => {
        const own = dead.has(head as number) ? 'dead' : seki.has(head as number) ? 'seki' : 'alive'
        return own === status
      })
      .map((chain) => formatVertices(chain, board.size))
      .join('\n')
  },
}

/** Dead stones, and those that live without an area of their own, by what random play makes of them. */
function judge({ board, options }: Session): { dead: ReadonlySet<number>; seki: ReadonlySet<number> } {
  const { ownership } = settle(board, { games: 200, seed: options.seed })
  const dead = new Set(findDeadStones(board, ownership))
  const { owners } = scoreArea(board, { dead })
  const seki = listChains(board).filter(
    (chain) => !chain.some((point) => dead.has(point) || touchesArea(board, point, owners)),
  )
  return { dead, seki: new Set(seki.flat()) }
}

/** Whether an empty point beside a stone, or one under a dead stone, is counted for its colour. */
function touchesArea(board: Board, point: number, owners: Int8Array): boolean {
  const { neighbours } = board.geometry
  const colour = board.stones[point]
  return [0, 1, 2, 3].some((side) => {
    const beside = neighbours[4 * point + side] as number
    return beside < owners.length && board.stones[beside] !== colour && owners[beside] === colour
  })
}

/** All chains, each by its points in ascending order. */
function listChains(board: Board): number[][] {
  const heads = Array.from({ length: board.size * board.size }, (_, point) => point).filter(
    (point) => board.chains.heads[point] === point,
  )
  return heads.map((head) => listChain(board, head).sort((a, b) => a - b))
}
