// Pictures of attention: the picture once for each word, bright where the captioner looked when it said it.
import { type HostArray, ShapeError } from '@deep-recipe/core-tensor'
import type { ReportImage } from '@deep-recipe/training'
import type { Saying } from './say.ts'

/** How dark a place is at which nothing was looked at. */
const darkest = 0.18

/**
 * The picture by itself, then once for each word of a caption.
 *
 * @param picture [3, height, width], 0 to 1.
 * @param grid height and width of the map of places.
 */
export function drawAttention(
  picture: HostArray,
  { words, weights, text }: Saying,
  grid: readonly [number, number],
): ReportImage[] {
  const whole: ReportImage = { image: picture, caption: text }
  return [
    whole,
    ...words.flatMap((word, step): ReportImage[] => {
      const own = weights[step]
      return own ? [{ image: shade(picture, spreadMap(own, grid, picture)), caption: word }] : []
    }),
  ]
}

/** A picture enlarged by repeating its pixels until its side is at least `side`. */
export function enlarge({ shape, data }: HostArray, side: number): HostArray {
  const [channels, height, width] = shape as readonly [number, number, number]
  const factor = Math.max(1, Math.ceil(side / Math.max(height, width)))
  const larger = new Float32Array(channels * height * width * factor * factor)
  let place = 0
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < height * factor; row++) {
      const from = (channel * height + Math.floor(row / factor)) * width
      for (let column = 0; column < width * factor; column++)
        larger[place++] = data[from + Math.floor(column / factor)] as number
    }
  }
  return { shape: [channels, height * factor, width * factor], dtype: 'float32', data: larger }
}

/** Bytes [3, size, size] as numbers 0 to 1. */
export function toPicture(bytes: Uint8Array | Float32Array, height: number, width: number = height): HostArray {
  return { shape: [3, height, width], dtype: 'float32', data: Float32Array.from(bytes, (byte) => byte / 255) }
}

/** The weights of the places at each pixel, between places linearly, the largest as 1. */
function spreadMap(
  weights: Float32Array,
  [rows, columns]: readonly [number, number],
  { shape }: HostArray,
): Float32Array {
  if (weights.length !== rows * columns) {
    throw new ShapeError({
      what: 'drawAttention: weights',
      expected: `${rows} × ${columns} places`,
      received: String(weights.length),
      remedy: 'Give the size of the map that the captioner looks at.',
    })
  }
  const [, height = 0, width = 0] = shape
  const most = Math.max(...weights)
  const at = (row: number, column: number): number => weights[row * columns + column] as number
  const spread = new Float32Array(height * width)
  for (let y = 0; y < height; y++) {
    const [top, bottom, down] = neighbours(((y + 0.5) * rows) / height - 0.5, rows)
    for (let x = 0; x < width; x++) {
      const [left, right, across] = neighbours(((x + 0.5) * columns) / width - 0.5, columns)
      const above = at(top, left) * (1 - across) + at(top, right) * across
      const below = at(bottom, left) * (1 - across) + at(bottom, right) * across
      spread[y * width + x] = (above * (1 - down) + below * down) / most
    }
  }
  return spread
}

/** The two places next to a position, and how far it is from the first to the second. */
function neighbours(position: number, count: number): [before: number, after: number, share: number] {
  const held = Math.min(count - 1, Math.max(0, position))
  const before = Math.floor(held)
  return [before, Math.min(count - 1, before + 1), held - before]
}

function shade({ shape, data }: HostArray, light: Float32Array): HostArray {
  const shaded = Float32Array.from(
    data,
    (value, i) => value * (darkest + (1 - darkest) * (light[i % light.length] as number)),
  )
  return { shape, dtype: 'float32', data: shaded }
}
