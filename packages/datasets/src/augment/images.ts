// What every augmentation shares: image batches, quantities drawn per image, and bilinear resampling.
import { HostRandom } from '@deep-recipe/core-tensor'
import { formatShape, type HostNdArray, rowMajorData } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { checkSeed } from '../options.ts'

/** A quantity for each image: the same for all, or drawn uniformly between two bounds. */
export type Draw = number | { readonly from: number; readonly to: number }

/** Grey images laid out row by row. */
export interface ImageBatch {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly pixels: Float32Array
}

/** @throws DatasetError unless the array has the shape [n, height, width]. */
export function readImages(what: string, images: HostNdArray): ImageBatch {
  const [count, height, width] = images.shape
  if (images.dimension !== 3 || count === undefined || height === undefined || width === undefined) {
    throw new DatasetError({
      what,
      expected: 'images of shape [n, height, width]',
      received: `shape ${formatShape(images.shape)}`,
      remedy: 'Reshape the images; a single one has the shape [1, height, width].',
    })
  }
  const data = rowMajorData(images)
  return { count, height, width, pixels: data instanceof Float32Array ? data : Float32Array.from(data) }
}

/** @throws DatasetError for bounds that are not finite or not in order. */
export function checkDraw(what: string, draw: Draw): void {
  const { from, to } = typeof draw === 'number' ? { from: draw, to: draw } : draw
  if (Number.isFinite(from) && Number.isFinite(to) && from <= to) return
  throw new DatasetError({
    what,
    expected: 'a finite number, or { from, to } with from <= to',
    received: typeof draw === 'number' ? String(draw) : `{ from: ${from}, to: ${to} }`,
    remedy: 'Give the bounds in order.',
  })
}

/** One value of the quantity. */
export function drawFrom(draw: Draw, random: HostRandom): number {
  return typeof draw === 'number' ? draw : draw.from + (draw.to - draw.from) * random.uniform()
}

/** The random stream of an operation; where nothing is drawn, no seed is asked for. */
export function openStream(what: string, draws: readonly Draw[], seed: number | undefined): HostRandom {
  if (seed === undefined && draws.every((draw) => typeof draw === 'number')) return new HostRandom(0)
  checkSeed(`${what}: seed`, seed)
  return new HostRandom(seed)
}

/**
 * The image at a place between its pixels: the four pixels around (x, y), weighted by nearness (bilinear).
 * Pixels outside the image are 0.
 */
export function sampleBilinear(images: ImageBatch, image: number, x: number, y: number): number {
  const { height, width, pixels } = images
  const left = Math.floor(x)
  const top = Math.floor(y)
  if (left < -1 || top < -1 || left >= width || top >= height) return 0
  const rightShare = x - left
  const bottomShare = y - top
  const at = (image * height + top) * width + left
  const hasLeft = left >= 0
  const hasRight = left + 1 < width
  let value = 0
  if (top >= 0) {
    if (hasLeft) value += (1 - bottomShare) * (1 - rightShare) * (pixels[at] as number)
    if (hasRight) value += (1 - bottomShare) * rightShare * (pixels[at + 1] as number)
  }
  if (top + 1 < height) {
    if (hasLeft) value += bottomShare * (1 - rightShare) * (pixels[at + width] as number)
    if (hasRight) value += bottomShare * rightShare * (pixels[at + width + 1] as number)
  }
  return value
}
