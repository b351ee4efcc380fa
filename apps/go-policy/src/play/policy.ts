// A trained network that is asked for moves, one position at a time.
import type { Board, Colour } from '@deep-recipe/datasets/go'

/** What thinks of moves. */
export interface Policy {
  /** The size of board that it was trained on. */
  readonly size: number
  /** Whether it can be asked about boards of another size. */
  accepts(size: number): boolean
  /** The probability of each point [size²], row by row, with `colour` to move. They add up to 1; illegal points may have some. */
  assess(board: Board, colour: Colour): Promise<Float32Array>
}
