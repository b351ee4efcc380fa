// What is done to features afterwards: their changes in time beside them, and columns brought to mean 0 and deviation 1.
import ndarray from 'ndarray'
import { type HostNdArray, rowMajorData } from '../../arrays/host-array.ts'
import { SoundError } from '../errors.ts'

/** Which changes. */
export interface DeltaOptions {
  /** Frames on each side that a change is measured over. Default 2. */
  readonly reach?: number
  /** 1 adds the changes, 2 (default) also the changes of the changes. */
  readonly orders?: number
}

/**
 * Features with their changes beside them: d_t = Σ_n n (c_{t+n} − c_{t−n}) / (2 Σ_n n²), n = 1 … reach, the slope of the line
 * through the neighbours (HTK). Before the first frame and after the last stand copies of them.
 *
 * @param features [frames, width].
 * @returns [frames, width · (1 + orders)].
 * @throws SoundError for features of another rank, and counts that are not positive
 */
export function addDeltas(features: HostNdArray, options: DeltaOptions = {}): HostNdArray<Float32Array> {
  const { reach = 2, orders = 2 } = options
  const [frames, width] = readShape('addDeltas', features)
  if (!(Number.isSafeInteger(reach) && reach >= 1 && Number.isSafeInteger(orders) && orders >= 1)) {
    throw new SoundError({
      what: 'addDeltas',
      expected: 'a reach and orders of at least 1, whole numbers',
      received: `reach ${reach}, orders ${orders}`,
      remedy: 'Leave them out for 2 and 2.',
    })
  }
  let current = Float32Array.from(rowMajorData(features))
  const parts = [current]
  for (let order = 0; order < orders; order++) {
    current = measureSlopes(current, frames, width, reach)
    parts.push(current)
  }
  const total = width * parts.length
  const data = new Float32Array(frames * total)
  parts.forEach((part, p) => {
    for (let t = 0; t < frames; t++) data.set(part.subarray(t * width, (t + 1) * width), t * total + p * width)
  })
  return ndarray(data, [frames, total])
}

function measureSlopes(data: Float32Array, frames: number, width: number, reach: number): Float32Array<ArrayBuffer> {
  const slopes = new Float32Array(data.length)
  let divisor = 0
  for (let n = 1; n <= reach; n++) divisor += 2 * n * n
  for (let t = 0; t < frames; t++) {
    for (let i = 0; i < width; i++) {
      let sum = 0
      for (let n = 1; n <= reach; n++) {
        const [after, before] = [Math.min(frames - 1, t + n), Math.max(0, t - n)]
        sum += n * ((data[after * width + i] as number) - (data[before * width + i] as number))
      }
      slopes[t * width + i] = sum / divisor
    }
  }
  return slopes
}

/** How to bring columns to one size. */
export interface NormalizeOptions {
  /** Whether columns are also divided by their deviation. Default true. */
  readonly variance?: boolean
  /** Deviations below this count as this: a column that never changes becomes 0. Default 1e-5. */
  readonly floor?: number
}

/**
 * Each column less its mean, divided by its standard deviation: what a microphone and its distance add to log features is
 * gone.
 *
 * @param features [frames, width], of one utterance.
 * @throws SoundError for features of another rank
 */
export function normalizeFeatures(features: HostNdArray, options: NormalizeOptions = {}): HostNdArray<Float32Array> {
  const { variance = true, floor = 1e-5 } = options
  const [frames, width] = readShape('normalizeFeatures', features)
  const data = Float32Array.from(rowMajorData(features))
  const means = new Float64Array(width)
  const squares = new Float64Array(width)
  for (let at = 0; at < data.length; at++) means[at % width] = (means[at % width] as number) + (data[at] as number)
  for (let i = 0; i < width; i++) means[i] = (means[i] as number) / frames
  for (let at = 0; at < data.length; at++) {
    const centered = (data[at] as number) - (means[at % width] as number)
    data[at] = centered
    squares[at % width] = (squares[at % width] as number) + centered * centered
  }
  if (variance) {
    const scales = squares.map((sum) => 1 / Math.max(floor, Math.sqrt(sum / frames)))
    for (let at = 0; at < data.length; at++) data[at] = (data[at] as number) * (scales[at % width] as number)
  }
  return ndarray(data, [frames, width])
}

/** @throws SoundError unless the features are [frames, width] */
export function readShape(what: string, features: HostNdArray): readonly [frames: number, width: number] {
  if (features.dimension === 2) return features.shape as [number, number]
  throw new SoundError({
    what,
    expected: 'features [frames, width]',
    received: `an array of shape [${features.shape.join(', ')}]`,
    remedy: 'Take one utterance at a time.',
  })
}
