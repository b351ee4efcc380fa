// Created data: measured, not believed.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import { describe, expect, test } from 'vitest'
import { SoundError } from '../errors.ts'
import { createSpectrumAnalyzer } from '../features/spectrum.ts'
import { measureLoudness } from '../sound.ts'
import { addNoise, changeSpeed, makeNoise } from './augment-sound.ts'
import { maskFeatures } from './mask-features.ts'

const tone = Float32Array.from({ length: 4000 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 500 * i) / 8000))

/** Mean power of some bins of 256-point spectra. */
function bandPower(samples: Float32Array, from: number, to: number): number {
  const analyzer = createSpectrumAnalyzer(256)
  let sum = 0
  for (let at = 0; at + 256 <= samples.length; at += 256) {
    const power = analyzer.measure(samples.subarray(at, at + 256))
    for (let k = from; k < to; k++) sum += (power[k] as number) / (to - from)
  }
  return sum
}

describe('changeSpeed', () => {
  test('twice as fast: half as long, twice as high', () => {
    const fast = changeSpeed(tone, 2)
    expect(fast.length).toBe(2000)
    let crossings = 0
    for (let i = 501; i < 1500; i++) if ((fast[i - 1] as number) < 0 && (fast[i] as number) >= 0) crossings++
    expect(crossings).toBeGreaterThanOrEqual(124)
    expect(crossings).toBeLessThanOrEqual(126)
  })
  test('0.93 of the speed, and nonsense', () => {
    expect(changeSpeed(tone, 0.93).length).toBe(Math.ceil(4000 / 0.93))
    expect(() => changeSpeed(tone, 0)).toThrow(SoundError)
    expect(() => changeSpeed(tone, Number.NaN)).toThrow(/0\.1 to 10/)
  })
})

describe('noise', () => {
  test('colours: power by octave', () => {
    const slopes = (['white', 'pink', 'brown'] as const).map((color) => {
      const noise = makeNoise(1 << 16, color, new HostRandom(1))
      expect(measureLoudness(noise)).toBeCloseTo(1, 4)
      // From the octave around 375 Hz to the one around 1500 Hz: two octaves.
      return (10 * Math.log10(bandPower(noise, 32, 64) / bandPower(noise, 8, 16))) / 2
    })
    expect(slopes[0]).toBeCloseTo(0, 0)
    expect(Math.abs((slopes[1] as number) + 3)).toBeLessThan(0.6)
    expect(Math.abs((slopes[2] as number) + 6)).toBeLessThan(0.8)
  })
  test('the ratio of powers is the one asked for; silence stays silence', () => {
    const noise = makeNoise(5000, 'pink', new HostRandom(2))
    for (const decibels of [-5, 0, 20]) {
      const noisy = addNoise(tone, noise, decibels, 3333)
      const rest = noisy.map((sample, i) => sample - (tone[i] as number))
      expect(20 * Math.log10(measureLoudness(tone) / measureLoudness(rest))).toBeCloseTo(decibels, 0)
    }
    expect(addNoise(new Float32Array(10), noise, 10)).toEqual(new Float32Array(10))
    expect(() => addNoise(tone, new Float32Array(0), 10)).toThrow(SoundError)
  })
})

describe('maskFeatures', () => {
  const ones = ndarray(new Float32Array(100 * 40).fill(1), [100, 40])
  test('whole stretches and whole bands, no wider than allowed, and never the input itself', () => {
    for (let seed = 0; seed < 30; seed++) {
      const masked = maskFeatures(
        ones,
        { timeMasks: 1, bandMasks: 1, timeWidth: 12, bandWidth: 5 },
        new HostRandom(seed),
      )
      const rows = Array.from({ length: 100 }, (_, t) => [...masked.data.subarray(t * 40, (t + 1) * 40)])
      const emptyRows = rows.filter((row) => row.every((value) => value === 0)).length
      const others = rows.filter((row) => row.some((value) => value !== 0))
      const emptyColumns = Array.from({ length: 40 }, (_, i) => others.every((row) => row[i] === 0)).filter(
        Boolean,
      ).length
      expect(emptyRows).toBeLessThanOrEqual(12)
      expect(emptyColumns).toBeLessThanOrEqual(5)
      expect(masked.data.filter((value) => value === 0).length).toBe(emptyRows * 40 + (100 - emptyRows) * emptyColumns)
    }
    expect(ones.data.every((value) => value === 1)).toBe(true)
  })
  test('a share of short utterances at most; the same seed gives the same', () => {
    const short = ndarray(new Float32Array(10 * 40).fill(1), [10, 40])
    const options = { timeMasks: 1, timeWidth: 100, timeShare: 0.2, bandMasks: 0 }
    for (let seed = 0; seed < 20; seed++) {
      const masked = maskFeatures(short, options, new HostRandom(seed))
      expect(masked.data.filter((value) => value === 0).length).toBeLessThanOrEqual(2 * 40)
      expect(maskFeatures(short, options, new HostRandom(seed)).data).toEqual(masked.data)
    }
  })
  test('every place is masked now and then', () => {
    const hits = new Float64Array(100 * 40)
    for (let seed = 0; seed < 300; seed++) {
      maskFeatures(ones, { timeWidth: 20 }, new HostRandom(seed)).data.forEach((value, i) => {
        hits[i] = (hits[i] as number) + (value === 0 ? 1 : 0)
      })
    }
    expect(Math.min(...hits)).toBeGreaterThan(0)
  })
})
