// The composed augmentation: fresh in each epoch, the same on every run, within its bounds.
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import { generateDigits } from '../digits/generate-digits.ts'
import { augment } from './augment.ts'

const { images } = generateDigits({ count: 12, seed: 1 })

describe('augment', () => {
  it('makes a new array per epoch and batch, and the same one again', () => {
    const before = images.data.slice()
    const vary = augment({
      shift: 2,
      rotate: 15,
      scale: 0.1,
      shear: 0.1,
      elastic: { strength: 8, smoothness: 4 },
      noise: 0.05,
      seed: 5,
    })
    const first = vary(images, 0)
    expect(first.shape).toEqual([12, 28, 28])
    expect(first.data).not.toEqual(images.data)
    expect(images.data).toEqual(before)
    expect(vary(images, 0)).toEqual(first)
    expect(vary(images, 1).data).not.toEqual(first.data)
    expect(vary(images, 0, 1).data).not.toEqual(first.data)
    expect(augment({ shift: 2, seed: 6 })(images, 0).data).not.toEqual(augment({ shift: 2, seed: 5 })(images, 0).data)
  })

  it('changes nothing where nothing varies', () => {
    expect(augment({ seed: 1 })(images, 3)).toEqual(images)
  })

  it.each([
    ['rotate', { rotate: 30 }],
    ['scale', { scale: 0.3 }],
    ['shear', { shear: 0.5 }],
    ['elastic', { elastic: { strength: 30, smoothness: 4 } }],
    ['noise', { noise: 0.1 }],
    ['shift', { shift: 2 }],
  ])('varies every image by %s alone', (_, options) => {
    const varied = augment({ ...options, seed: 2 })(images, 0)
    for (let image = 0; image < 12; image++) {
      const at = 784 * image
      expect(varied.data.subarray(at, at + 784)).not.toEqual(images.data.subarray(at, at + 784))
    }
  })

  it('stays within its bounds: a dot shifted by at most 2 in whole pixels', () => {
    const dots = ndarray(new Float32Array(300 * 81), [300, 9, 9])
    for (let image = 0; image < 300; image++) dots.set(image, 4, 4, 1)
    const shifted = augment({ shift: 2, wholePixels: true, seed: 3 })(dots, 7)
    const offsets = new Set<number>()
    for (let image = 0; image < 300; image++) {
      const place = shifted.data.subarray(81 * image, 81 * image + 81).indexOf(1)
      offsets.add((place % 9) - 4).add(Math.floor(place / 9) - 4)
    }
    expect([...offsets].sort((left, right) => left - right)).toEqual([-2, -1, 0, 1, 2])
  })

  it('clamps after the noise', () => {
    const { data } = augment({ noise: 0.5, clamp: [0, 1], seed: 4 })(images, 0)
    expect(data.every((value) => value >= 0 && value <= 1)).toBe(true)
    expect(augment({ noise: 0.5, seed: 4 })(images, 0).data.some((value) => value < 0)).toBe(true)
  })

  it('refuses amounts out of range', () => {
    expect(() => augment({ shift: -1, seed: 1 })).toThrow(/augment: shift/)
    expect(() => augment({ scale: 1, seed: 1 })).toThrow(/factors above 0/)
    expect(() => augment({ rotate: Number.POSITIVE_INFINITY, seed: 1 })).toThrow(/rotate/)
    expect(() => augment({ noise: 0.1, clamp: [1, 0], seed: 1 })).toThrow(/clamp/)
  })
})
