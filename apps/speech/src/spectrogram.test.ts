// Pictures of sound: the right pixels in the right colours.

import { toNdArray } from '@deep-recipe/core-tensor'
import type { HostNdArray } from '@deep-recipe/datasets'
import { createReport } from '@deep-recipe/training'
import { expect, test } from 'vitest'
import { decode } from './decode.ts'
import { addUtterance } from './picture-section.ts'
import { drawSpectrogram, frameWidth, probabilitiesOf } from './spectrogram.ts'

// Eight frames of four filters: loud in the lowest filter of frame 0, soft elsewhere.
const features = toNdArray({ shape: [8, 4], dtype: 'float32', data: new Float32Array(32) }) as HostNdArray<Float32Array>
features.set(0, 0, 10)
// Two steps of four frames: blank, then the digit 7.
const scores = { shape: [2, 11] as const, dtype: 'float32' as const, data: new Float32Array(22) }
scores.data[0] = 20
scores.data[11 + 8] = 20

test('the loud place is bright and at the bottom left; the line of the digit is red when it is said', () => {
  const { shape, data } = drawSpectrogram(features, scores, 4)
  const [channels, height, width] = shape as [number, number, number]
  expect([channels, height, width]).toEqual([3, 4 * 3 + 4 + 80, 8 * frameWidth])
  const pixel = (x: number, y: number): number[] =>
    [0, 1, 2].map((channel) => data[(channel * height + y) * width + x] as number)
  expect(pixel(0, 11)[0]).toBeGreaterThan(0.9)
  expect(pixel(0, 0)[0]).toBeLessThan(0.1)
  expect(pixel(4, 11)[0]).toBeLessThan(0.1)
  const lineOf = (digit: number): number => 12 + 4 + (9 - digit) * 8 + 3
  const isRed = (x: number, digit: number): boolean => {
    const [red = 0, green = 0] = pixel(x, lineOf(digit))
    return red > 0.7 && green < 0.2
  }
  expect([isRed(4 * frameWidth, 7), isRed(4 * frameWidth, 6), isRed(0, 7)]).toEqual([true, false, false])
})

test('probabilities add up to 1', () => {
  for (const row of probabilitiesOf(scores)) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
})

test('on a page: the picture, and a curve for each digit that was heard', () => {
  const report = createReport({ title: 'Test' })
  addUtterance(report, { caption: 'ann says <7>', features, heard: decode(scores, 4), stride: 4, isRight: true })
  const page = report.html()
  expect(page).toContain('ann says &lt;7&gt;')
  expect(page).toMatch(/<img[^>]*data:image\/png/)
  expect(page).toContain('Spikes')
  expect(page).toContain('digit 7')
})

test('times on a page are those of the whole sound', () => {
  const pageFrom = (from: number): string => {
    const report = createReport({ title: 'Test' })
    addUtterance(report, { caption: 'seven', features, heard: decode(scores, 4), stride: 4, from })
    return report.html()
  }
  // Each step is 0.04 s; the first is shown by its middle.
  expect(pageFrom(0)).toContain('0.02')
  expect(pageFrom(60)).toContain('60.02')
  expect(pageFrom(0)).not.toContain('60.02')
})
