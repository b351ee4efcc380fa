// Image files of every kind, whole and broken. Each is made here, and what it shows is known.
import { crc32 } from 'node:zlib'
import { encode } from 'fast-png'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { ImageFileError, readImage, readPicture } from './read-image.ts'

/** 24 × 16 pixels: the left half red, the right half blue. */
const halves = Buffer.alloc(24 * 16 * 3)
for (let pixel = 0; pixel < 24 * 16; pixel++) halves[3 * pixel + (pixel % 24 < 12 ? 0 : 2)] = 255
const raw = { raw: { width: 24, height: 16, channels: 3 } } as const

/** Red, green and blue in the middle of the left, right, upper and lower part of a 16 × 16 picture. */
function sample(planes: Uint8Array): { [place: string]: number[] } {
  const at = (row: number, column: number): number[] =>
    [0, 1, 2].map((channel) => planes[channel * 256 + row * 16 + column] as number)
  return { left: at(8, 2), right: at(8, 13), top: at(2, 8), bottom: at(13, 8) }
}

function expectColour(
  colour: number[] | undefined,
  [red, green, blue]: readonly [number, number, number],
  tolerance = 3,
): void {
  for (const [i, value] of [red, green, blue].entries())
    expect(Math.abs((colour?.[i] ?? -1000) - value)).toBeLessThanOrEqual(tolerance)
}

describe('what is read', () => {
  test('PNG, JPEG, WebP, GIF and TIFF', async () => {
    const formats = ['png', 'jpeg', 'webp', 'gif', 'tiff'] as const
    for (const format of formats) {
      const { left, right } = sample(
        await readImage(await sharp(halves, raw).toFormat(format, { quality: 100 }).toBuffer(), 16, format),
      )
      expectColour(left, [255, 0, 0], 6)
      expectColour(right, [0, 0, 255], 6)
    }
  })

  test('16 bits a channel, grey or coloured', async () => {
    const coloured = Uint16Array.from(halves, (byte) => byte * 257)
    const { left, right } = sample(
      await readImage(encode({ width: 24, height: 16, channels: 3, depth: 16, data: coloured }), 16, '16'),
    )
    expectColour(left, [255, 0, 0])
    expectColour(right, [0, 0, 255])
    const grey = Uint16Array.from({ length: 24 * 16 }, () => 128 * 257)
    expectColour(
      sample(await readImage(encode({ width: 24, height: 16, channels: 1, depth: 16, data: grey }), 16, 'grey')).top,
      [128, 128, 128],
    )
  })

  test('CMYK', async () => {
    const ink = await sharp(halves, raw).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    expect((await sharp(ink).metadata()).space).toBe('cmyk')
    const { left, right } = sample(await readImage(ink, 16, 'ink.jpg'))
    // Print has no pure red or blue: it is enough that nothing is inverted.
    expect(left?.[0]).toBeGreaterThan(150)
    expect((left?.[0] ?? 0) - (left?.[2] ?? 0)).toBeGreaterThan(80)
    expect((right?.[2] ?? 0) - (right?.[0] ?? 0)).toBeGreaterThan(80)
  })

  test('of an animation the first frame', async () => {
    const second = Buffer.alloc(halves.length, 255)
    const film = await sharp(Buffer.concat([halves, second]), {
      raw: { width: 24, height: 32, channels: 3, pageHeight: 16 },
    })
      .gif({ loop: 0, delay: [100, 100] })
      .toBuffer()
    expect((await sharp(film, { animated: true }).metadata()).pages).toBe(2)
    expectColour(sample(await readImage(film, 16, 'film.gif')).left, [255, 0, 0], 6)
  })

  test('upright, as the camera says', async () => {
    const lying = await sharp(halves, raw).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer()
    const { top, bottom } = sample(await readImage(lying, 16, 'lying.jpg')) // turned right by a quarter: left comes to the top
    expectColour(top, [255, 0, 0], 6)
    expectColour(bottom, [0, 0, 255], 6)
  })

  test('what is transparent shows white', async () => {
    const clear = await sharp({
      create: { width: 20, height: 20, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer()
    expectColour(sample(await readImage(clear, 16, 'clear.png')).left, [255, 255, 255])
  })

  test('for people, in its own proportions', async () => {
    const { shape, data } = await readPicture(await sharp(halves, raw).png().toBuffer(), 12, 'wide.png')
    expect(shape).toEqual([3, 8, 12])
    expect(data[4 * 12 + 1]).toBeCloseTo(1, 1)
    expect(data[2 * 96 + 4 * 12 + 1]).toBeCloseTo(0, 1)
  })
})

/** A PNG file whose header promises another size. */
async function promise(width: number, height: number): Promise<Buffer> {
  const bytes = await sharp(halves, raw).png().toBuffer()
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}

test.each<[string, () => Promise<Buffer>]>([
  ['an empty file', async () => Buffer.alloc(0)],
  ['a text', async () => Buffer.from('This is no picture.')],
  ['a JPEG that is cut off', async () => (await sharp(halves, raw).jpeg().toBuffer()).subarray(0, 300)],
  [
    'a PNG that is cut off',
    async () => (await sharp(halves, raw).png({ compressionLevel: 0 }).toBuffer()).subarray(0, 600),
  ],
  ['a huge picture', () => promise(60_000, 60_000)],
  ['a picture that is wider than its data', () => promise(24, 1600)],
])('refuses %s', async (name, make) => {
  const reading = readImage(await make(), 16, name)
  await expect(reading).rejects.toThrow(ImageFileError)
  await expect(reading).rejects.toThrow(`${name}: expected a whole image`)
})
