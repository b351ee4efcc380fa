// Gaussian noise on arrays of any rank.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import { type HostNdArray, rowMajorData } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { checkAmount, checkSeed } from '../options.ts'

/** How much noise to add. */
export interface GaussianNoiseOptions {
  /** In the unit of the values. */
  readonly standardDeviation: number
  /** The mean of the noise; default 0. */
  readonly mean?: number
  /** Keep the result within these bounds, e.g. [0, 1] for pixels; default: not clamped, which keeps the noise unbiased. */
  readonly clamp?: readonly [lowest: number, highest: number]
  readonly seed: number
}

/**
 * Adds an independent draw from the normal distribution to every element.
 *
 * @param array any shape; entry i of its leading axis gets noise that depends on the seed and i alone.
 * @returns a new float32 array of the same shape.
 * @throws DatasetError for a negative standard deviation, bounds out of order, or a missing seed.
 */
export function addGaussianNoise(array: HostNdArray, options: GaussianNoiseOptions): HostNdArray<Float32Array> {
  const { standardDeviation, mean = 0, clamp, seed } = options
  checkAmount('addGaussianNoise: standardDeviation', standardDeviation, 0)
  checkAmount('addGaussianNoise: mean', mean)
  checkSeed('addGaussianNoise: seed', seed)
  checkClamp('addGaussianNoise: clamp', clamp)
  const data = rowMajorData(array)
  const result = new Float32Array(data.length)
  const rows = array.shape[0] ?? 1
  const rowSize = rows === 0 ? 0 : data.length / rows
  const random = new HostRandom(seed)
  for (let row = 0; row < rows; row++) {
    const stream = random.fork(row)
    for (let at = row * rowSize; at < (row + 1) * rowSize; at++) {
      const value = (data[at] as number) + mean + standardDeviation * stream.normal()
      result[at] = clamp ? Math.min(clamp[1], Math.max(clamp[0], value)) : value
    }
  }
  return ndarray(result, [...array.shape])
}

/** @throws DatasetError for bounds out of order. */
export function checkClamp(what: string, clamp: readonly [number, number] | undefined): void {
  if (!clamp || clamp[0] <= clamp[1]) return
  throw new DatasetError({
    what,
    expected: '[lowest, highest] in order',
    received: `[${clamp.join(', ')}]`,
    remedy: 'Exchange the bounds.',
  })
}
