// PNG files of every kind, written by hand, against the lightness that their samples mean.
import { RecipeError } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { type PngPicture, writePng } from './fixtures/write-png.ts'
import { readPng } from './png.ts'

/** Five pixels wide, so that rows of less than eight bits end within a byte. */
function read(picture: Omit<PngPicture, 'width' | 'height'>): number[] {
  const { light, width, height } = readPng('test.png', writePng({ ...picture, width: 5, height: 2 }))
  expect([height, width]).toEqual([2, 5])
  return [...light]
}

const close = (numbers: readonly number[]): unknown[] => numbers.map((value) => expect.closeTo(value, 6))

describe('grey', () => {
  test.each([1, 2, 4, 8, 16] as const)('%i bits', (depth) => {
    const full = 2 ** depth - 1
    const value = (row: number, column: number): number => Math.floor((full * ((3 * row + column) % 5)) / 4)
    const expected = [0, 1, 2, 3, 4, 3, 4, 0, 1, 2].map((step) => Math.floor((full * step) / 4) / full)
    expect(read({ kind: 'grey', depth, pixel: (row, column) => [value(row, column)] })).toEqual(close(expected))
  })

  test.each([2, 16] as const)('%i bits with one shade that is transparent: white paper', (depth) => {
    const full = 2 ** depth - 1
    const light = read({ kind: 'grey', depth, pixel: (row, column) => [(row + column) % 2], transparency: [0] })
    expect(light).toEqual(close([1, 1 / full, 1, 1 / full, 1, 1 / full, 1, 1 / full, 1, 1 / full]))
  })

  test('with opacity: half of black on white is grey', () => {
    const light = read({ kind: 'greyAlpha', depth: 8, pixel: (row, column) => [0, row === 0 ? 51 * column : 255] })
    expect(light).toEqual(close([1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0, 0, 0]))
  })
})

describe('colour: 0.299 red, 0.587 green, 0.114 blue', () => {
  const colours = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 1],
    [0, 0, 0],
  ] as const
  const expected = [0.299, 0.587, 0.114, 1, 0]

  test.each([8, 16] as const)('%i bits', (depth) => {
    const full = 2 ** depth - 1
    const pixel = (_: number, column: number): number[] => (colours[column] ?? []).map((share) => share * full)
    expect(read({ kind: 'colour', depth, pixel })).toEqual(close([...expected, ...expected]))
  })

  test.each([8, 16] as const)('%i bits with opacity', (depth) => {
    const full = 2 ** depth - 1
    const pixel = (row: number, column: number): number[] =>
      [...(colours[column] ?? []), row].map((share) => share * full)
    expect(read({ kind: 'colourAlpha', depth, pixel })).toEqual(close([1, 1, 1, 1, 1, ...expected]))
  })

  test('one colour that is transparent', () => {
    const pixel = (_: number, column: number): number[] => (colours[column] ?? []).map((share) => share * 255)
    const light = read({ kind: 'colour', depth: 8, pixel, transparency: [255, 0, 0] })
    expect(light).toEqual(close([1, ...expected.slice(1), 1, ...expected.slice(1)]))
  })
})

describe('palette', () => {
  const palette = [
    [255, 0, 0],
    [255, 255, 255],
    [0, 0, 0],
  ]

  test.each([2, 4, 8] as const)('%i bits', (depth) => {
    const light = read({ kind: 'palette', depth, palette, pixel: (row, column) => [(row + column) % 3] })
    expect(light).toEqual(close([0.299, 1, 0, 0.299, 1, 1, 0, 0.299, 1, 0]))
  })

  test('one bit, the second entry half transparent', () => {
    const light = read({
      kind: 'palette',
      depth: 1,
      palette: [palette[1] as number[], palette[2] as number[]],
      transparency: [255, 51],
      pixel: (_, column) => [column % 2],
    })
    expect(light).toEqual(close([1, 0.8, 1, 0.8, 1, 1, 0.8, 1, 0.8, 1]))
  })
})

describe('refused with one sentence', () => {
  const whole = writePng({
    width: 40,
    height: 40,
    kind: 'grey',
    depth: 8,
    pixel: (row, column) => [(row * column) % 256],
  })

  test('cut off anywhere', () => {
    for (let length = 8; length < whole.length; length += 3) {
      expect(() => readPng('cut.png', whole.subarray(0, length))).toThrow(RecipeError)
      expect(() => readPng('cut.png', whole.subarray(0, length))).toThrow(
        /^cut\.png: expected a whole PNG picture, received /,
      )
    }
  })

  test('a changed byte in the picture', () => {
    for (let at = 45; at < whole.length - 16; at += 7) {
      const damaged = Uint8Array.from(whole)
      damaged[at] = (damaged[at] as number) ^ 1
      expect(() => readPng('damaged.png', damaged)).toThrow(RecipeError)
    }
  })

  test('a header that promises gigabytes', () => {
    const lying = Buffer.from(whole)
    lying.writeUInt32BE(100_000, 16)
    lying.writeUInt32BE(100_000, 20)
    expect(() => readPng('huge.png', lying)).toThrow(
      'huge.png: expected a picture of at most 67108864 pixels, received one of 10000000000. Make it smaller.',
    )
  })

  test('interlaced with less than eight bits, which the decoder would misread', () => {
    const interlaced = Buffer.from(writePng({ width: 9, height: 9, kind: 'grey', depth: 1, pixel: () => [1] }))
    interlaced[28] = 1
    expect(() => readPng('old.png', interlaced)).toThrow(/expected no interlacing .* received 1 bits, interlaced/)
  })
})
