// Created data: a fresh variation of every image in every epoch, all from one seed.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import type { HostNdArray } from '../arrays/host-array.ts'
import { checkAmount, checkSeed } from '../options.ts'
import { checkElastic, drawElasticField, type ElasticOptions } from './elastic.ts'
import { drawFrom, readImages } from './images.ts'
import { checkScale } from './move-images.ts'
import { addGaussianNoise, checkClamp } from './noise.ts'
import { warpImage } from './warp.ts'

/** How far images may vary. What is left out does not vary. */
export interface AugmentOptions {
  /** Up to this many pixels left or right, and up or down. */
  readonly shift?: number
  /** Round shifts to whole pixels; default false. */
  readonly wholePixels?: boolean
  /** Up to this many degrees either way. */
  readonly rotate?: number
  /** Up to this share larger or smaller: 0.1 for factors 0.9 to 1.1. Below 1. */
  readonly scale?: number
  /** Slant of up to this many pixels per pixel of height, either way. */
  readonly shear?: number
  /** Elastic distortion. */
  readonly elastic?: ElasticOptions
  /** Standard deviation of Gaussian noise, added last. */
  readonly noise?: number
  /** Bounds for the values after the noise, e.g. [0, 1]; default: none. */
  readonly clamp?: readonly [lowest: number, highest: number]
  readonly seed: number
}

/**
 * Varies images, shape [n, height, width], into a new float32 array of the same shape. The result depends on the
 * images, the seed, the epoch and the batch (default 0) alone, so a resumed run sees what the first one saw.
 */
export type Augmentation = (images: HostNdArray, epoch: number, batch?: number) => HostNdArray<Float32Array>

/**
 * Builds an augmentation. Scale, shear, rotation, shift and elastic distortion are one bilinear resampling (0 beyond
 * the border), then noise is added.
 *
 * @throws DatasetError for amounts that are negative, not finite or (scale) not below 1, and for a missing seed.
 */
export function augment(options: AugmentOptions): Augmentation {
  const { shift = 0, rotate = 0, scale = 0, shear = 0, wholePixels = false, elastic, noise = 0, clamp, seed } = options
  for (const [name, amount] of Object.entries({ shift, rotate, scale, shear, noise })) {
    checkAmount(`augment: ${name}`, amount, 0)
  }
  checkScale(1 - scale)
  if (elastic) checkElastic('augment: elastic', elastic)
  checkClamp('augment: clamp', clamp)
  checkSeed('augment: seed', seed)
  const around = (middle: number, spread: number): { from: number; to: number } => ({
    from: middle - spread,
    to: middle + spread,
  })
  const whole = (pixels: number): number => (wholePixels ? Math.round(pixels) : pixels)

  return (images, epoch, batch = 0) => {
    const source = readImages('augment', images)
    const random = new HostRandom(seed).fork(epoch).fork(batch)
    const [motions, noises] = [random.fork(0), random.fork(1)]
    const result = new Float32Array(source.pixels.length)
    for (let image = 0; image < source.count; image++) {
      const stream = motions.fork(image)
      const motion = {
        right: whole(drawFrom(around(0, shift), stream)),
        down: whole(drawFrom(around(0, shift), stream)),
        degrees: drawFrom(around(0, rotate), stream),
        scale: drawFrom(around(1, scale), stream),
        shear: drawFrom(around(0, shear), stream),
      }
      const field = elastic && drawElasticField(elastic, source.height, source.width, stream)
      warpImage(source, image, motion, field, result)
    }
    const moved = ndarray(result, [...images.shape])
    if (noise === 0 && !clamp) return moved
    return addGaussianNoise(moved, { standardDeviation: noise, seed: noises.integer(2 ** 32), clamp })
  }
}
