// The eye test that keeps playouts and simple players from filling their own eyes.
import type { Board } from './board.ts'
import { type Colour, EDGE, EMPTY, opponentOf } from './stones.ts'

/**
 * Whether an empty point is an eye of `colour` that most likely stays one: all neighbours are its stones, and the
 * opponent holds at most one of the four diagonal points, none at the edge. (False eyes with both diagonals still open pass as eyes.)
 */
export function isEye(board: Board, point: number, colour: Colour): boolean {
  const { stones, geometry } = board
  if (stones[point] !== EMPTY) return false
  const opponent = opponentOf(colour)
  let taken = 0
  let atEdge = false
  for (let at = 4 * point; at < 4 * point + 4; at++) {
    const neighbour = stones[geometry.neighbours[at] as number]
    if (neighbour !== colour && neighbour !== EDGE) return false
    const diagonal = stones[geometry.diagonals[at] as number]
    if (diagonal === opponent) taken++
    else if (diagonal === EDGE) atEdge = true
  }
  return taken + (atEdge ? 1 : 0) < 2
}
