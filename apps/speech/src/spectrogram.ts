// Pictures of sound: the spectrogram, with what the network says of each moment underneath, on one axis of time.
import type { HostArray } from '@deep-recipe/core-tensor'
import type { HostNdArray } from '@deep-recipe/datasets'
import type { Float32Array2d } from '@deep-recipe/sequence-losses'

/** Pixels of a filter, and of a digit's line below. */
const [filterHeight, digitHeight] = [3, 8]
/** Pixels of a frame: 2 make a second 200 pixels wide. */
export const frameWidth = 2
const gap = 4
const digits = 10

/** Probabilities of each class, by step: softmax of scores [steps, classes]. */
export function probabilitiesOf({ shape: [steps, classes], data }: Float32Array2d): number[][] {
  return Array.from({ length: steps }, (_, t) => {
    const row = [...data.subarray(t * classes, (t + 1) * classes)]
    const largest = Math.max(...row)
    const weights = row.map((score) => Math.exp(score - largest))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    return weights.map((weight) => weight / sum)
  })
}

/**
 * A picture [3, height, width]: the spectrogram, low frequencies below, from black (soft) over violet to yellow (loud); under it a line for each digit,
 * 9 on top to 0 at the bottom, as bright as the network is sure at that moment.
 *
 * @param features log-mel features [frames, filters], as `hear` gives them.
 * @param scores [steps, classes], each step as long as `stride` frames.
 */
export function drawSpectrogram(
  features: HostNdArray<Float32Array>,
  scores: Float32Array2d,
  stride: number,
): HostArray {
  const [frames, filters] = features.shape as [number, number]
  const width = Math.max(1, frames * frameWidth)
  const upper = filters * filterHeight
  const height = upper + gap + digits * digitHeight
  const data = new Float32Array(3 * height * width)
  const paint = (x: number, y: number, [red, green, blue]: readonly [number, number, number]): void => {
    data[y * width + x] = red
    data[(height + y) * width + x] = green
    data[(2 * height + y) * width + x] = blue
  }
  const [least, most] = findRange(features.data)
  const probabilities = probabilitiesOf(scores)
  for (let x = 0; x < width; x++) {
    const frame = Math.floor(x / frameWidth)
    for (let y = 0; y < upper; y++) {
      const filter = filters - 1 - Math.floor(y / filterHeight)
      const value = features.data[frame * filters + filter] ?? least
      paint(x, y, heat((value - least) / Math.max(1e-6, most - least)))
    }
    for (let y = upper; y < upper + gap; y++) paint(x, y, [1, 1, 1])
    const step = probabilities[Math.floor(frame / stride)]
    for (let digit = 0; digit < digits; digit++) {
      const share = step?.[digit + 1] ?? 0
      // Lines of odd and even digits on grounds of their own, so that the eye finds its way.
      const ground = digit % 2 === 0 ? 0.95 : 0.88
      for (let k = 0; k < digitHeight; k++) {
        const y = upper + gap + (digits - 1 - digit) * digitHeight + k
        paint(x, y, [ground * (1 - share) + 0.8 * share, ground * (1 - share) + 0.1 * share, ground * (1 - share)])
      }
    }
  }
  return { shape: [3, height, width], dtype: 'float32', data }
}

function findRange(data: Float32Array): readonly [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of data) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return [least, most]
}

/** Black, violet, orange, yellow, white. */
const heatColors = [
  [0, 0, 0.05],
  [0.3, 0.05, 0.45],
  [0.75, 0.2, 0.35],
  [0.98, 0.65, 0.1],
  [1, 1, 0.85],
] as const

function heat(share: number): readonly [number, number, number] {
  const place = Math.min(1, Math.max(0, share)) * (heatColors.length - 1)
  const index = Math.min(heatColors.length - 2, Math.floor(place))
  const [from, to] = [heatColors[index], heatColors[index + 1]] as [
    readonly [number, number, number],
    readonly [number, number, number],
  ]
  const part = place - index
  const mix = (channel: 0 | 1 | 2): number => from[channel] + (to[channel] - from[channel]) * part
  return [mix(0), mix(1), mix(2)]
}
