// Who will own what: many games played to the end at random from a position (Brügmann, "Monte Carlo Go", 1993). It knows
// nothing of shapes, but what both sides can hold against random play is settled, and that is what passing, resigning and
// counting need.
import { HostRandom } from '@deep-recipe/core-tensor'
import { Board, type Colour, isEye, opponentOf } from '@deep-recipe/datasets/go'

/** What became of a position. */
export interface Settlement {
  /** [size²]: the share of games in which black owned a point less that in which white did, −1 to 1. */
  readonly ownership: Float32Array
  /** Mean of black's points less white's, without komi. */
  readonly margin: number
}

/** How to look ahead. */
export interface SettleOptions {
  /** Games to play. Default 64. */
  readonly games?: number
  readonly seed?: number
}

/** Plays the position to the end, many times, and counts. The same seed gives the same settlement. */
export function settle(board: Board, { games = 64, seed = 1 }: SettleOptions = {}): Settlement {
  const area = board.size * board.size
  const random = new HostRandom(seed)
  const owned = new Float32Array(area)
  const copy = new Board(board.size)
  for (let game = 0; game < games; game++) {
    copy.copyFrom(board)
    playToTheEnd(copy, random)
    for (let point = 0; point < area; point++) owned[point] = (owned[point] as number) + ownerOf(copy, point)
  }
  const ownership = owned.map((sum) => sum / games)
  return { ownership, margin: ownership.reduce((sum, share) => sum + share, 0) }
}

/** Random legal moves that fill no eye, until neither side has one left. */
function playToTheEnd(board: Board, random: HostRandom): void {
  const area = board.size * board.size
  let empty = listEmpty(board)
  let passes = 0
  // Without superko a game might go round for ever.
  for (let move = 0; move < 3 * area && passes < 2; move++) {
    const captured = playAtRandom(board, empty, random)
    if (captured > 0) empty = listEmpty(board)
    passes = captured < 0 ? passes + 1 : 0
    if (captured < 0) board.pass()
  }
}

function listEmpty(board: Board): number[] {
  const points: number[] = []
  for (let point = 0; point < board.size * board.size; point++) if (board.stones[point] === 0) points.push(point)
  return points
}

/**
 * Tries empty points in a random order, plays the first that will do, and takes it off the list.
 *
 * @returns how many stones it captured, −1 where no move is left.
 */
function playAtRandom(board: Board, empty: number[], random: HostRandom): number {
  const colour = board.toMove
  for (let left = empty.length; left > 0; left--) {
    const at = Math.floor(random.uniform() * left)
    const point = empty[at] as number
    empty[at] = empty[left - 1] as number
    empty[left - 1] = point
    if (isEye(board, point, colour) || !board.isLegal(point, colour)) continue
    empty[left - 1] = empty.at(-1) as number
    empty.pop()
    return board.playLegal(point, colour)
  }
  return -1
}

/** At the end of such a game every empty point is an eye, or neutral. */
function ownerOf(board: Board, point: number): number {
  const stone = board.stones[point] as number
  if (stone !== 0) return stone
  if (isEye(board, point, 1)) return 1
  return isEye(board, point, -1) ? -1 : 0
}

/** From this share of the games on a point counts as one side's. */
const settled = 0.4

/** Stones on points that are the opponent's in the end, whole chains: a chain is dead where its points are on average. */
export function findDeadStones(board: Board, ownership: Float32Array): number[] {
  const { chains, stones } = board
  const dead: number[] = []
  for (let head = 0; head < board.size * board.size; head++) {
    if (chains.heads[head] !== head) continue
    const chain = listChain(board, head)
    const colour = stones[head] as Colour
    const share = chain.reduce((sum, point) => sum + (ownership[point] as number), 0) / chain.length
    if (share * opponentOf(colour) > settled) dead.push(...chain)
  }
  return dead.sort((a, b) => a - b)
}

/** The points of the chain whose head is given. */
export function listChain({ chains }: Board, head: number): number[] {
  const points = [head]
  for (let point = chains.next[head] as number; point !== head; point = chains.next[point] as number) points.push(point)
  return points
}
