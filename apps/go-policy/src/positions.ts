// Positions of many games by number, in a random order that needs no memory of its own but the order itself: a position is
// reached by playing its game up to it, which takes less time than a network needs to look at it by far.
import type { HostArray } from '@deep-recipe/core-tensor'
import {
  alphaGoPlanes,
  Board,
  type Colour,
  type Feature,
  type GoGame,
  listMoves,
  PlaneEncoder,
  replay,
  signedPlanes,
  symmetriesOf,
} from '@deep-recipe/datasets/go'

/** What a network sees: the 48 planes of AlphaGo's policy network, or one of stones. */
export type PlaneSet = 'rich' | 'single'

/** The features of a set. */
export function featuresOf(planes: PlaneSet): readonly Feature[] {
  return planes === 'rich' ? alphaGoPlanes : signedPlanes
}

/** Positions by number, from 0 to `length` − 1: those before each move of the games. Passes are not learned. */
export interface PositionIndex {
  readonly size: number
  readonly length: number
  readonly encoder: PlaneEncoder
  /** The game of a position, and how many of its moves come before. */
  find(position: number): { readonly game: GoGame; readonly before: number }
}

/** Numbers the positions of games, all on boards of one size. A position takes six bytes. */
export function indexPositions(games: readonly GoGame[], size: number, planes: PlaneSet): PositionIndex {
  const places = games.map((game) => listMoves(game).flatMap(({ point }, move) => (point >= 0 ? [move] : [])))
  const length = places.reduce((sum, { length: count }) => sum + count, 0)
  const gameOf = new Int32Array(length)
  const moveOf = new Uint16Array(length)
  let position = 0
  for (const [game, moves] of places.entries()) {
    for (const move of moves) {
      gameOf[position] = game
      moveOf[position++] = move
    }
  }
  return {
    size,
    length,
    encoder: new PlaneEncoder(size, featuresOf(planes)),
    find: (at) => ({ game: games[gameOf[at] as number] as GoGame, before: moveOf[at] as number }),
  }
}

/** A number of positions, ready for a network. */
export interface EncodedPositions {
  /** [count, planes, size, size] */
  readonly inputs: HostArray
  /** int32 [count]: the points that were played. */
  readonly targets: HostArray
  /** Numbers of these moves in their games, from 1. */
  readonly moveNumbers: readonly number[]
}

/**
 * Plays to positions, and encodes them.
 *
 * @param symmetries which of the eight each is turned and mirrored by; none without.
 */
export function encodePositions(
  positions: PositionIndex,
  chosen: readonly number[],
  symmetries: readonly number[] = [],
): EncodedPositions {
  const { size, encoder } = positions
  const area = size * size
  const count = chosen.length
  const inputs = new Float32Array(count * encoder.planes * area)
  const targets = new Int32Array(count)
  const board = new Board(size)
  const moveNumbers = chosen.map((position, row) => {
    const { game, before } = positions.find(position)
    const symmetry = symmetries[row] ?? 0
    const { colour, point } = moveAt(game, before)
    encoder.write(replay(game, before, board), colour, inputs, row * encoder.planes * area, symmetry)
    targets[row] = symmetriesOf(size)[symmetry]?.[point] as number
    return before + 1
  })
  return {
    inputs: { shape: [count, encoder.planes, size, size], dtype: 'float32', data: inputs },
    targets: { shape: [count], dtype: 'int32', data: targets },
    moveNumbers,
  }
}

/** A move of a game by its number from 0. */
export function moveAt(game: GoGame, number: number): { readonly colour: Colour; readonly point: number } {
  return listMoves(game)[number] as { colour: Colour; point: number }
}
