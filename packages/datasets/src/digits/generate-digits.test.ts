// Generated digits: reproducible, of MNIST's form and statistics, and as hard for a linear classifier as MNIST is.
import { HostRandom } from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DatasetError } from '../errors.ts'
import type { LabelledImages } from '../idx/read-digit-folder.ts'
import { generateDigitSplits, generateDigits } from './generate-digits.ts'
import { writeDigit } from './handwriting.ts'
import { parseStroke } from './pen-path.ts'
import { renderInk } from './render.ts'
import { skeletons } from './skeletons.ts'

const pixels = 28 * 28

describe('generateDigits', () => {
  it('has the form of MNIST', () => {
    const { images, labels } = generateDigits({ count: 25, seed: 3 })
    expect(images.shape).toEqual([25, 28, 28])
    expect(labels.shape).toEqual([25])
    expect(images.data).toBeInstanceOf(Float32Array)
    expect(labels.data).toBeInstanceOf(Int32Array)
    expect(images.data.every((value) => value >= 0 && value <= 1)).toBe(true)
  })

  it('depends on the seed alone, and a longer run begins with the shorter one', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (seed, one, more) => {
        const short = generateDigits({ count: one, seed })
        const long = generateDigits({ count: one + more, seed })
        expect(long.images.data.subarray(0, one * pixels)).toEqual(short.images.data)
        expect(long.labels.data.subarray(0, one)).toEqual(short.labels.data)
      }),
      { numRuns: 10 },
    )
    const other = generateDigits({ count: 10, seed: 4 }).images.data
    expect(other).not.toEqual(generateDigits({ count: 10, seed: 3 }).images.data)
  })

  it('holds every digit once in every ten, in varying order', () => {
    const { labels } = generateDigits({ count: 200, seed: 5 })
    const orders = Array.from({ length: 20 }, (_, at) => [...labels.data.subarray(10 * at, 10 * at + 10)])
    for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(new Set(orders.map(String)).size).toBe(20)
  })

  it('centres digits by mass and keeps them off the border, with as much ink as MNIST', () => {
    const count = 1000
    const { images } = generateDigits({ count, seed: 6 })
    let total = 0
    let full = 0
    let inked = 0
    let border = 0
    for (let image = 0; image < count; image++) {
      let [mass, x, y] = [0, 0, 0]
      for (let row = 0; row < 28; row++) {
        for (let column = 0; column < 28; column++) {
          const value = images.get(image, row, column)
          mass += value
          x += value * column
          y += value * row
          if (value > 0) inked++
          if (value > 0.98) full++
          if (row === 0 || column === 0 || row === 27 || column === 27) border += value
        }
      }
      expect(Math.hypot(x / mass - 13.5, y / mass - 13.5)).toBeLessThan(1.6)
      total += mass
    }
    // MNIST: mean pixel 0.1307; about 150 inked pixels an image, about two fifths of them saturated.
    expect(total / (count * pixels)).toBeGreaterThan(0.115)
    expect(total / (count * pixels)).toBeLessThan(0.15)
    expect(inked / count).toBeGreaterThan(130)
    expect(inked / count).toBeLessThan(175)
    expect(full / inked).toBeGreaterThan(0.3)
    expect(full / inked).toBeLessThan(0.5)
    expect(border / total).toBeLessThan(0.001)
  })

  it('writes every form legibly: ink of a plausible amount, within the image', () => {
    for (const form of skeletons.flat()) {
      const strokes = form.strokes.map(parseStroke)
      for (let seed = 0; seed < 20; seed++) {
        const image = new Float32Array(pixels)
        const { ink, softness } = writeDigit(strokes, new HostRandom(seed), 28)
        renderInk(ink, softness, image, 0, 28)
        const mass = image.reduce((sum, value) => sum + value, 0)
        expect(mass, form.form).toBeGreaterThan(15)
        expect(mass, form.form).toBeLessThan(350)
      }
    }
  })

  it('is neither trivial nor garbage for softmax regression on 2,000 images', { timeout: 30_000 }, () => {
    const { train, test } = generateDigitSplits({ train: 2000, test: 1000, seed: 7 })
    const accuracy = measureLinearAccuracy(train, test)
    // Softmax regression on 2,000 images of MNIST itself reaches about 0.85 to 0.88.
    expect(accuracy).toBeGreaterThan(0.8)
    expect(accuracy).toBeLessThan(0.92)
  })

  it('refuses counts and seeds that are not whole numbers', () => {
    expect(() => generateDigits({ count: 0, seed: 1 })).toThrow(DatasetError)
    expect(() => generateDigits({ count: 1.5, seed: 1 })).toThrow(/count: expected a whole number of at least 1/)
    expect(() => generateDigits({ count: 1, seed: 0.5 })).toThrow(/seed/)
  })
})

describe('generateDigitSplits', () => {
  it('has the form of readDigitFolder, with different digits in the two parts', () => {
    const { train, test } = generateDigitSplits({ train: 20, test: 20, seed: 1 })
    expect(train.images.shape).toEqual([20, 28, 28])
    expect(test.images.shape).toEqual([20, 28, 28])
    expect(train.images.data).not.toEqual(test.images.data)
  })
})

/** Softmax regression by stochastic gradient descent, ten passes, batches of one. */
function measureLinearAccuracy(train: LabelledImages, test: LabelledImages): number {
  const weights = new Float64Array(10 * (pixels + 1))
  const scores = new Float64Array(10)
  const score = (data: Float32Array, image: number): void => {
    for (let digit = 0; digit < 10; digit++) {
      let sum = weights[digit * (pixels + 1) + pixels] as number
      for (let at = 0; at < pixels; at++) {
        sum += (weights[digit * (pixels + 1) + at] as number) * (data[image * pixels + at] as number)
      }
      scores[digit] = sum
    }
  }
  const random = new HostRandom(1)
  for (let pass = 0; pass < 10; pass++) {
    for (const image of random.permutation(train.labels.size)) {
      score(train.images.data, image)
      const highest = Math.max(...scores)
      const total = scores.reduce((sum, value) => sum + Math.exp(value - highest), 0)
      for (let digit = 0; digit < 10; digit++) {
        const target = train.labels.data[image] === digit ? 1 : 0
        const step = (0.02 / (1 + pass / 3)) * (Math.exp((scores[digit] as number) - highest) / total - target)
        for (let at = 0; at < pixels; at++) {
          const place = digit * (pixels + 1) + at
          weights[place] = (weights[place] as number) - step * (train.images.data[image * pixels + at] as number)
        }
        const bias = digit * (pixels + 1) + pixels
        weights[bias] = (weights[bias] as number) - step
      }
    }
  }
  let right = 0
  for (let image = 0; image < test.labels.size; image++) {
    score(test.images.data, image)
    if (scores.indexOf(Math.max(...scores)) === test.labels.data[image]) right++
  }
  return right / test.labels.size
}
