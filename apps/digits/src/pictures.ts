// Pictures as the networks know them: 28 × 28, light ink on dark ground, 20 pixels high, centred by mass, as in MNIST.
import { RecipeError, toNdArray } from '@deep-recipe/core-tensor'
import { type HostNdArray, readIdx } from '@deep-recipe/datasets'
import { decode, hasPngSignature } from 'fast-png'

/** A digit to be read. */
export interface Picture {
  readonly name: string
  /** 28 · 28 numbers from 0 (ground) to 1 (ink). */
  readonly pixels: Float32Array
}

const size = 28
/** Length of the longer side of the ink's box. */
const boxSize = 20

/**
 * The digits in a PNG file (one) or an IDX file of images (many).
 *
 * @throws RecipeError for files that cannot be read, are neither, are damaged, or hold no ink.
 */
export async function readPictures(name: string, read: () => Promise<Uint8Array>): Promise<Picture[]> {
  let bytes: Uint8Array
  try {
    bytes = await read()
  } catch (error) {
    throw complain(name, 'a file that can be read', (error as Error).message, 'Check the path.')
  }
  return hasPngSignature(bytes) ? [readPng(name, bytes)] : readIdxPictures(name, bytes)
}

function readPng(name: string, bytes: Uint8Array): Picture {
  let image: ReturnType<typeof decode>
  try {
    image = decode(bytes)
  } catch (error) {
    throw complain(name, 'a whole PNG picture', (error as Error).message, 'Save the picture again.')
  }
  const { width, height, channels, depth, data } = image
  const full = 2 ** depth - 1
  const { palette } = image
  const light = new Float32Array(width * height)
  for (let i = 0; i < light.length; i++) {
    const colour = palette
      ? (palette[data[i] as number] ?? [0, 0, 0])
      : Array.from({ length: channels }, (_, c) => ((data[i * channels + c] as number) / full) * 255)
    light[i] = lightness(colour, palette ? 3 : channels)
  }
  return { name, pixels: normalize(name, light, height, width) }
}

/** Lightness from 0 to 1 of grey or colour from 0 to 255; what is transparent shows white paper. */
function lightness(colour: readonly number[], channels: number): number {
  const [a = 0, b = a, c = a] = colour
  const grey = channels < 3 ? a : 0.299 * a + 0.587 * b + 0.114 * c
  const opacity = channels === 2 ? b / 255 : channels === 4 ? (colour[3] ?? 255) / 255 : 1
  return (grey * opacity + 255 * (1 - opacity)) / 255
}

function readIdxPictures(name: string, bytes: Uint8Array): Picture[] {
  const array = readIdx(bytes, { source: name })
  const [count = 0, height, width] = array.shape
  if (array.shape.length !== 3 || height !== size || width !== size) {
    throw complain(
      name,
      'images of 28 × 28 pixels',
      `the shape [${array.shape.join(', ')}]`,
      'Give a file of MNIST images.',
    )
  }
  return Array.from({ length: count }, (_, i) => {
    const part = array.data.slice(i * size * size, (i + 1) * size * size)
    return { name: `${name}[${i}]`, pixels: Float32Array.from(part as ArrayLike<number>, (value) => value / 255) }
  })
}

/** Ink as light on dark, cut out, scaled into a box of 20 × 20, and its centre of mass put into the middle. */
function normalize(name: string, light: Float32Array, height: number, width: number): Float32Array {
  const border = [...light.keys()].filter((i) => {
    const [row, column] = [Math.floor(i / width), i % width]
    return row === 0 || column === 0 || row === height - 1 || column === width - 1
  })
  // The ground is what the border shows.
  const ground = border.reduce((sum, i) => sum + (light[i] as number), 0) / border.length
  const ink = light.map((value) => Math.abs(value - ground))
  const darkest = ink.reduce((a, b) => Math.max(a, b), 0)
  if (darkest < 0.1) throw complain(name, 'a digit', 'a picture of one colour', 'Draw it darker.')
  const isInk = (i: number): boolean => (ink[i] as number) > 0.3 * darkest
  const rows = [...ink.keys()].filter(isInk).map((i) => Math.floor(i / width))
  const columns = [...ink.keys()].filter(isInk).map((i) => i % width)
  const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b))
  const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b))
  const [top, left] = [least(rows), least(columns)]
  const scale = Math.max(most(rows) - top + 1, most(columns) - left + 1) / boxSize

  // Each place of the box is the mean of the pixels that it covers.
  const box = new Float32Array(boxSize * boxSize)
  for (let y = 0; y < boxSize; y++) {
    for (let x = 0; x < boxSize; x++) {
      box[y * boxSize + x] = Math.min(
        1,
        meanOver(ink, height, width, top + y * scale, left + x * scale, scale) / darkest,
      )
    }
  }
  const mass = box.reduce((sum, value) => sum + value, 0)
  const centre = (along: (i: number) => number): number =>
    box.reduce((sum, value, i) => sum + value * along(i), 0) / mass
  const down = Math.round(size / 2 - 0.5 - centre((i) => Math.floor(i / boxSize)))
  const right = Math.round(size / 2 - 0.5 - centre((i) => i % boxSize))
  const pixels = new Float32Array(size * size)
  box.forEach((value, i) => {
    const [row, column] = [Math.floor(i / boxSize) + down, (i % boxSize) + right]
    if (row >= 0 && column >= 0 && row < size && column < size) pixels[row * size + column] = value
  })
  return pixels
}

/** Mean of the pixels from (top, left) on, `side` pixels down and to the right; small sides take the nearest. */
function meanOver(ink: Float32Array, height: number, width: number, top: number, left: number, side: number): number {
  const [lastRow, lastColumn] = [Math.max(top, top + side - 1), Math.max(left, left + side - 1)]
  let sum = 0
  let count = 0
  for (let row = Math.round(top); row <= Math.round(lastRow); row++) {
    for (let column = Math.round(left); column <= Math.round(lastColumn); column++) {
      count++
      if (row < height && column < width) sum += ink[row * width + column] as number
    }
  }
  return sum / Math.max(1, count)
}

/** Many pictures as one array [count, 28, 28]. */
export function toImages(pictures: readonly Picture[]): HostNdArray<Float32Array> {
  const pixels = new Float32Array(pictures.length * size * size)
  pictures.forEach((picture, i) => {
    pixels.set(picture.pixels, i * size * size)
  })
  return toNdArray({
    shape: [pictures.length, size, size],
    dtype: 'float32',
    data: pixels,
  }) as HostNdArray<Float32Array>
}

function complain(name: string, expected: string, received: string, remedy: string): RecipeError {
  return new RecipeError({ what: name, expected, received, remedy })
}
