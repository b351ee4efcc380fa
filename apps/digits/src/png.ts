// PNG files of every kind (grey, colour, palette, 1 to 16 bits, transparent) as one number a pixel: how light it is.
import { RecipeError } from '@deep-recipe/core-tensor'
import { type DecodedPng, decode } from 'fast-png'

/** A grey picture, row by row, from 0 (black) to 1 (white). */
export interface GreyPicture {
  readonly height: number
  readonly width: number
  readonly light: Float32Array
}

/** Pixels that are still read: four times those of a large photograph. */
const mostPixels = 2 ** 26

/**
 * Decodes a PNG file; what is transparent shows white paper.
 *
 * @throws RecipeError for a file that is damaged, or larger than 64 million pixels.
 */
export function readPng(name: string, bytes: Uint8Array): GreyPicture {
  checkHeader(name, bytes)
  let image: DecodedPng
  try {
    image = decode(bytes, { checkCrc: true })
  } catch (error) {
    throw complain(name, 'a whole PNG picture', (error as Error).message, 'Save the picture again.', error)
  }
  const { width, height } = image
  const lightness = readLightness(image)
  const light = new Float32Array(width * height)
  for (let i = 0; i < light.length; i++) light[i] = lightness(i)
  return { height, width, light }
}

/** Throws for what the decoder would take too much room for, or misread. The header stands first in every PNG. */
function checkHeader(name: string, bytes: Uint8Array): void {
  if (bytes.length < 29) return // the decoder says what is wrong
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pixels = header.getUint32(16) * header.getUint32(20)
  if (pixels > mostPixels) {
    throw complain(name, `a picture of at most ${mostPixels} pixels`, `one of ${pixels}`, 'Make it smaller.')
  }
  const [depth, interlacing] = [header.getUint8(24), header.getUint8(28)]
  if (depth < 8 && interlacing !== 0) {
    throw complain(
      name,
      'no interlacing at less than 8 bits',
      `${depth} bits, interlaced`,
      'Save it without interlacing.',
    )
  }
}

/** The lightness of pixel number i. */
function readLightness({ width, channels, depth, data, palette, transparency }: DecodedPng): (i: number) => number {
  const full = 2 ** depth - 1
  if (palette) {
    const shades = palette.map(([red = 0, green = 0, blue = 0, alpha = 255]) =>
      onPaper(grey(red, green, blue), alpha, 255),
    )
    const sample = unpack(data, width, depth)
    return (i) => shades[sample(i)] ?? 0
  }
  if (channels < 3) {
    const sample = depth < 8 ? unpack(data, width, depth) : (i: number) => data[i * channels] as number
    if (channels === 2) return (i) => onPaper(sample(i), data[2 * i + 1] as number, full)
    const clear = transparency?.[0]
    return (i) => (sample(i) === clear ? 1 : sample(i) / full)
  }
  return (i) => {
    const [red, green, blue] = [data[i * channels], data[i * channels + 1], data[i * channels + 2]] as number[]
    const alpha = channels === 4 ? (data[i * 4 + 3] as number) : full
    const isClear = transparency?.[0] === red && transparency?.[1] === green && transparency?.[2] === blue
    return isClear ? 1 : onPaper(grey(red as number, green as number, blue as number), alpha, full)
  }
}

/** Samples of less than eight bits share bytes, the first in the highest bits; every row begins with a new byte. */
function unpack(data: ArrayLike<number>, width: number, depth: number): (i: number) => number {
  if (depth >= 8) return (i) => data[i] as number
  const bytesPerRow = Math.ceil((width * depth) / 8)
  return (i) => {
    const bit = (i % width) * depth
    const byte = data[Math.floor(i / width) * bytesPerRow + (bit >> 3)] as number
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
  }
}

/** Luma of ITU-R BT.601, in the unit of its arguments. */
function grey(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue
}

/** A shade over white, from 0 to 1. */
function onPaper(shade: number, alpha: number, full: number): number {
  const opacity = alpha / full
  return (shade / full) * opacity + 1 - opacity
}

function complain(name: string, expected: string, received: string, remedy: string, cause?: unknown): RecipeError {
  return new RecipeError({ what: name, expected, received, remedy }, { cause })
}
