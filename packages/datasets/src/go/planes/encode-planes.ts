// Turns the position on a board into input planes.
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { GoError } from '../errors.ts'
import { Board } from '../rules/board.ts'
import type { Colour } from '../rules/stones.ts'
import { symmetryCount } from '../symmetry/symmetry.ts'
import { contentsFor, PositionCoder } from './code-position.ts'
import type { Feature } from './features.ts'
import { PlaneWriter } from './write-planes.ts'

/** Writes the planes of boards of one size. */
export class PlaneEncoder {
  readonly size: number
  readonly features: readonly Feature[]
  /** Number of planes. */
  readonly planes: number
  readonly #writer: PlaneWriter
  readonly #coder: PositionCoder
  readonly #codes: Uint16Array

  /** @throws GoError for features or a size that do not exist. */
  constructor(size: number, features: readonly Feature[]) {
    this.size = size
    this.features = features
    this.#writer = new PlaneWriter(size, features)
    this.planes = this.#writer.planes
    const board = new Board(size)
    this.#coder = new PositionCoder(board, contentsFor(features))
    this.#codes = new Uint16Array(board.geometry.area)
  }

  /**
   * Writes the planes of a position, [planes, size, size], into `output` from `start` on, where there must be zeros.
   *
   * @param colour the player to move, from whose side everything is seen.
   * @param symmetry 0 to 7: turns and mirrors the planes.
   */
  write(board: Board, colour: Colour, output: Float32Array, start: number, symmetry: number = 0): void {
    if (board.size !== this.size || !(symmetry >= 0 && symmetry < symmetryCount && Number.isInteger(symmetry))) {
      throw new GoError({
        what: 'planes',
        expected: `a board of ${this.size} lines and a symmetry from 0 to 7`,
        received: `${board.size} lines, symmetry ${symmetry}`,
        remedy: 'Use an encoder of the same size.',
      })
    }
    this.#coder.attach(board)
    this.#coder.write(colour, this.#codes, 0)
    this.#writer.write(this.#codes, 0, colour, output, start, symmetry)
  }
}

/**
 * The planes of one position, [planes, size, size] float32, seen by the player to move.
 *
 * @throws GoError for features that do not exist.
 */
export function encodePlanes(
  board: Board,
  features: readonly Feature[],
  colour: Colour = board.toMove,
): HostNdArray<Float32Array> {
  const encoder = new PlaneEncoder(board.size, features)
  const output = new Float32Array(encoder.planes * board.geometry.area)
  encoder.write(board, colour, output, 0)
  return ndarray(output, [encoder.planes, board.size, board.size])
}
