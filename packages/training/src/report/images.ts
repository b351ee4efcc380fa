// Image grids of a report: arrays of numbers as PNG pictures inside the page, and drawings as SVG.
import { formatShape, type HostArray, ShapeError } from '@deep-recipe/core-tensor'
import { encode } from 'fast-png'
import { html, type Markup } from './html.ts'

/** A drawing: SVG with its own `xmlns`. It is shown as a picture, so that no script or link in it can do anything. */
export interface Drawing {
  readonly svg: string
  /** In any unit: only their ratio counts. */
  readonly width: number
  readonly height: number
}

/** One picture. */
export interface ReportImage {
  /** [height, width], or [channels, height, width] with 1 (grey), 3 (red, green, blue) or 4 (and opacity) channels; or a drawing. */
  readonly image: HostArray | Drawing
  readonly caption?: string
  /** Marks what is right and what is wrong, such as a prediction. */
  readonly tone?: 'good' | 'bad'
}

/** A grid of pictures. */
export interface ImageGrid {
  readonly images: readonly ReportImage[]
  /** The values that are black and white. Default [0, 1]; what lies outside is cut off. */
  readonly range?: readonly [number, number]
  /** Width of each picture on the page, in CSS pixels. Default 80. */
  readonly width?: number
  readonly caption?: string
}

/** The bytes of a PNG file. @throws ShapeError for anything but a picture */
export function encodePng(image: HostArray, range: readonly [number, number] = [0, 1]): Uint8Array {
  const { channels, height, width } = readSize(image)
  const [black, white] = range
  const data = new Uint8Array(channels * height * width)
  const area = height * width
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < area; pixel++) {
      const value = image.data[channel * area + pixel] as number
      // Storing NaN gives 0: black.
      data[pixel * channels + channel] = Math.round(255 * Math.min(1, Math.max(0, (value - black) / (white - black))))
    }
  }
  return encode({ width, height, channels, data, depth: 8 })
}

function readSize({ shape }: HostArray): { channels: number; height: number; width: number } {
  const [channels, height, width] = shape.length === 2 ? [1, ...shape] : shape
  const isPicture = shape.length === 2 || shape.length === 3
  if (isPicture && channels && height && width && (channels === 1 || channels === 3 || channels === 4)) {
    return { channels, height, width }
  }
  throw new ShapeError({
    what: 'Image of a report',
    expected: '[height, width] or [1, 3 or 4 channels, height, width], not empty',
    received: formatShape(shape),
    remedy: 'Take one picture out of the batch, channels first.',
  })
}

/** The markup of a grid. */
export function renderImages({ images, range, width = 80 }: ImageGrid): Markup {
  const cells = images.map(({ image, caption, tone }) => {
    const size = 'svg' in image ? image : readSize(image)
    const address =
      'svg' in image
        ? `data:image/svg+xml;base64,${toBase64(new TextEncoder().encode(image.svg))}`
        : `data:image/png;base64,${toBase64(encodePng(image, range))}`
    const pixels = !('svg' in image) && size.width < width && html` class="pixels"`
    const mark = tone === undefined ? '' : tone === 'good' ? '✓ ' : '✗ '
    return html`<li${tone !== undefined && html` class="${tone}"`}><img${pixels} src="${address}" alt="${caption ?? ''}" width="${width}" height="${Math.round((width * size.height) / size.width)}">${caption !== undefined && html`<span>${mark}${caption}</span>`}</li>\n`
  })
  return html`<ul class="images">${cells}</ul>`
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
