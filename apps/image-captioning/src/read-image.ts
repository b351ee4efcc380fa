// Image files of every kind as the small square of bytes that an encoder sees. Decoding is sharp's (libvips) work.
import { type HostArray, RecipeError } from '@deep-recipe/core-tensor'
import sharp, { type Sharp } from 'sharp'

/** A file that is not, or not wholly, an image, or too large to be opened. */
export class ImageFileError extends RecipeError {
  override readonly name: string = 'ImageFileError'
}

/** Pixels of the largest image that is opened: that of a 64-megapixel camera. */
export const mostPixels: number = 2 ** 26

/** Image files by their names. */
export const imageName: RegExp = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i

/**
 * Decodes an image and brings it to size × size pixels of red, green and blue, one after the other: 3 · size · size bytes.
 *
 * It is turned upright as its EXIF data say; of an animation the first frame counts; grey, CMYK and 16-bit images become
 * sRGB; what is transparent shows white. The whole image is squeezed into the square by a Lanczos filter, none of it cut off.
 *
 * @param name what errors call it.
 * @throws ImageFileError for what is no image, is cut off or damaged, or has more than 64 million pixels.
 */
export async function readImage(bytes: Uint8Array, size: number, name: string): Promise<Uint8Array> {
  return (await decode(bytes, name, (image) => image.resize(size, size, { fit: 'fill', kernel: 'lanczos3' }))).data
}

/**
 * The picture for people: its own proportions, at most `side` pixels wide and high, [3, height, width] from 0 to 1.
 *
 * @throws ImageFileError as `readImage` does.
 */
export async function readPicture(bytes: Uint8Array, side: number, name: string): Promise<HostArray> {
  const { data, width, height } = await decode(bytes, name, (image) => image.resize(side, side, { fit: 'inside' }))
  return { shape: [3, height, width], dtype: 'float32', data: Float32Array.from(data, (byte) => byte / 255) }
}

/** Decodes to sRGB, resized by `resize`, channel by channel. */
async function decode(bytes: Uint8Array, name: string, resize: (image: Sharp) => Sharp) {
  try {
    const image = sharp(bytes, { limitInputPixels: mostPixels, failOn: 'warning', animated: false })
      .rotate()
      .toColourspace('srgb')
      .flatten({ background: 'white' })
    const { data, info } = await resize(image).raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    return { data: separateChannels(data, channels, width * height), width, height }
  } catch (error) {
    throw new ImageFileError(
      {
        what: name,
        expected: `a whole image of at most ${mostPixels} pixels`,
        received: describe(error),
        remedy: 'Save the image again, smaller if need be, or leave it out.',
      },
      { cause: error },
    )
  }
}

/** From pixel by pixel to channel by channel; one channel of grey serves for all three. */
function separateChannels(data: Uint8Array, channels: number, area: number): Uint8Array {
  const planes = new Uint8Array(3 * area)
  for (let channel = 0; channel < 3; channel++) {
    const from = channels < 3 ? 0 : channel
    for (let pixel = 0; pixel < area; pixel++) planes[channel * area + pixel] = data[pixel * channels + from] as number
  }
  return planes
}

/** libvips explains over several lines; the first says what is wrong. */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0]?.replace(/^Error: /, '') ?? text
}
