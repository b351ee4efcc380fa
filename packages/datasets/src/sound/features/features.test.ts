// Features against numpy (fixtures/make_sound.py), published values of the mel scales, and what must hold of any sound.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import { describe, expect, test } from 'vitest'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { SoundError } from '../errors.ts'
import { expected, sweep } from '../fixtures/expected.ts'
import { joinSamples } from '../sound.ts'
import { addDeltas, normalizeFeatures } from './columns.ts'
import { hertzToMel, makeFilterbank, melToHertz } from './filterbank.ts'
import { countFrames, createFramer } from './frames.ts'
import { createLogMel, logMel, preEmphasize } from './log-mel.ts'
import { mfcc } from './mfcc.ts'
import { createSpectrumAnalyzer } from './spectrum.ts'
import { makeWindow } from './windows.ts'

const { rate } = expected
const htk = { rate } as const
const slaney = {
  rate,
  filters: 24,
  lowest: 100,
  highest: 3800,
  melScale: 'slaney',
  normalize: 'area',
  window: 'hann',
  symmetric: false,
  preEmphasis: 0,
  frameSeconds: 0.02,
  hopSeconds: 0.008,
  tail: 'drop',
  fftSize: 512,
} as const

function expectRows(features: HostNdArray, rows: readonly (readonly number[])[], tolerance: number): void {
  expect(features.shape).toEqual([rows.length, rows[0]?.length])
  rows.forEach((row, t) => {
    row.forEach((value, i) => {
      expect(Math.abs(features.get(t, i) - value), `[${t}, ${i}]`).toBeLessThanOrEqual(
        tolerance * (1 + Math.abs(value)),
      )
    })
  })
}

describe('against numpy', () => {
  test('log-mel as HTK has it: Hamming, pre-emphasis, padded end', () => {
    expectRows(logMel(sweep, htk), expected.htk, 2e-5)
  })
  test('log-mel as librosa has it: periodic Hann, Slaney scale, equal areas', () => {
    expectRows(logMel(sweep, slaney), expected.slaney, 2e-5)
  })
  test('MFCC: cosine transform and lifter', () => {
    expectRows(mfcc(sweep, htk), expected.mfcc, 5e-5)
  })
  test('deltas and their deltas', () => {
    expectRows(addDeltas(mfcc(sweep, htk)), expected.deltas, 5e-5)
  })
  test('mean and variance', () => {
    expectRows(normalizeFeatures(logMel(sweep, htk)), expected.normalized, 5e-4)
  })
  test.each(['htk', 'slaney'] as const)('filters, %s', (melScale) => {
    const normalize = melScale === 'slaney' ? 'area' : 'peak'
    const { filters } = makeFilterbank({ rate, fftSize: 256, filters: 12, lowest: 0, melScale, normalize })
    filters.forEach(({ first, weights }, i) => {
      const row = expected.filters[melScale][i] as number[]
      for (const [bin, weight] of row.entries()) expect(weights[bin - first] ?? 0).toBeCloseTo(weight, 7)
    })
  })
})

describe('mel scales', () => {
  test('published values: 1000 Hz are 1000 mel of HTK and 15 of Slaney, 440 Hz are 549.64 and 6.6', () => {
    expect(hertzToMel(1000)).toBeCloseTo(1000, 1)
    expect(hertzToMel(440)).toBeCloseTo(549.64, 2)
    expect(hertzToMel(1000, 'slaney')).toBeCloseTo(15, 10)
    // librosa.hz_to_mel(440) = 6.6, librosa.hz_to_mel([110, 220, 440]) = [1.65, 3.3, 6.6], mel_to_hz(3) = 200.
    expect(hertzToMel(440, 'slaney')).toBeCloseTo(6.6, 10)
    expect(melToHertz(3, 'slaney')).toBeCloseTo(200, 10)
  })
  test('there and back', () => {
    for (const scale of ['htk', 'slaney'] as const) {
      for (const hertz of [0, 60, 999, 1000, 1001, 7800]) {
        expect(melToHertz(hertzToMel(hertz, scale), scale)).toBeCloseTo(hertz, 8)
      }
    }
  })
  test('filters that cannot be', () => {
    expect(() => makeFilterbank({ rate, fftSize: 256, highest: 5000 })).toThrow(/half the rate/i)
    expect(() => makeFilterbank({ rate, fftSize: 256, filters: 200 })).toThrow(/fewer filters/)
  })
})

describe('spectrum', () => {
  test('a sum over all samples, by definition', () => {
    const random = new HostRandom(2)
    const frame = Float64Array.from({ length: 13 }, () => random.normal())
    const power = createSpectrumAnalyzer(16).measure(frame)
    for (let k = 0; k <= 8; k++) {
      let [re, im] = [0, 0]
      frame.forEach((x, n) => {
        re += x * Math.cos((2 * Math.PI * k * n) / 16)
        im -= x * Math.sin((2 * Math.PI * k * n) / 16)
      })
      expect(power[k]).toBeCloseTo(re * re + im * im, 10)
    }
  })
  test('sizes that are no power of two', () => {
    for (const size of [0, 1, 100, 2.5]) expect(() => createSpectrumAnalyzer(size)).toThrow(SoundError)
  })
})

describe('frames', () => {
  test('counts, by counting', () => {
    for (const [length, hop] of [
      [5, 2],
      [4, 4],
      [3, 7],
    ] as const) {
      for (let samples = 0; samples < 30; samples++) {
        for (const tail of ['pad', 'drop'] as const) {
          const frames: number[][] = []
          const framer = createFramer({ length, hop, tail })
          const input = Float32Array.from({ length: samples }, (_, i) => i + 1)
          // In pieces of three.
          for (let at = 0; at < samples; at += 3)
            framer.push(input.subarray(at, at + 3), (frame) => frames.push([...frame]))
          framer.finish((frame) => frames.push([...frame]))
          expect(frames.length).toBe(countFrames(samples, { length, hop, tail }))
          frames.forEach((frame, t) => {
            frame.forEach((value, i) => {
              expect(value).toBe(t * hop + i < samples ? t * hop + i + 1 : 0)
            })
          })
          // Nothing is lost if frames touch and the tail is padded.
          if (tail === 'pad' && hop <= length && samples > 0) expect(frames.at(-1)).toContain(samples)
        }
      }
    }
  })
})

describe('streams of features', () => {
  test('a sound in blocks gives the frames of the whole', () => {
    const random = new HostRandom(3)
    for (const options of [htk, slaney]) {
      const stream = createLogMel(options).open()
      const parts: Float32Array[] = []
      for (let at = 0; at < sweep.length; ) {
        const size = 1 + random.integer(300)
        parts.push(stream.push(sweep.subarray(at, at + size)))
        at += size
      }
      expect(joinSamples([...parts, stream.finish()])).toEqual(logMel(sweep, options).data)
    }
  })
  test('silence, one sample, nothing', () => {
    expect([...logMel(new Float32Array(400), htk).data].every((value) => value === Math.fround(Math.log(1e-10)))).toBe(
      true,
    )
    expect(logMel(Float32Array.of(0.5), htk).shape).toEqual([1, 40])
    expect(logMel(new Float32Array(0), htk).shape).toEqual([0, 40])
  })
  test('twice as loud is log 4 more, everywhere', () => {
    const [soft, loud] = [
      logMel(sweep, htk),
      logMel(
        sweep.map((sample) => 2 * sample),
        htk,
      ),
    ]
    for (const [i, value] of loud.data.entries()) expect(value - (soft.data[i] as number)).toBeCloseTo(Math.log(4), 4)
  })
  test('options that make no sense', () => {
    expect(() => logMel(sweep, { rate, frameSeconds: 0 })).toThrow(SoundError)
    expect(() => logMel(sweep, { rate, fftSize: 64 })).toThrow(/an fftSize of at least a frame/)
    expect(() => mfcc(sweep, { rate, coefficients: 41 })).toThrow(/from 1 to the 40 filters/)
  })
})

describe('columns', () => {
  test('slope of a line is its slope; at the ends the copies flatten it', () => {
    const line = ndarray(
      Float32Array.from({ length: 8 }, (_, t) => 3 * t),
      [8, 1],
    )
    const slopes = addDeltas(line, { orders: 1 })
    expect(slopes.get(4, 1)).toBeCloseTo(3, 6)
    expect(slopes.get(0, 1)).toBeLessThan(3)
  })
  test('normalized: mean 0, deviation 1; a constant column is 0', () => {
    const random = new HostRandom(4)
    const data = Float32Array.from({ length: 60 }, (_, i) => (i % 3 === 2 ? 7 : 5 + 4 * random.normal()))
    const { data: result } = normalizeFeatures(ndarray(data, [20, 3]))
    for (const column of [0, 1]) {
      const values = [...result].filter((_, i) => i % 3 === column)
      const mean = values.reduce((a, b) => a + b, 0) / 20
      expect(mean).toBeCloseTo(0, 5)
      expect(values.reduce((sum, value) => sum + value * value, 0) / 20).toBeCloseTo(1, 4)
    }
    expect([...result].filter((_, i) => i % 3 === 2).every((value) => value === 0)).toBe(true)
    const centered = normalizeFeatures(ndarray(data, [20, 3]), { variance: false })
    expect(Math.max(...centered.data)).toBeGreaterThan(2)
  })
  test('other ranks', () => {
    expect(() => addDeltas(ndarray(new Float32Array(3), [3]))).toThrow(/features \[frames, width\]/)
    expect(() => normalizeFeatures(ndarray(new Float32Array(8), [2, 2, 2]))).toThrow(SoundError)
  })
})

test('pre-emphasis: y[n] = x[n] − c x[n − 1]', () => {
  expect([...preEmphasize(Float32Array.of(1, 2, 4), 0.5)]).toEqual([1, 1.5, 3])
  expect([...preEmphasize(Float32Array.of(1), 0.5, 6)]).toEqual([-2])
})

test('windows: HTK’s symmetric Hamming, torch’s periodic Hann', () => {
  expect([...makeWindow('hamming', 5)].map((x) => Number(x.toFixed(2)))).toEqual([0.08, 0.54, 1, 0.54, 0.08])
  expect([...makeWindow('hann', 4, { symmetric: false })].map((x) => Number(x.toFixed(2)))).toEqual([0, 0.5, 1, 0.5])
  expect([...makeWindow('rectangular', 3)]).toEqual([1, 1, 1])
})
