// From what a network thinks of each point to a move: the best legal one that fills no eye; when to pass, and when to resign.
import { HostRandom } from '@deep-recipe/core-tensor'
import { type Board, type Colour, isEye, PASS, scoreArea } from '@deep-recipe/datasets/go'
import { findDeadStones, type Settlement, settle } from './settle.ts'

/** A move: a point, or PASS, or the end of the game. */
export type Choice = number | 'resign'

/** How to choose. */
export interface ChoiceOptions {
  readonly komi: number
  /** 0 plays the best move; above, moves are drawn with probabilities ∝ p^(1 / temperature). Default 0. */
  readonly temperature?: number
  /** Whether to resign lost games. Default true. */
  readonly resigns?: boolean
  /** Games played at random to see what is settled; fewer when time is short. Default 64. */
  readonly games?: number
  /** Pass only when nothing else is left, so that all dead stones are taken off before. Default false. */
  readonly clearsUp?: boolean
  readonly seed?: number
}

/** From this share of points played on, points that are settled are not played on any more. */
const lateShare = 0.55
/** A point is settled where so much of random play agrees on its owner. */
const settledShare = 0.9
/** A game is lost where the opponent is ahead by this share of the board. */
const lostShare = 0.25

/**
 * The move that a network's probabilities lead to.
 *
 * It is legal by the rules of the board, and fills no eye of its own. It is a pass where no such move is left, where in a late
 * position all that is left lies in what is settled, and after a pass of the opponent where counting now means winning. It
 * resigns where random play from here loses by a quarter of the board.
 *
 * @param probabilities [size²], for `colour` to move.
 */
export function chooseMove(
  board: Board,
  colour: Colour,
  probabilities: ArrayLike<number>,
  options: ChoiceOptions,
): Choice {
  const { komi, temperature = 0, resigns = true, games = 64, clearsUp = false, seed = 1 } = options
  const area = board.size * board.size
  const moves = listSensibleMoves(board, colour)
  if (moves.length === 0) return PASS
  const isLate = board.moveNumber > lateShare * area
  const wasPassed = board.passes > 0 && board.toMove === colour
  if ((isLate || wasPassed) && !clearsUp) {
    const settlement = settle(board, { games, seed: seed + board.moveNumber })
    if (wasPassed && isAhead(board, colour, komi, settlement)) return PASS
    if (isLate && resigns && colour * (settlement.margin - komi) < -lostShare * area) return 'resign'
    if (isLate) return pick(moves.filter((move) => isOpen(board, move, settlement)))
  }
  return pick(moves)

  function pick(candidates: readonly number[]): number {
    return pickMove(candidates, probabilities, temperature, new HostRandom(seed).fork(board.moveNumber))
  }
}

/** Legal moves that fill no eye of one's own. */
export function listSensibleMoves(board: Board, colour: Colour): number[] {
  return board.legalMoves(colour).filter((point) => !isEye(board, point, colour))
}

/** Whether the area, dead stones taken off, is enough to win. */
function isAhead(board: Board, colour: Colour, komi: number, { ownership }: Settlement): boolean {
  return colour * scoreArea(board, { komi, dead: findDeadStones(board, ownership) }).margin > 0
}

/** Whether a move can change anything: its point is not settled, or a chain beside it is about to be captured. */
function isOpen(board: Board, point: number, { ownership }: Settlement): boolean {
  if (Math.abs(ownership[point] as number) < settledShare) return true
  const { neighbours } = board.geometry
  return [0, 1, 2, 3].some((side) => board.libertiesAt(neighbours[4 * point + side] as number) === 1)
}

function pickMove(
  moves: readonly number[],
  probabilities: ArrayLike<number>,
  temperature: number,
  random: HostRandom,
): number {
  if (moves.length === 0) return PASS
  const worth = (move: number): number => probabilities[move] as number
  const best = moves.reduce((a, b) => (worth(b) > worth(a) ? b : a))
  if (temperature <= 0 || !(worth(best) > 0)) return best
  // Relative to the best, so that small powers do not underflow.
  const weights = moves.map((move) => (worth(move) / worth(best)) ** (1 / temperature))
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [index, move] of moves.entries()) {
    left -= weights[index] as number
    if (left < 0) return move
  }
  return best
}
