// Where handicap stones go (GTP 2 draft 2, section 4.1.1).

/** How many stones have fixed places on a board. */
export function countFixedHandicaps(size: number): number {
  if (size < 7) return 0
  return size % 2 === 1 && size > 7 ? 9 : 4
}

/**
 * The points of the fixed handicap: corners first, then the middle and the sides.
 *
 * @returns undefined where so many have no fixed places.
 */
export function placeFixedHandicap(stones: number, size: number): number[] | undefined {
  if (!Number.isInteger(stones) || stones < 2 || stones > countFixedHandicaps(size)) return undefined
  const low = size < 13 ? 2 : 3
  const high = size - 1 - low
  const middle = (size - 1) / 2
  // Row and column, from the top left corner.
  const corners = [
    [high, low],
    [low, high],
    [low, low],
    [high, high],
  ] as const
  const sides = [
    [middle, low],
    [middle, high],
    [high, middle],
    [low, middle],
  ] as const
  const paired = stones < 4 ? stones : stones - (stones % 2)
  const places: (readonly [number, number])[] = [...corners, ...sides].slice(0, paired)
  if (stones > 4 && stones % 2 === 1) places.push([middle, middle])
  return places.map(([row, column]) => row * size + column)
}
