// A network's look at single positions of games, for pictures.
import type { HostArray } from '@deep-recipe/core-tensor'
import { Board, type Feature, type GoGame, listMoves, PlaneEncoder, replay } from '@deep-recipe/datasets/go'

/** A position of a game: the one after so many of its moves. */
export interface Place {
  readonly game: GoGame
  readonly before: number
}

/** The planes of positions, all on boards of one size, before a move of each game: [count, planes, size, size]. */
export function encodePlaces(places: readonly Place[], features: readonly Feature[]): HostArray {
  const size = places[0]?.game.size ?? 0
  const encoder = new PlaneEncoder(size, features)
  const stride = encoder.planes * size ** 2
  const data = new Float32Array(places.length * stride)
  for (const [row, { game, before }] of places.entries()) {
    const board = replay(game, before, new Board(size))
    encoder.write(board, listMoves(game)[before]?.colour ?? board.toMove, data, row * stride)
  }
  return { shape: [places.length, encoder.planes, size, size], dtype: 'float32', data }
}

/**
 * Positions from the opening to the endgame, each of another game as far as there are any; a move on the board follows each.
 *
 * @param count how many to look for; there may be fewer.
 */
export function choosePlaces(games: readonly GoGame[], count: number): Place[] {
  return Array.from({ length: count }, (_, number) => {
    const game = games[number % games.length] as GoGame
    const moves = listMoves(game)
    const wanted = Math.floor((moves.length * (number + 0.4)) / count)
    const played = moves.flatMap(({ point }, move) => (point >= 0 ? [move] : []))
    const nearest = (a: number, b: number): number => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a)
    return played.length > 0 ? [{ game, before: played.reduce(nearest) }] : []
  }).flat()
}
