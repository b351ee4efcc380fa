// The eight ways of turning and mirroring a square board. A position and its mirror image are equally good Go, so each game
// is worth eight.
import { GoError } from '../errors.ts'
import { geometryOf } from '../rules/geometry.ts'
import { PASS } from '../rules/stones.ts'

/** Number of symmetries; 0 leaves the board as it is. */
export const symmetryCount = 8

const known = new Map<number, readonly Int16Array[]>()

/**
 * For each of the eight symmetries of a board the place to which each point goes, [8][area]. Of the symmetry's bits, 4 exchanges
 * rows and columns first, 2 then turns top to bottom, 1 left to right.
 */
export function symmetriesOf(size: number): readonly Int16Array[] {
  const found = known.get(size)
  if (found) return found
  const { area } = geometryOf(size)
  const maps = Array.from({ length: symmetryCount }, (_, symmetry) =>
    Int16Array.from({ length: area }, (_, point) => {
      const transposed = (symmetry & 4) !== 0
      const row = transposed ? point % size : Math.floor(point / size)
      const column = transposed ? Math.floor(point / size) : point % size
      return ((symmetry & 2) !== 0 ? size - 1 - row : row) * size + ((symmetry & 1) !== 0 ? size - 1 - column : column)
    }),
  )
  known.set(size, maps)
  return maps
}

/** Where a symmetry takes a point; a pass stays one. @throws GoError for a symmetry that is not 0 to 7. */
export function transformPoint(point: number, size: number, symmetry: number): number {
  const map = mapOf(size, symmetry)
  return point === PASS ? PASS : (map[point] as number)
}

/** The symmetry that undoes another one. */
export function invertSymmetry(symmetry: number): number {
  // After exchanging rows and columns, top to bottom is left to right.
  return symmetry & 4 ? 4 | ((symmetry & 1) << 1) | ((symmetry & 2) >> 1) : symmetry
}

/**
 * Planes, or anything else over the points of a board such as move probabilities, turned and mirrored: [..., size, size] in
 * row-major order gives the same shape.
 *
 * @throws GoError for data that is not whole boards, or a symmetry that is not 0 to 7.
 */
export function transformPlanes<Data extends Float32Array | Uint8Array | Int8Array>(
  data: Data,
  size: number,
  symmetry: number,
): Data {
  const map = mapOf(size, symmetry)
  if (data.length % map.length !== 0) {
    throw new GoError({
      what: 'transformPlanes',
      expected: `a multiple of ${map.length} numbers, whole boards of ${size} × ${size}`,
      received: String(data.length),
      remedy: 'Give planes without a pass or other extras.',
    })
  }
  const result = data.slice() as Data
  for (let start = 0; start < data.length; start += map.length) {
    for (let point = 0; point < map.length; point++)
      result[start + (map[point] as number)] = data[start + point] as number
  }
  return result
}

function mapOf(size: number, symmetry: number): Int16Array {
  const map = symmetriesOf(size)[symmetry]
  if (map) return map
  throw new GoError({
    what: 'symmetry',
    expected: 'a whole number from 0 to 7',
    received: String(symmetry),
    remedy: 'Use 0 for none; 1 to 7 turn and mirror.',
  })
}
