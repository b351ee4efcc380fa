// The board as a graph: which points touch which, worked out once for each size and shared by all boards of that size.
import { HostRandom } from '@deep-recipe/core-tensor'
import { GoError } from '../errors.ts'

/** The smallest and the largest board; SGF has letters for 52 lines, the bitsets of chains are meant for fewer. */
export const smallestSize = 2
export const largestSize = 25

/**
 * The neighbours of every point. Points are numbered row by row from the top left corner, `row · size + column`;
 * the number after the last, `area`, stands for whatever lies beyond the edge.
 */
export interface Geometry {
  readonly size: number
  readonly area: number
  /** Of shape [4 · area]: above, left, right, below; `area` beyond the edge. */
  readonly neighbours: Int16Array
  /** Of shape [4 · area]: the four diagonal ones; `area` beyond the edge. */
  readonly diagonals: Int16Array
  /** 32-bit words that hold one bit for each point. */
  readonly words: number
  /** Of shape [area, 2 colours, 2 halves]: Zobrist's random numbers; a position is known by the exclusive or of its stones' numbers. */
  readonly zobrist: Int32Array
}

const known = new Map<number, Geometry>()

/** @throws GoError unless `size` is a whole number from 2 to 25. */
export function geometryOf(size: number): Geometry {
  const found = known.get(size)
  if (found) return found
  if (!Number.isInteger(size) || size < smallestSize || size > largestSize) {
    throw new GoError({
      what: 'board size',
      expected: `a whole number from ${smallestSize} to ${largestSize}`,
      received: String(size),
      remedy: 'Use a square board of such a size: 9, 13 and 19 are the usual ones.',
    })
  }
  const area = size * size
  const random = new HostRandom(size).fork(0x60)
  const geometry: Geometry = {
    size,
    area,
    neighbours: listSteps(size, [-1, 0, 0, -1, 0, 1, 1, 0]),
    diagonals: listSteps(size, [-1, -1, -1, 1, 1, -1, 1, 1]),
    words: Math.ceil(area / 32),
    zobrist: Int32Array.from({ length: 4 * area }, () => random.bits()),
  }
  known.set(size, geometry)
  return geometry
}

/** The points that four steps (row, column) lead to from each point. */
function listSteps(size: number, steps: readonly number[]): Int16Array {
  const area = size * size
  const reached = new Int16Array(4 * area)
  for (let point = 0; point < area; point++) {
    for (let step = 0; step < 4; step++) {
      const row = Math.floor(point / size) + (steps[2 * step] as number)
      const column = (point % size) + (steps[2 * step + 1] as number)
      const inside = row >= 0 && row < size && column >= 0 && column < size
      reached[4 * point + step] = inside ? row * size + column : area
    }
  }
  return reached
}
