// The renderer on lines whose distances can be read off.
import { expect, it } from 'vitest'
import { renderInk } from './render.ts'

function draw(ends: number[], halfWidth: number, softness: number, darkness = 1): number[][] {
  const image = new Float32Array(2 * 49)
  const ink = {
    ends: Float64Array.from(ends),
    halfWidths: Float64Array.of(halfWidth, halfWidth),
    darkness: Float64Array.of(darkness, darkness),
    count: ends.length / 4,
  }
  renderInk(ink, softness, image, 49, 7)
  expect(image.subarray(0, 49).every((value) => value === 0)).toBe(true)
  return Array.from({ length: 7 }, (_, row) => [...image.subarray(49 + 7 * row, 56 + 7 * row)])
}

it('fades linearly across the edge: full within, half at half the width, none beyond', () => {
  // Along row 3: rows 2 and 4 lie at distance 1, rows 1 and 5 at 2.
  const image = draw([1, 3, 5, 3], 1, 2)
  expect(image.map((row) => row[3])).toEqual([0, 0, 0.5, 1, 0.5, 0, 0])
  const wide = draw([1, 3, 5, 3], 2, 4)
  expect(wide.map((row) => row[3])).toEqual([0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25])
  // Past the end the distance is to the end point.
  expect((image[3] as number[])[6]).toBe(0.5)
})

it('keeps the darker where lines cross, and never exceeds full ink', () => {
  const image = draw([3, 0, 3, 6, 0, 3, 6, 3], 1, 2, 1.5)
  expect((image[3] as number[])[3]).toBe(1)
  expect((image[2] as number[])[2]).toBeCloseTo(0.75, 6)
})

it('draws a dot for a piece without length', () => {
  const image = draw([3, 3, 3, 3], 1, 2)
  expect(image[3]).toEqual([0, 0, 0.5, 1, 0.5, 0, 0])
})
