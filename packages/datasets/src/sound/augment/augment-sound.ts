// Created data for sound: other speed, other loudness, noise beside it.
import type { HostRandom } from '@deep-recipe/core-tensor'
import { checkAmount } from '../../options.ts'
import { SoundError } from '../errors.ts'
import { resample } from '../resample.ts'
import { measureLoudness } from '../sound.ts'

/**
 * Faster (factor above 1) or slower, and higher or lower with it, as a tape that runs at another speed (Ko, Peddinti, Povey and Khudanpur,
 * "Audio augmentation for speech recognition", 2015). ⌈n / factor⌉ samples; the factor counts in hundredths.
 *
 * @throws SoundError for a factor outside 0.1 to 10
 */
export function changeSpeed(samples: Float32Array, factor: number): Float32Array {
  const hundredths = Math.round(100 * factor)
  if (!(hundredths >= 10 && hundredths <= 1000)) {
    throw new SoundError({
      what: 'changeSpeed: factor',
      expected: 'a number from 0.1 to 10',
      received: String(factor),
      remedy: 'Take 0.9 to 1.1 for created data.',
    })
  }
  return resample(samples, hundredths, 100, { zeroCrossings: 12 })
}

/** White noise has equal power at all frequencies, pink falls by 3 dB an octave, brown by 6, as rumble does. */
export type NoiseColor = 'white' | 'pink' | 'brown'

/** Gaussian noise of mean square 1. */
export function makeNoise(count: number, color: NoiseColor, random: HostRandom): Float32Array {
  const noise = Float32Array.from({ length: count }, () => random.normal())
  if (color === 'brown') {
    let sum = 0
    for (let i = 0; i < count; i++) {
      sum = 0.98 * sum + (noise[i] as number)
      noise[i] = sum
    }
  }
  if (color === 'pink') makePink(noise)
  const loudness = measureLoudness(noise)
  return loudness === 0 ? noise : noise.map((sample) => sample / loudness)
}

/** Three poles and zeros whose slopes together come to −3 dB an octave (Paul Kellet's economy filter, 1999). */
function makePink(noise: Float32Array): void {
  let [a, b, c] = [0, 0, 0]
  for (let i = 0; i < noise.length; i++) {
    const white = noise[i] as number
    a = 0.99765 * a + white * 0.099046
    b = 0.963 * b + white * 0.2965164
    c = 0.57 * c + white * 1.0526913
    noise[i] = a + b + c + white * 0.1848
  }
}

/**
 * The sound with noise so loud that the ratio of their powers is as given. Silence stays silence.
 *
 * @param noise at least one sample; taken from `offset` on, and again from its beginning where it ends.
 * @param decibels 10 log₁₀(power of the sound / power of the noise).
 * @throws SoundError for no noise, DatasetError for a ratio that is not finite
 */
export function addNoise(samples: Float32Array, noise: Float32Array, decibels: number, offset = 0): Float32Array {
  checkAmount('addNoise: decibels', decibels)
  if (noise.length === 0) {
    throw new SoundError({
      what: 'addNoise: noise',
      expected: 'at least one sample',
      received: 'none',
      remedy: 'Make some with makeNoise.',
    })
  }
  const noiseLoudness = measureLoudness(noise)
  const gain = noiseLoudness === 0 ? 0 : measureLoudness(samples) / noiseLoudness / 10 ** (decibels / 20)
  const noisy = new Float32Array(samples.length)
  let from = ((offset % noise.length) + noise.length) % noise.length
  for (let i = 0; i < noisy.length; i++) {
    noisy[i] = (samples[i] as number) + gain * (noise[from] as number)
    from = from + 1 === noise.length ? 0 : from + 1
  }
  return noisy
}
