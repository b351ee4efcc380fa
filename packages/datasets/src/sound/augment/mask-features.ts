// SpecAugment: stretches of time and bands of frequency that are left out of the features
// (Park and others, "SpecAugment: a simple data augmentation method for automatic speech recognition", 2019).
import type { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import { type HostNdArray, rowMajorData } from '../../arrays/host-array.ts'
import { checkCount } from '../../options.ts'
import { readShape } from '../features/columns.ts'

/** What to leave out. */
export interface MaskOptions {
  /** Stretches of time. Default 2. */
  readonly timeMasks?: number
  /** The longest stretch, frames (T of the paper); each is drawn from 0 to this. Default 10. */
  readonly timeWidth?: number
  /** The longest stretch as a share of all frames (p of the paper). Default 0.2. */
  readonly timeShare?: number
  /** Bands of frequency. Default 2. */
  readonly bandMasks?: number
  /** The widest band, filters (F of the paper). Default 8. */
  readonly bandWidth?: number
  /** What is put in their place. Default 0, the mean of normalized features. */
  readonly fill?: number
}

/**
 * Leaves out random stretches and bands.
 *
 * @param features [frames, width].
 * @returns a new array of the same shape.
 * @throws SoundError for features of another rank, DatasetError for counts that are no whole numbers
 */
export function maskFeatures(
  features: HostNdArray,
  options: MaskOptions,
  random: HostRandom,
): HostNdArray<Float32Array> {
  const { timeMasks = 2, timeWidth = 10, timeShare = 0.2, bandMasks = 2, bandWidth = 8, fill = 0 } = options
  for (const [name, count] of Object.entries({ timeMasks, timeWidth, bandMasks, bandWidth })) {
    checkCount(`maskFeatures: ${name}`, count, 0)
  }
  const [frames, width] = readShape('maskFeatures', features)
  const data = Float32Array.from(rowMajorData(features))
  const draw = (most: number, whole: number): readonly [from: number, to: number] => {
    const length = random.integer(Math.min(most, whole) + 1)
    const from = random.integer(whole - length + 1)
    return [from, from + length]
  }
  const longest = Math.min(timeWidth, Math.floor(timeShare * frames))
  for (let mask = 0; mask < timeMasks; mask++) {
    const [from, to] = draw(longest, frames)
    data.fill(fill, from * width, to * width)
  }
  for (let mask = 0; mask < bandMasks; mask++) {
    const [from, to] = draw(bandWidth, width)
    for (let t = 0; t < frames; t++) data.fill(fill, t * width + from, t * width + to)
  }
  return ndarray(data, [frames, width])
}
