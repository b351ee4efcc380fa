// What a picture of a board shows, in a terminal and on a page alike.

/** A position, and what a network makes of it. */
export interface BoardPicture {
  readonly size: number
  /** [size²]: 1 black, −1 white, 0 empty; row by row from the top left corner. */
  readonly stones: ArrayLike<number>
  /** The move before. */
  readonly last?: number
  /** [size²]: the probability of each move. */
  readonly probabilities?: ArrayLike<number>
  /** The move that was played here. */
  readonly played?: number
}

/** The most probable moves, best first; none without any probability. */
export function rankMoves(probabilities: ArrayLike<number>, count: number): number[] {
  const points = Array.from({ length: probabilities.length }, (_, point) => point)
  const worth = (point: number): number => probabilities[point] as number
  return points
    .filter((point) => worth(point) > 0)
    .sort((a, b) => worth(b) - worth(a) || a - b)
    .slice(0, count)
}

/** The points marked on a board: three, five or nine, by its size. */
export function listStars(size: number): number[] {
  if (size < 7) return size % 2 === 1 ? [(size * size - 1) / 2] : []
  const low = size < 13 ? 2 : 3
  const high = size - 1 - low
  const middle = (size - 1) / 2
  const ends = [low, high].flatMap((row) => [low, high].map((column) => [row, column]))
  const centre = size % 2 === 1 ? [[middle, middle]] : []
  const sides =
    size % 2 === 1 && size > 13
      ? [low, high].flatMap((place) => [
          [place, middle],
          [middle, place],
        ])
      : []
  return [...ends, ...centre, ...sides].map(([row, column]) => (row as number) * size + (column as number))
}

/** A probability as people read it: `41 %`, `3.2 %`, `< 0.1 %`. */
export function formatShare(share: number): string {
  const percent = 100 * share
  if (percent > 0 && percent < 0.05) return '< 0.1 %'
  return `${percent.toFixed(percent < 9.95 ? 1 : 0)} %`
}
