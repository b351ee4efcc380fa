// Inks pen paths into a grey image: each pixel's darkness follows from its distance to the path.

/** Straight pieces of inked path in pixel coordinates; the centre of pixel (row, column) is at (column, row). */
export interface InkPieces {
  /** Per piece: x and y of its start, x and y of its end. */
  readonly ends: Float64Array
  /** Half the width of the line at each piece, pixels. */
  readonly halfWidths: Float64Array
  /** Darkness of each piece: 1 is full ink, more than 1 hardens the edge. */
  readonly darkness: Float64Array
  readonly count: number
}

/**
 * Draws the pieces into `image`, keeping what is darker where they overlap.
 *
 * @param softness width in pixels of the edge, over which the ink fades from full to none; 1 is plain anti-aliasing.
 * @param image square image, `size` × `size`, starting at `offset`.
 */
export function renderInk(ink: InkPieces, softness: number, image: Float32Array, offset: number, size: number): void {
  const { ends, halfWidths, darkness, count } = ink
  for (let piece = 0; piece < count; piece++) {
    const x0 = ends[4 * piece] as number
    const y0 = ends[4 * piece + 1] as number
    const x1 = ends[4 * piece + 2] as number
    const y1 = ends[4 * piece + 3] as number
    const halfWidth = halfWidths[piece] as number
    const dark = darkness[piece] as number
    const reach = halfWidth + softness / 2
    const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach))
    const right = Math.min(size - 1, Math.floor(Math.max(x0, x1) + reach))
    const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach))
    const bottom = Math.min(size - 1, Math.floor(Math.max(y0, y1) + reach))
    const dx = x1 - x0
    const dy = y1 - y0
    const squaredLength = dx * dx + dy * dy
    const inverse = squaredLength > 0 ? 1 / squaredLength : 0
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        // The nearest point of the piece is its start plus `along` times its direction.
        const px = column - x0
        const py = row - y0
        const along = Math.min(1, Math.max(0, (px * dx + py * dy) * inverse))
        const ex = px - along * dx
        const ey = py - along * dy
        const distance = Math.sqrt(ex * ex + ey * ey)
        const value = Math.min(1, dark * Math.min(1, (halfWidth - distance) / softness + 0.5))
        const at = offset + row * size + column
        if (value > (image[at] as number)) image[at] = value
      }
    }
  }
}
