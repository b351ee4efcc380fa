// The ear: what is made of a sound before the network sees it.
import type { HostNdArray } from '@deep-recipe/datasets'
import { createLogMel, type LogMelExtractor, resample, type Sound } from '@deep-recipe/datasets/sound'

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

/** Nepers below the loudest that become 0, and nepers that become 1. */
const [middle, spread] = [8, 3]

let ear: LogMelExtractor | undefined

/** Log-mel features: [frames, filters], 25 ms each, every 10 ms, in nepers from 13.8 below the loudest of them to 0. */
export function hear(samples: Float32Array): HostNdArray<Float32Array> {
  ear ??= createLogMel({ rate, hopSeconds, filters, floor: 1e-8 })
  const features = ear.extract(samples)
  const { data } = features
  let loudest = Number.NEGATIVE_INFINITY
  for (const value of data) loudest = Math.max(loudest, value)
  for (let i = 0; i < data.length; i++) data[i] = Math.max((data[i] as number) - loudest, -dynamicRange)
  return features
}

/**
 * What the network sees: features of about mean 0 and deviation 1, measured by the loudest of them alone. The distance of a microphone
 * does not matter then; and how much silence there is, or which digit is spoken, changes nothing of how the others look, as it would
 * if the mean over the utterance were taken off.
 *
 * @param louder is added to all, nepers.
 */
export function prepareFeatures(samples: Float32Array, louder = 0): HostNdArray<Float32Array> {
  const features = hear(samples)
  const { data } = features
  for (let i = 0; i < data.length; i++) data[i] = ((data[i] as number) + middle + louder) / spread
  return features
}
