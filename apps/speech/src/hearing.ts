// The ear: what is made of a sound before the network sees it.
import type { HostNdArray } from '@deep-recipe/datasets'
import {
  createLogMel,
  type LogMelExtractor,
  normalizeFeatures,
  resample,
  type Sound,
} from '@deep-recipe/datasets/sound'

/** The network hears what a telephone passes. Other sounds are resampled. */
export const rate = 8000
/** Seconds from one frame to the next. */
export const hopSeconds = 0.01
/** Numbers in a frame. */
export const filters = 40

/** Nepers below the loudest: what is softer counts as this soft, so that digital silence is no other silence than a room's. */
const dynamicRange = 13.8

/** The samples of a sound at the network's rate. */
export function toSamples({ samples, rate: given }: Sound): Float32Array {
  return given === rate ? samples : resample(samples, given, rate)
}

let ear: LogMelExtractor | undefined

/** Log-mel features as they are: [frames, filters], 25 ms each, every 10 ms, within 60 dB of the loudest. For pictures too. */
export function hear(samples: Float32Array): HostNdArray<Float32Array> {
  ear ??= createLogMel({ rate, hopSeconds, filters, floor: 1e-8 })
  const features = ear.extract(samples)
  const { data } = features
  let loudest = Number.NEGATIVE_INFINITY
  for (const value of data) loudest = Math.max(loudest, value)
  const softest = loudest - dynamicRange
  for (let i = 0; i < data.length; i++) data[i] = Math.max(data[i] as number, softest)
  return features
}

/** Features with mean 0 and deviation 1 in each filter over the utterance: microphones and distances no longer matter. */
export function prepareFeatures(samples: Float32Array): HostNdArray<Float32Array> {
  return normalizeFeatures(hear(samples), { floor: 0.1 })
}
