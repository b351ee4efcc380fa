// How much one shape covers of another, against areas known from geometry.
import { expect, test } from 'vitest'
import type { PlacedObject, Shape } from './objects.ts'
import { measureCover } from './outlines.ts'

const at = (shape: Shape, x: number, radius = 0.2): PlacedObject => ({
  ...({ size: 'large', colour: 'red', shape } as const),
  ...{ x, y: 0.5, radius },
})

test('a square, moved by half of its side, covers half of an equal one', () => {
  const { ofBack, ofSmaller } = measureCover(at('square', 0.5 + 0.2 * 0.74), at('square', 0.5))
  expect(ofBack).toBeCloseTo(0.5, 1)
  expect(ofSmaller).toBeCloseTo(ofBack, 6)
})

test('a small circle on a large square: all of its own area, little of the other', () => {
  const cover = measureCover(at('circle', 0.5, 0.1), at('square', 0.5, 0.2))
  expect(cover.ofBack).toBeCloseTo((Math.PI * 0.88 * 0.1 ** 2) / (2 * 0.74 * 0.2) ** 2, 1)
  expect(cover.ofSmaller).toBeCloseTo(1, 1)
})

test('shapes whose circles meet, but not they themselves', () => {
  expect(measureCover(at('cross', 0.5), at('square', 0.85))).toEqual({ ofBack: 0, ofSmaller: 0 })
})
