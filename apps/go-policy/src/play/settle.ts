// Who will own what: many games played to the end at random from a position (Brügmann, "Monte Carlo Go", 1993). It knows
// nothing of shapes, but what both sides can hold against random play is settled, and that is what passing, resigning and
// counting need.
import { HostRandom } from '@deep-recipe/core-tensor'
import { Board, type Colour, isEye, opponentOf, PASS } from '@deep-recipe/datasets/go'

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
  let last = PASS
  // Without superko a game might go round for ever.
  for (let move = 0; move < 3 * area && passes < 2; move++) {
    const point = findCapture(board, last) ?? drawMove(board, empty, random)
    if (board.playLegal(point, board.toMove) > 0) empty = listEmpty(board)
    passes = point === PASS ? passes + 1 : 0
    last = point
  }
}

/** Where the chain that was just played on can be captured: nobody overlooks that. */
function findCapture(board: Board, last: number): number | undefined {
  if (last === PASS || board.libertiesAt(last) !== 1) return undefined
  const liberty = board.chains.findLiberty(board.chains.heads[last] as number)
  return board.isLegal(liberty) ? liberty : undefined
}

function listEmpty(board: Board): number[] {
  const points: number[] = []
  for (let point = 0; point < board.size * board.size; point++) if (board.stones[point] === 0) points.push(point)
  return points
}

/** One of the points that will do, all alike: it is taken off the list of empty points. PASS where there is none. */
function drawMove(board: Board, empty: number[], random: HostRandom): number {
  const colour = board.toMove
  for (let left = empty.length; left > 0; left--) {
    const at = Math.floor(random.uniform() * left)
    const point = empty[at] as number
    empty[at] = empty[left - 1] as number
    empty[left - 1] = point
    if (board.stones[point] === 0 && (isEye(board, point, colour) || !board.isLegal(point, colour))) continue
    empty[left - 1] = empty.at(-1) as number
    empty.pop()
    // A capture may have filled it without a look at the list.
    if (board.stones[point] === 0) return point
  }
  return PASS
}

/** At the end of such a game every empty point is an eye, or neutral. */
function ownerOf(board: Board, point: number): number {
  const stone = board.stones[point] as number
  if (stone !== 0) return stone
  if (isEye(board, point, 1)) return 1
  return isEye(board, point, -1) ? -1 : 0
}

/**
 * A chain is dead where the opponent owns its points in so much more of the games than its own side. Not a half: random play
 * lets many a stone live that nobody would save.
 */
const settled = 0.25

/** Stones on points that are the opponent's in the end, chain by chain. */
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
