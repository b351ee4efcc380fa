// Resampling, judged by spectra: what must pass passes, what cannot be held is gone, and nothing else appears.
import { HostRandom } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { SoundError } from './errors.ts'
import { createResampler, resample } from './resample.ts'
import { joinSamples } from './sound.ts'

function tone(hertz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate))
}

/** The middle of a sound, without its edges, under a window whose sidelobes lie below −90 dB (Blackman and Harris, 4 terms). */
function measure(samples: Float32Array, rate: number, hertz: number): { amplitude: number; rest: number } {
  const size = Math.floor(samples.length / 2)
  const middle = samples.subarray(size / 2, size / 2 + size)
  const weights = Float64Array.from(middle, (_, i) => {
    const x = (2 * Math.PI * i) / size
    return 0.35875 - 0.48829 * Math.cos(x) + 0.14128 * Math.cos(2 * x) - 0.01168 * Math.cos(3 * x)
  })
  const sum = weights.reduce((a, b) => a + b, 0)
  let [cosine, sine] = [0, 0]
  middle.forEach((sample, i) => {
    const angle = (2 * Math.PI * hertz * i) / rate
    cosine += (2 * sample * (weights[i] as number) * Math.cos(angle)) / sum
    sine += (2 * sample * (weights[i] as number) * Math.sin(angle)) / sum
  })
  // What is left when the tone is taken away.
  let rest = 0
  middle.forEach((sample, i) => {
    const angle = (2 * Math.PI * hertz * i) / rate
    rest += (sample - cosine * Math.cos(angle) - sine * Math.sin(angle)) ** 2
  })
  return { amplitude: Math.hypot(cosine, sine), rest: Math.sqrt(rest / size) }
}

const decibels = (ratio: number): number => 20 * Math.log10(Math.max(ratio, 1e-12))

describe('resample', () => {
  const pairs = [
    [16000, 8000],
    [44100, 8000],
    [48000, 16000],
    [8000, 44100],
    [11025, 8000],
    [22050, 16000],
    [8000, 8001],
  ] as const
  test.each(pairs)('%d → %d Hz: tones pass unchanged, and nothing comes with them', (from, to) => {
    const limit = Math.min(from, to) / 2
    for (const share of [0.05, 0.4, 0.8]) {
      const { amplitude, rest } = measure(resample(tone(share * limit, from, 0.4), from, to), to, share * limit)
      expect(Math.abs(decibels(amplitude))).toBeLessThan(0.05)
      expect(decibels(rest)).toBeLessThan(-80)
    }
  })

  test.each(pairs.filter(([from, to]) => from > 1.2 * to))('%d → %d Hz: higher tones do not fold back', (from, to) => {
    for (const share of [1.02, 1.2, 1.5]) {
      const hertz = (share * to) / 2
      if (hertz > from / 2) continue
      const output = resample(tone(hertz, from, 0.4), from, to)
      const middle = output.subarray(output.length / 4, (3 * output.length) / 4)
      expect(decibels(Math.max(...middle.map(Math.abs)))).toBeLessThan(-80)
    }
  })

  test('length and moment: ⌈n · to / from⌉ samples, an impulse stays where it was', () => {
    for (const [from, to] of pairs) {
      const input = new Float32Array(1001)
      input[500] = 1
      const output = resample(input, from, to)
      expect(output.length).toBe(Math.ceil((1001 * to) / from))
      const peak = output.reduce((best, value, i) => (value > (output[best] as number) ? i : best), 0)
      expect(Math.abs(peak - (500 * to) / from)).toBeLessThanOrEqual(0.51)
    }
  })

  test('a constant stays constant, in every phase', () => {
    const output = resample(new Float32Array(4000).fill(0.5), 11025, 8000)
    for (const sample of output.subarray(200, -200)) expect(sample).toBeCloseTo(0.5, 6)
  })

  test('in pieces of any size: the same numbers', () => {
    const random = new HostRandom(1)
    const input = Float32Array.from({ length: 3000 }, () => random.normal())
    for (const [from, to] of pairs) {
      const whole = resample(input, from, to)
      const resampler = createResampler(from, to)
      const pieces: Float32Array[] = []
      for (let at = 0; at < input.length; ) {
        const size = random.integer(400)
        pieces.push(resampler.push(input.subarray(at, at + size)))
        at += size
      }
      pieces.push(resampler.finish())
      expect(joinSamples(pieces)).toEqual(whole)
    }
  })

  test('nothing, one sample, the same rate', () => {
    expect(resample(new Float32Array(0), 16000, 8000).length).toBe(0)
    expect(resample(Float32Array.of(1), 16000, 8000).length).toBe(1)
    expect(resample(Float32Array.of(1, 2, 3), 8000, 8000)).toEqual(Float32Array.of(1, 2, 3))
  })

  test('rates and options that make no sense', () => {
    expect(() => resample(new Float32Array(1), 0, 8000)).toThrow(SoundError)
    expect(() => resample(new Float32Array(1), 8000, 0.5)).toThrow(/whole number of samples a second/)
    expect(() => resample(new Float32Array(1), 8000, 4000, { zeroCrossings: 1 })).toThrow(/at least 6/)
  })
})
