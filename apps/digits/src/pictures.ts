// Pictures as the networks know them: 28 × 28, light ink on dark ground, 20 pixels high, centred by mass, as in MNIST.
import { RecipeError, toNdArray } from '@deep-recipe/core-tensor'
import { type HostNdArray, readIdx } from '@deep-recipe/datasets'
import { hasPngSignature } from 'fast-png'
import { type GreyPicture, readPng } from './png.ts'

/** A digit to be read. */
export interface Picture {
  readonly name: string
  /** 28 · 28 numbers from 0 (ground) to 1 (ink). */
  readonly pixels: Float32Array
}

const size = 28
/** Length of the longer side of the ink's box. */
const boxSize = 20
/** Least difference between ink and ground, of the whole from black to white. */
const faintest = 0.1
/** What counts as ink when its box is sought: this share of the strongest. */
const inkShare = 0.3

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
  if (hasPngSignature(bytes)) return [{ name, pixels: normalizePicture(name, readPng(name, bytes)) }]
  const isIdx = (bytes[0] === 0 && bytes[1] === 0) || (bytes[0] === 0x1f && bytes[1] === 0x8b)
  if (isIdx) return readIdxPictures(name, bytes)
  const received = bytes.length === 0 ? 'an empty file' : 'something else'
  throw complain(name, 'a PNG picture, or an IDX file of images (gzip or not)', received, 'Save the picture as PNG.')
}

function readIdxPictures(name: string, bytes: Uint8Array): Picture[] {
  const { data, shape } = readIdx(bytes, { source: name })
  const [count = 0, height, width] = shape
  if (!(data instanceof Uint8Array) || shape.length !== 3 || count === 0 || height !== size || width !== size) {
    const kind = data.constructor.name.replace('Array', '').toLowerCase()
    const received = `${kind} of the shape [${shape.join(', ')}]`
    throw complain(name, `images of ${size} × ${size} bytes`, received, 'Give a file of images like those of MNIST.')
  }
  return Array.from({ length: count }, (_, i) => ({
    name: `${name}[${i}]`,
    pixels: Float32Array.from(data.subarray(i * size * size, (i + 1) * size * size), (value) => value / 255),
  }))
}

/**
 * A picture as MNIST would have it: ink light on dark, cut out, scaled so that its longer side is 20 pixels, and its
 * centre of mass put into the middle of 28 × 28.
 *
 * @throws RecipeError for a picture of one colour.
 */
export function normalizePicture(name: string, { height, width, light }: GreyPicture): Float32Array {
  const ground = groundOf(light, height, width)
  const ink = light.map((value) => Math.abs(value - ground))
  const strongest = ink.reduce((a, b) => Math.max(a, b), 0)
  if (!(strongest >= faintest)) {
    throw complain(name, 'a digit that differs from its ground', 'a picture of one colour', 'Draw the digit darker.')
  }
  const { top, left, bottom, right } = findBox(ink, width, inkShare * strongest)
  const scale = Math.max(bottom - top, right - left) / boxSize
  const box = new Float32Array(boxSize * boxSize)
  for (let y = 0; y < boxSize; y++) {
    for (let x = 0; x < boxSize; x++) {
      box[y * boxSize + x] = meanOver({ height, width, light: ink }, top + y * scale, left + x * scale, scale)
    }
  }
  // A thin pen on a large sheet would be faint: the strongest place is full ink.
  const darkest = box.reduce((a, b) => Math.max(a, b), 0)
  return centre(box.map((value) => value / darkest))
}

/** The colour of the ground: the middle one of those along the border, which is ground even where a stroke leaves the picture. */
function groundOf(light: Float32Array, height: number, width: number): number {
  const border: number[] = []
  for (let column = 0; column < width; column++) {
    border.push(light[column] as number, light[(height - 1) * width + column] as number)
  }
  for (let row = 0; row < height; row++) {
    border.push(light[row * width] as number, light[row * width + width - 1] as number)
  }
  border.sort((a, b) => a - b)
  return border[border.length >> 1] as number
}

/** The rows and columns that hold ink; bottom and right are the first beyond. */
function findBox(ink: Float32Array, width: number, threshold: number) {
  const box = { top: Number.POSITIVE_INFINITY, left: Number.POSITIVE_INFINITY, bottom: 0, right: 0 }
  for (let i = 0; i < ink.length; i++) {
    if ((ink[i] as number) <= threshold) continue
    const [row, column] = [Math.floor(i / width), i % width]
    box.top = Math.min(box.top, row)
    box.left = Math.min(box.left, column)
    box.bottom = Math.max(box.bottom, row + 1)
    box.right = Math.max(box.right, column + 1)
  }
  return box
}

/** Mean of a square of the picture, by the area that it shares with each pixel; beyond the picture is ground, 0. */
function meanOver({ height, width, light }: GreyPicture, top: number, left: number, side: number): number {
  let sum = 0
  for (let row = Math.floor(top); row < Math.min(height, top + side); row++) {
    const rowShare = Math.min(row + 1, top + side) - Math.max(row, top)
    for (let column = Math.floor(left); column < Math.min(width, left + side); column++) {
      const share = rowShare * (Math.min(column + 1, left + side) - Math.max(column, left))
      sum += share * (light[row * width + column] as number)
    }
  }
  return sum / side ** 2
}

/** Puts a box of 20 × 20 into 28 × 28, its centre of mass as near to the middle as whole pixels allow. */
function centre(box: Float32Array): Float32Array {
  let [mass, down, right] = [0, 0, 0]
  for (let i = 0; i < box.length; i++) {
    const value = box[i] as number
    mass += value
    down += value * Math.floor(i / boxSize)
    right += value * (i % boxSize)
  }
  const shiftDown = Math.round((size - 1) / 2 - down / mass)
  const shiftRight = Math.round((size - 1) / 2 - right / mass)
  const pixels = new Float32Array(size * size)
  for (let i = 0; i < box.length; i++) {
    const row = Math.floor(i / boxSize) + shiftDown
    const column = (i % boxSize) + shiftRight
    if (row >= 0 && column >= 0 && row < size && column < size) pixels[row * size + column] = box[i] as number
  }
  return pixels
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
