// Area scoring: stones on the board, and empty points that reach only one colour (Tromp and Taylor, "The game of Go", 1995).
import { GoError } from '../errors.ts'
import type { Board } from './board.ts'
import { BLACK, EMPTY, WHITE } from './stones.ts'

/** A game's score. */
export interface AreaScore {
  /** Points of black's stones and of empty points that only black reaches. */
  readonly black: number
  /** The same of white, without komi. */
  readonly white: number
  /** Empty points that both colours reach, or none. */
  readonly neutral: number
  /** black − white − komi: above 0 black wins. */
  readonly margin: number
  /** As SGF and GTP write it: `B+3.5`, `W+0.5`, `0` for a draw. */
  readonly result: string
  /** Of shape [area]: 1 black's, −1 white's, 0 nobody's. */
  readonly owners: Int8Array
}

/** What counts beside the stones. */
export interface ScoreOptions {
  /** Points that white gets for moving second; default 0. */
  readonly komi?: number
  /** Points of stones that both sides agree are dead: taken off first, with the whole of their chains. */
  readonly dead?: Iterable<number>
}

/**
 * The area score of a position.
 *
 * @throws GoError where a dead stone is named on an empty point, or komi is not a number.
 */
export function scoreArea(board: Board, options: ScoreOptions = {}): AreaScore {
  const { komi = 0, dead = [] } = options
  if (!Number.isFinite(komi)) {
    throw new GoError({
      what: 'komi',
      expected: 'a number',
      received: String(komi),
      remedy: 'Give a number such as 7.5.',
    })
  }
  const stones = removeDead(board, dead)
  const owners = assignPoints(stones, board)
  const count = (colour: number): number => owners.reduce((sum, owner) => sum + (owner === colour ? 1 : 0), 0)
  const black = count(BLACK)
  const white = count(WHITE)
  const margin = black - white - komi
  const result = margin === 0 ? '0' : `${margin > 0 ? 'B' : 'W'}+${Math.abs(margin)}`
  return { black, white, neutral: board.geometry.area - black - white, margin, result, owners }
}

function removeDead(board: Board, dead: Iterable<number>): Int8Array {
  const stones = board.stones.slice()
  for (const point of dead) {
    const head = board.chains.heads[point] ?? -1
    if (head < 0) {
      throw new GoError({
        what: 'dead stones',
        expected: 'points with stones on them',
        received: `point ${point}`,
        remedy: 'Name stones of the position.',
      })
    }
    let each = head
    do {
      stones[each] = EMPTY
      each = board.chains.next[each] as number
    } while (each !== head)
  }
  return stones
}

/** Stones belong to their colour; a region of empty points to the only colour at its border. */
function assignPoints(stones: Int8Array, board: Board): Int8Array {
  const { area, neighbours } = board.geometry
  const owners = stones.slice(0, area)
  const visited = new Uint8Array(area)
  for (let start = 0; start < area; start++) {
    if (stones[start] !== EMPTY || visited[start]) continue
    const region = [start]
    visited[start] = 1
    let reached = 0
    for (let at = 0; at < region.length; at++) {
      const point = region[at] as number
      for (let side = 4 * point; side < 4 * point + 4; side++) {
        const neighbour = neighbours[side] as number
        const stone = stones[neighbour]
        if (stone === BLACK) reached |= 1
        else if (stone === WHITE) reached |= 2
        else if (stone === EMPTY && !visited[neighbour]) {
          visited[neighbour] = 1
          region.push(neighbour)
        }
      }
    }
    const owner = reached === 1 ? BLACK : reached === 2 ? WHITE : EMPTY
    for (const point of region) owners[point] = owner
  }
  return owners
}
