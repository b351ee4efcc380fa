// Elastic distortion: random displacements, smoothed until neighbours move together, as a trembling hand would
// (P. Simard, D. Steinkraus and J. Platt, "Best practices for convolutional neural networks", ICDAR 2003).
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import type { HostNdArray } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { checkAmount, checkSeed } from '../options.ts'
import { readImages } from './images.ts'
import { type DisplacementField, warpImage } from './warp.ts'

/** The two parameters of the paper, which used 34 and 4 for 29 × 29 digits. */
export interface ElasticOptions {
  /** α: factor of the smoothed displacements, pixels. 0 leaves the image as it is. */
  readonly strength: number
  /** σ: standard deviation of the Gaussian that smooths them, pixels. */
  readonly smoothness: number
}

/**
 * Distorts each image elastically, bilinear; what enters at the border is 0.
 *
 * @param images [n, height, width]
 * @returns a new float32 array of the same shape.
 * @throws DatasetError for another rank, a negative strength, or a smoothness that is not positive.
 */
export function distortImages(
  images: HostNdArray,
  options: ElasticOptions & { readonly seed: number },
): HostNdArray<Float32Array> {
  const { seed } = options
  checkSeed('distortImages: seed', seed)
  checkElastic('distortImages', options)
  const batch = readImages('distortImages', images)
  const random = new HostRandom(seed)
  const result = new Float32Array(batch.pixels.length)
  const still = { right: 0, down: 0, degrees: 0, scale: 1, shear: 0 }
  for (let image = 0; image < batch.count; image++) {
    const field = drawElasticField(options, batch.height, batch.width, random.fork(image))
    warpImage(batch, image, still, field, result)
  }
  return ndarray(result, [...images.shape])
}

/** @throws DatasetError for a negative strength or a smoothness that is not positive. */
export function checkElastic(what: string, options: ElasticOptions): void {
  checkAmount(`${what}: strength`, options.strength, 0)
  checkAmount(`${what}: smoothness`, options.smoothness, 0)
  if (options.smoothness > 0) return
  throw new DatasetError({
    what: `${what}: smoothness`,
    expected: 'a number above 0',
    received: '0',
    remedy: 'Unsmoothed displacements tear the image apart: use 3 to 6 for digits.',
  })
}

/** Displacements uniform in −1..1, convolved with a Gaussian of standard deviation σ, times α. */
export function drawElasticField(
  options: ElasticOptions,
  height: number,
  width: number,
  random: HostRandom,
): DisplacementField {
  const draw = (): Float32Array => {
    const values = new Float32Array(height * width)
    for (let pixel = 0; pixel < values.length; pixel++) values[pixel] = 2 * random.uniform() - 1
    return smooth(values, height, width, options)
  }
  return { x: draw(), y: draw() }
}

/** The Gaussian is separable: along the rows, then along the columns. Beyond the border the displacements are 0. */
function smooth(values: Float32Array, height: number, width: number, options: ElasticOptions): Float32Array {
  const kernel = gaussianKernel(options.smoothness)
  const radius = (kernel.length - 1) / 2
  const alongRows = new Float32Array(values.length)
  const result = new Float32Array(values.length)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0
      const last = Math.min(width - 1, column + radius)
      for (let other = Math.max(0, column - radius); other <= last; other++) {
        sum += (kernel[other - column + radius] as number) * (values[row * width + other] as number)
      }
      alongRows[row * width + column] = sum
    }
  }
  for (let row = 0; row < height; row++) {
    const last = Math.min(height - 1, row + radius)
    for (let column = 0; column < width; column++) {
      let sum = 0
      for (let other = Math.max(0, row - radius); other <= last; other++) {
        sum += (kernel[other - row + radius] as number) * (alongRows[other * width + column] as number)
      }
      result[row * width + column] = options.strength * sum
    }
  }
  return result
}

/** exp(−d² / 2σ²) for |d| up to 3σ, scaled to the sum 1. */
function gaussianKernel(deviation: number): Float64Array {
  const radius = Math.ceil(3 * deviation)
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, at) =>
    Math.exp(-((at - radius) ** 2) / (2 * deviation ** 2)),
  )
  const sum = kernel.reduce((total, value) => total + value, 0)
  return kernel.map((value) => value / sum)
}
