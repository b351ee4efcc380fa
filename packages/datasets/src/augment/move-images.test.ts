// Shifts and rotations against pictures worked out by hand.
import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import type { HostNdArray } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { moveImages, rotateImages, shiftImages } from './move-images.ts'

function images(...pictures: number[][][]): HostNdArray<Float32Array> {
  const [first] = pictures as [number[][]]
  return ndarray(Float32Array.from(pictures.flat(2)), [pictures.length, first.length, (first[0] as number[]).length])
}

const picture = [
  [1, 2, 3],
  [4, 5, 6],
]

describe('shiftImages', () => {
  it('moves whole pixels exactly and fills with 0', () => {
    expect(shiftImages(images(picture), { right: 1 })).toEqual(
      images([
        [0, 1, 2],
        [0, 4, 5],
      ]),
    )
    expect(shiftImages(images(picture), { right: -2, down: 1 })).toEqual(
      images([
        [0, 0, 0],
        [3, 0, 0],
      ]),
    )
    expect(shiftImages(images(picture), { down: 5 })).toEqual(
      images([
        [0, 0, 0],
        [0, 0, 0],
      ]),
    )
    expect(shiftImages(images(picture), {})).toEqual(images(picture))
  })

  it('interpolates fractions, also against the empty border', () => {
    expect(shiftImages(images([[0, 4, 8]]), { right: 0.25 })).toEqual(images([[0, 3, 7]]))
    expect(shiftImages(images([[4], [8]]), { down: -0.5 })).toEqual(images([[6], [4]]))
  })

  it('draws a shift for each image, whole if asked for', () => {
    const dot = ndarray(new Float32Array(200 * 7 * 7), [200, 7, 7])
    for (let image = 0; image < 200; image++) dot.set(image, 3, 3, 1)
    const range = { from: -2, to: 2 }
    const shifted = shiftImages(dot, { right: range, down: range, wholePixels: true, seed: 1 })
    const places = new Set<number>()
    for (let image = 0; image < 200; image++) {
      const one = shifted.data.subarray(49 * image, 49 * image + 49)
      expect(one.reduce((sum, value) => sum + value, 0)).toBe(1)
      places.add(one.indexOf(1))
    }
    const reachable = [1, 2, 3, 4, 5].flatMap((row) => [1, 2, 3, 4, 5].map((column) => 7 * row + column))
    expect([...places].every((place) => reachable.includes(place))).toBe(true)
    expect(places.size).toBeGreaterThan(15)
  })
})

describe('rotateImages', () => {
  it('exchanges pixels exactly at multiples of 90°, counter-clockwise', () => {
    const square = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]
    const quarter = [
      [3, 6, 9],
      [2, 5, 8],
      [1, 4, 7],
    ]
    expect(rotateImages(images(square), { degrees: 90 })).toEqual(images(quarter))
    expect(rotateImages(images(quarter), { degrees: -90 })).toEqual(images(square))
    expect(rotateImages(images(square), { degrees: 450 })).toEqual(images(quarter))
    // Half a turn also fits a picture that is not square.
    expect(rotateImages(images(picture), { degrees: 180 })).toEqual(
      images([
        [6, 5, 4],
        [3, 2, 1],
      ]),
    )
  })

  it('exchanges pixels exactly on any even or odd square', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.infiniteStream(fc.float({ noNaN: true, min: -1, max: 1 })),
        (side, values) => {
          const data = Float32Array.from({ length: side * side }, () => values.next().value as number)
          const source = ndarray(data, [1, side, side])
          const turned = rotateImages(source, { degrees: 90 })
          for (let row = 0; row < side; row++) {
            for (let column = 0; column < side; column++) {
              expect(turned.get(0, row, column)).toBeCloseTo(source.get(0, column, side - 1 - row), 12)
            }
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('turns by 45° about the centre with bilinear weights', () => {
    const cross = images([
      [0, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
    ])
    const turned = rotateImages(cross, { degrees: 45 })
    // The pixel right of the centre moves to the upper right, (√½, √½) from the centre. The result's corner
    // (1, 1) from the centre takes its value from (√2, 0): weight 2 − √2 for the pixel at (1, 0).
    expect(turned.get(0, 0, 2)).toBeCloseTo(2 - Math.SQRT2, 6)
    // The result's upper middle, (0, 1) up, comes from (√½, √½) up: weight √½ · (1 − √½) for the pixel at (1, 0).
    expect(turned.get(0, 0, 1)).toBeCloseTo(Math.SQRT1_2 * (1 - Math.SQRT1_2), 6)
    expect(turned.get(0, 1, 1)).toBe(0)
    expect(turned.get(0, 2, 2)).toBe(0)
  })

  it('leaves the border empty where the picture has turned away', () => {
    const turned = rotateImages(images([[1, 1, 1, 1, 1]]), { degrees: 90 })
    expect(turned).toEqual(images([[0, 0, 1, 0, 0]]))
  })
})

describe('moveImages', () => {
  it('scales about the centre', () => {
    // Twice as large: (x − 2) / 2 + 2 for x = 0..4 is 1, 1.5, 2, 2.5, 3.
    expect(moveImages(images([[0, 2, 8, 4, 0]]), { scale: 2 })).toEqual(images([[2, 5, 8, 6, 4]]))
    // Half as large: 2 (x − 2) + 2 = −2, 0, 2, 4, 6.
    expect(moveImages(images([[1, 2, 8, 4, 5]]), { scale: 0.5 })).toEqual(images([[0, 1, 8, 5, 0]]))
  })

  it('slants the top to the right', () => {
    const bar = [
      [0, 1, 0],
      [0, 1, 0],
      [0, 1, 0],
    ]
    expect(moveImages(images(bar), { shear: 1 })).toEqual(
      images([
        [0, 0, 1],
        [0, 1, 0],
        [1, 0, 0],
      ]),
    )
  })

  it('applies scale, slant, rotation and shift in that order', () => {
    // Ink near the centre only, so that nothing leaves the picture on the way.
    const odd = ndarray(new Float32Array(81), [1, 9, 9])
    for (const row of [3, 4, 5]) for (const column of [3, 4, 5]) odd.set(0, row, column, 3 * row + column)
    const together = moveImages(odd, { shear: 1, degrees: 90, right: 1, down: 2 })
    const slanted = moveImages(odd, { shear: 1 })
    expect(together).toEqual(shiftImages(rotateImages(slanted, { degrees: 90 }), { right: 1, down: 2 }))
  })

  it('gives image i the same fate whatever follows it, and leaves its input alone', () => {
    const data = Float32Array.from({ length: 4 * 25 }, (_, at) => at % 9)
    const all = ndarray(data.slice(), [4, 5, 5])
    const options = { degrees: { from: -30, to: 30 }, right: { from: -1, to: 1 }, seed: 8 }
    const moved = moveImages(all, options)
    expect(all.data).toEqual(data)
    expect(moveImages(all.hi(2, 5, 5), options).data).toEqual(moved.data.subarray(0, 50))
    expect(moveImages(all, { ...options, seed: 9 }).data).not.toEqual(moved.data)
  })

  it('reads strided views and bytes', () => {
    const bytes = ndarray(Uint8Array.of(1, 2, 3, 4, 5, 6), [1, 3, 2]).transpose(0, 2, 1)
    expect(shiftImages(bytes, { right: 1 })).toEqual(
      images([
        [0, 1, 3],
        [0, 2, 4],
      ]),
    )
  })

  it('refuses what it cannot do', () => {
    const flat = ndarray(new Float32Array(4), [4])
    expect(() => shiftImages(flat, {})).toThrow(/expected images of shape \[n, height, width\], received shape \[4\]/)
    const one = images(picture)
    expect(() => rotateImages(one, { degrees: { from: 5, to: -5 } })).toThrow(/from <= to/)
    expect(() => rotateImages(one, { degrees: { from: -5, to: 5 } })).toThrow(/seed: expected a whole number/)
    expect(() => moveImages(one, { scale: 0 })).toThrow(DatasetError)
    expect(() => moveImages(one, { right: Number.NaN })).toThrow(/right/)
  })
})
