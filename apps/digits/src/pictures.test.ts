// Drawings of known shape, and where their ink must lie once they are normalised.
import { RecipeError } from '@deep-recipe/core-tensor'
import { generateDigits } from '@deep-recipe/datasets'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { idxFile } from './fixtures/idx-file.ts'
import { writePng } from './fixtures/write-png.ts'
import { normalizePicture, readPictures, toImages } from './pictures.ts'
import type { GreyPicture } from './png.ts'

const side = 28

/** A filled rectangle of ink on ground. */
function drawRectangle(
  [height, width]: readonly [number, number],
  [top, left, bottom, right]: readonly [number, number, number, number],
  [ground, ink]: readonly [number, number] = [1, 0],
): GreyPicture {
  const light = new Float32Array(height * width).fill(ground)
  for (let row = top; row < bottom; row++) light.fill(ink, row * width + left, row * width + right)
  return { height, width, light }
}

/** Where there is ink, and where its centre of mass is. */
function describeInk(pixels: Float32Array) {
  const places = [...pixels.keys()].filter((i) => (pixels[i] as number) > 0.5)
  const rows = places.map((i) => Math.floor(i / side))
  const columns = places.map((i) => i % side)
  const mass = pixels.reduce((a, b) => a + b, 0)
  const centre = (along: (i: number) => number): number =>
    pixels.reduce((sum, value, i) => sum + value * along(i), 0) / mass
  return {
    height: Math.max(...rows) - Math.min(...rows) + 1,
    width: Math.max(...columns) - Math.min(...columns) + 1,
    centre: [centre((i) => Math.floor(i / side)), centre((i) => i % side)] as const,
  }
}

test('a rectangle of 200 × 100 becomes one of 20 × 10 in the middle, exactly', () => {
  const pixels = normalizePicture('test', drawRectangle([300, 400], [50, 250, 250, 350]))
  const expected = new Float32Array(side * side)
  for (let row = 4; row < 24; row++) expected.fill(1, row * side + 9, row * side + 19)
  expect(pixels).toEqual(expected)
})

test('dark on light, light on dark and grey on grey are the same', () => {
  const draw = (colours: readonly [number, number]) =>
    normalizePicture('test', drawRectangle([60, 90], [10, 20, 50, 40], colours))
  expect(draw([0, 1])).toEqual(draw([1, 0]))
  expect(draw([0.25, 0.75])).toEqual(draw([1, 0]))
})

test('anywhere, at any size and proportion: 20 long, and centred by mass within half a pixel', () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 8, max: 120 }), fc.integer({ min: 8, max: 120 })),
      fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()),
      ([height, width], numbers) => {
        // At least one row and column of ground on each side.
        const [a, b, c, d] = numbers as [number, number, number, number]
        const top = 1 + (a % (height - 2))
        const left = 1 + (b % (width - 2))
        const bottom = top + 1 + (c % (height - 1 - top))
        const right = left + 1 + (d % (width - 1 - left))
        const pixels = normalizePicture('test', drawRectangle([height, width], [top, left, bottom, right]))
        const { centre } = describeInk(pixels)
        for (const middle of centre) expect(Math.abs(middle - 13.5)).toBeLessThanOrEqual(0.5 + 1e-4)
        expect(Math.max(...pixels)).toBeCloseTo(1, 6)
        // The longer side fills the box; the shorter one has its share of it, unless it is less than a pixel.
        const [long, short] = [bottom - top, right - left].sort((one, other) => other - one) as [number, number]
        const mass = pixels.reduce((sum, value) => sum + value, 0)
        expect(mass).toBeCloseTo(20 * Math.max(1, (20 * short) / long), 1)
        const ink = describeInk(pixels)
        expect(Math.max(ink.height, ink.width)).toBe(20)
      },
    ),
    { numRuns: 300 },
  )
})

test('an L is centred by its mass, not by its box', () => {
  // A stem of 20 × 4 and a foot of 4 × 16: mass 144, its middle at row 12.16 and column 4.94 of the box.
  const picture = drawRectangle([24, 24], [2, 2, 22, 6])
  for (let row = 18; row < 22; row++) picture.light.fill(0, row * 24 + 6, row * 24 + 22)
  const [row, column] = [(80 * 9.5 + 64 * 17.5) / 144, (80 * 1.5 + 64 * 11.5) / 144]
  const [down, right] = [Math.round(13.5 - row), Math.round(13.5 - column)]
  const pixels = normalizePicture('test', picture)
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 20; x++) {
      const isInk = x < 4 || y >= 16
      expect(pixels[(y + down) * side + x + right]).toBe(isInk ? 1 : 0)
    }
  }
})

test('a stroke that runs out of the picture does not turn ink and ground about', () => {
  const picture = drawRectangle([100, 100], [0, 40, 100, 60])
  const pixels = normalizePicture('test', picture)
  expect(pixels[14 * side + 14]).toBe(1)
  expect(pixels[14 * side + 2]).toBe(0)
})

test('generated digits, drawn eleven times as large, come back as they were', () => {
  const { images } = generateDigits({ count: 20, seed: 3 })
  const scale = 11
  for (let n = 0; n < 20; n++) {
    const original = Float32Array.from({ length: side * side }, (_, i) => images.get(n, Math.floor(i / side), i % side))
    const length = side * scale
    const light = Float32Array.from(
      { length: length * length },
      (_, i) => 1 - (original[Math.floor(i / length / scale) * side + Math.floor((i % length) / scale)] as number),
    )
    const again = normalizePicture('test', { height: length, width: length, light })
    const [before, after] = [describeInk(original), describeInk(again)]
    expect(Math.max(after.height, after.width)).toBeGreaterThanOrEqual(18)
    expect(after.height / after.width / (before.height / before.width)).toBeGreaterThan(0.75)
    expect(after.height / after.width / (before.height / before.width)).toBeLessThan(1.35)
  }
})

test('2000 × 2000 pixels take less than a second', () => {
  const picture = drawRectangle([2000, 2000], [300, 700, 1700, 1300])
  const startedAt = performance.now()
  const { height, width } = describeInk(normalizePicture('test', picture))
  expect(performance.now() - startedAt).toBeLessThan(1000)
  expect([height, width]).toEqual([20, 9])
})

describe('files', () => {
  const read = (bytes: Uint8Array) => readPictures('file', () => Promise.resolve(bytes))

  test('one pixel of ink is a digit, though not one that can be read', async () => {
    const bytes = writePng({
      width: 3,
      height: 3,
      kind: 'grey',
      depth: 8,
      pixel: (row, column) => [row * column === 1 ? 0 : 255],
    })
    expect(describeInk((await read(bytes))[0]?.pixels as Float32Array)).toMatchObject({ height: 20, width: 20 })
  })

  test('an IDX file gives its images as they are', async () => {
    const data = Uint8Array.from({ length: 2 * side * side }, (_, i) => i % 256)
    const pictures = await read(idxFile([2, side, side], data))
    expect(pictures.map(({ name }) => name)).toEqual(['file[0]', 'file[1]'])
    const images = toImages(pictures)
    expect(images.shape).toEqual([2, side, side])
    expect(images.get(1, 3, 4)).toBeCloseTo(((784 + 3 * 28 + 4) % 256) / 255, 6)
  })

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /expected a PNG picture, or an IDX file of images .*, received an empty file\./],
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /expected a PNG picture, or an IDX file of images/],
    [
      'one colour',
      writePng({ width: 9, height: 9, kind: 'grey', depth: 8, pixel: () => [200] }),
      /a picture of one colour/,
    ],
    ['labels', idxFile([5], new Uint8Array(5)), /images of 28 × 28 bytes, received uint8 of the shape \[5\]/],
    ['no images', idxFile([0, side, side], new Uint8Array(0)), /received uint8 of the shape \[0, 28, 28\]/],
    ['another size', idxFile([2, 4, 4], new Uint8Array(32)), /received uint8 of the shape \[2, 4, 4\]/],
    ['numbers', idxFile([1, side, side], new Uint8Array(4 * 784), 'float'), /received float32 of the shape/],
    ['a cut off IDX file', idxFile([1, side, side], new Uint8Array(700)), /cut off/],
  ])('%s: refused', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(RecipeError)
    await expect(read(bytes)).rejects.toThrow(message)
  })

  test('a file that cannot be read: refused', async () => {
    const reading = readPictures('none.png', () => Promise.reject(new Error('ENOENT: no such file')))
    await expect(reading).rejects.toThrow('none.png: expected a file that can be read, received ENOENT: no such file.')
  })
})
