// The diagonals of a lattice as rows, so that a scan can walk over them.
import type { Tensor } from '@deep-recipe/core-tensor'

/**
 * skewed[d, u] = lattice[u, d − u], and `fill` where there is no such place. Only padding and reshaping: each row of the lattice
 * is made longer by the number of rows, and read again with a row length that is shorter by one.
 *
 * @param lattice [rows, columns, batch].
 * @returns [rows + columns − 1, rows, batch].
 */
export function skew(lattice: Tensor, fill: number): Tensor {
  const [rows, columns, batch] = lattice.shape as [number, number, number]
  const padded = lattice
    .pad(
      [
        [0, 0],
        [0, rows],
        [0, 0],
      ],
      fill,
    )
    .reshape([rows * (columns + rows), batch])
  const length = columns + rows - 1
  return padded
    .slice([0, 0], [rows * length, batch])
    .reshape([rows, length, batch])
    .transpose([1, 0, 2])
}
