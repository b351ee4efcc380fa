// Shifted, rotated, scaled and slanted copies of images: created data that a recogniser should not be misled by.
import ndarray from 'ndarray'
import type { HostNdArray } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { checkDraw, type Draw, drawFrom, openStream, readImages } from './images.ts'
import { warpImage } from './warp.ts'

/** How far to shift. */
export interface ShiftOptions {
  /** Pixels to the right (negative: left); default 0. */
  readonly right?: Draw
  /** Pixels downward (negative: up); default 0. */
  readonly down?: Draw
  /** Round what was drawn to whole pixels, which keeps the image sharp; default false. */
  readonly wholePixels?: boolean
  /** Needed where something is drawn. */
  readonly seed?: number
}

/** How far to rotate. */
export interface RotateOptions {
  /** Counter-clockwise. */
  readonly degrees: Draw
  /** Needed where something is drawn. */
  readonly seed?: number
}

/** How to move images: scaled, then slanted, then rotated about the centre, then shifted. */
export interface MoveOptions extends ShiftOptions {
  /** Counter-clockwise; default 0. */
  readonly degrees?: Draw
  /** Factor; default 1. */
  readonly scale?: Draw
  /** Slant: a point one pixel above the centre moves this many pixels to the right; default 0. */
  readonly shear?: Draw
}

/**
 * Shifts each image; what enters at the border is 0. Fractions of a pixel are interpolated (bilinear).
 *
 * @param images [n, height, width]
 * @returns a new float32 array of the same shape.
 * @throws DatasetError for another rank, bounds out of order, or a missing seed.
 */
export function shiftImages(images: HostNdArray, options: ShiftOptions): HostNdArray<Float32Array> {
  const { right, down, wholePixels, seed } = options
  return moveImages(images, { right, down, wholePixels, seed })
}

/**
 * Rotates each image about its centre, bilinear; what enters at the border is 0. Multiples of 90° are exact.
 *
 * @param images [n, height, width]
 * @returns a new float32 array of the same shape.
 * @throws DatasetError for another rank, bounds out of order, or a missing seed.
 */
export function rotateImages(images: HostNdArray, options: RotateOptions): HostNdArray<Float32Array> {
  const { degrees, seed } = options
  return moveImages(images, { degrees, seed })
}

/**
 * Scales, slants, rotates and shifts each image in one resampling (bilinear; 0 beyond the border).
 *
 * Image i depends on the seed and i alone.
 *
 * @param images [n, height, width]
 * @returns a new float32 array of the same shape.
 * @throws DatasetError for another rank, bounds out of order, a scale that is not positive, or a missing seed.
 */
export function moveImages(images: HostNdArray, options: MoveOptions): HostNdArray<Float32Array> {
  const { right = 0, down = 0, degrees = 0, scale = 1, shear = 0, wholePixels = false, seed } = options
  const batch = readImages('moveImages', images)
  const draws = { right, down, degrees, scale, shear }
  for (const [name, draw] of Object.entries(draws)) checkDraw(`moveImages: ${name}`, draw)
  checkScale(scale)
  const random = openStream('moveImages', Object.values(draws), seed)
  const whole = (pixels: number): number => (wholePixels ? Math.round(pixels) : pixels)
  const result = new Float32Array(batch.pixels.length)
  for (let image = 0; image < batch.count; image++) {
    const stream = random.fork(image)
    const motion = {
      right: whole(drawFrom(right, stream)),
      down: whole(drawFrom(down, stream)),
      degrees: drawFrom(degrees, stream),
      scale: drawFrom(scale, stream),
      shear: drawFrom(shear, stream),
    }
    warpImage(batch, image, motion, undefined, result)
  }
  return ndarray(result, [...images.shape])
}

/** @throws DatasetError unless every factor that may be drawn is positive. */
export function checkScale(scale: Draw): void {
  const smallest = typeof scale === 'number' ? scale : scale.from
  if (smallest > 0) return
  throw new DatasetError({
    what: 'scale',
    expected: 'factors above 0',
    received: String(smallest),
    remedy: 'Give a factor such as 0.9, or { from: 0.9, to: 1.1 }.',
  })
}
