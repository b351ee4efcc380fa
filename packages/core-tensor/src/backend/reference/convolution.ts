// Convolutions by matrix products: patches of the image are laid out as columns (im2col), a few output rows at a time.
//
//   forward            output[n, g]  = filter[g] · columns
//   input gradient     columns       = filter[g]ᵀ · gradient[n, g],  added back to where they came from (col2im)
//   filter gradient    filter[g]    += gradient[n, g] · columnsᵀ,    summed over the images n
//
// filter[g] is (filters / groups) × (channels / groups · kh · kw); columns is that by (output places).
import type { HostData } from '../../host/host-array.ts'
import type { ConvolutionAttributes } from '../../trace/node.ts'
import { type ComputeRule, type Run, type Scratch, viewAt } from './kernel.ts'
import { type Matrix, multiplyMatrices, productScratch } from './matrix-product.ts'
import type { View } from './view.ts'

/** Numbers in one block of columns, unless a single output row needs more. */
const columnsBlock = 1 << 16

/** All sizes of one convolution, whichever way it is walked. */
interface Geometry {
  readonly attributes: ConvolutionAttributes
  readonly batch: number
  /** Per group. */
  readonly channels: number
  /** Per group. */
  readonly filters: number
  readonly height: number
  readonly width: number
  readonly filterHeight: number
  readonly filterWidth: number
  readonly outHeight: number
  readonly outWidth: number
  /** Rows of the columns matrix: channels · filterHeight · filterWidth. */
  readonly patch: number
  /** Output rows in one block. */
  readonly blockRows: number
}

function describeGeometry(input: View, filter: View, output: View, attributes: ConvolutionAttributes): Geometry {
  const [batch, , height, width] = input.shape as [number, number, number, number]
  const [filters, channels, filterHeight, filterWidth] = filter.shape as [number, number, number, number]
  const [, , outHeight, outWidth] = output.shape as [number, number, number, number]
  const patch = channels * filterHeight * filterWidth
  const blockRows = Math.min(outHeight, Math.max(1, Math.floor(columnsBlock / Math.max(1, patch * outWidth))))
  return {
    attributes,
    batch,
    channels,
    filters: filters / attributes.groups,
    height,
    width,
    filterHeight,
    filterWidth,
    outHeight,
    outWidth,
    patch,
    blockRows,
  }
}

/** Whether each output place sees exactly the input place below it, so that the image is its own columns matrix. */
function isPointwise({ attributes, filterHeight, filterWidth }: Geometry): boolean {
  const { stride, padding } = attributes
  const padded = padding.top + padding.bottom + padding.left + padding.right > 0
  return filterHeight === 1 && filterWidth === 1 && stride[0] === 1 && stride[1] === 1 && !padded
}

/** What to do with one block: image and group, first output row, and the matrices over it. */
type VisitBlock = (block: Block) => void

interface Block {
  /** Where the group's first channel of the image starts, relative to the whole input. */
  readonly image: number
  /** Where the block starts in the output, relative to the whole output. */
  readonly output: number
  /** Where the group's first filter starts, relative to the whole filter. */
  readonly filter: number
  readonly firstRow: number
  readonly rows: number
}

/** Visits every image, group and block of output rows. */
function walkBlocks(geometry: Geometry, visit: VisitBlock): void {
  const { batch, channels, filters, height, width, outHeight, outWidth, patch, blockRows, attributes } = geometry
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < attributes.groups; group++) {
      const slice = n * attributes.groups + group
      for (let firstRow = 0; firstRow < outHeight; firstRow += blockRows) {
        visit({
          image: slice * channels * height * width,
          output: slice * filters * outHeight * outWidth + firstRow * outWidth,
          filter: group * filters * patch,
          firstRow,
          rows: Math.min(blockRows, outHeight - firstRow),
        })
      }
    }
  }
}

/** The first and the last + 1 output place along an axis whose window element lies inside the image. */
function validRange(origin: number, stride: number, size: number, places: number): [first: number, end: number] {
  // 0 ≤ origin + place · stride < size
  const first = Math.min(places, Math.max(0, Math.ceil(-origin / stride)))
  const end = Math.min(places, Math.ceil((size - origin) / stride))
  return [first, Math.max(first, end)]
}

/** im2col: columns[(c, kh, kw), (row, column)] = image[c, place that this filter element sees there], 0 in the padding. */
function gatherColumns(geometry: Geometry, image: HostData, start: number, block: Block, columns: HostData): void {
  const { channels, height, width, filterHeight, filterWidth, outWidth, attributes } = geometry
  const { stride, padding, dilation } = attributes
  const step = stride[1]
  let to = 0
  for (let channel = 0; channel < channels; channel++) {
    for (let kh = 0; kh < filterHeight; kh++) {
      for (let kw = 0; kw < filterWidth; kw++) {
        const left = kw * dilation[1] - padding.left
        const [first, end] = validRange(left, step, width, outWidth)
        for (let row = 0; row < block.rows; row++, to += outWidth) {
          const y = (block.firstRow + row) * stride[0] + kh * dilation[0] - padding.top
          if (y < 0 || y >= height || end <= first) {
            columns.fill(0, to, to + outWidth)
            continue
          }
          if (first > 0) columns.fill(0, to, to + first)
          let from = start + (channel * height + y) * width + left + first * step
          for (let x = first; x < end; x++, from += step) columns[to + x] = image[from] as number
          if (end < outWidth) columns.fill(0, to + end, to + outWidth)
        }
      }
    }
  }
}

/** col2im: adds every element of the columns to the place of the image that it came from. */
function scatterColumns(geometry: Geometry, image: HostData, start: number, block: Block, columns: HostData): void {
  const { channels, height, width, filterHeight, filterWidth, outWidth, attributes } = geometry
  const { stride, padding, dilation } = attributes
  const step = stride[1]
  let from = 0
  for (let channel = 0; channel < channels; channel++) {
    for (let kh = 0; kh < filterHeight; kh++) {
      for (let kw = 0; kw < filterWidth; kw++) {
        const left = kw * dilation[1] - padding.left
        const [first, end] = validRange(left, step, width, outWidth)
        for (let row = 0; row < block.rows; row++, from += outWidth) {
          const y = (block.firstRow + row) * stride[0] + kh * dilation[0] - padding.top
          if (y < 0 || y >= height) continue
          let to = start + (channel * height + y) * width + left + first * step
          for (let x = first; x < end; x++, to += step) {
            image[to] = (image[to] as number) + (columns[from + x] as number)
          }
        }
      }
    }
  }
}

/** Readies the walk over the blocks of one convolution; the three views may be read or written. */
function prepareBlocks(
  [input, filter, output]: readonly [View, View, View],
  attributes: ConvolutionAttributes,
  scratch: Scratch,
): { geometry: Geometry; pointwise: boolean; columnsOf: (block: Block) => Matrix; rowsOf: (view: View) => Matrix } {
  const geometry = describeGeometry(input, filter, output, attributes)
  const { outHeight, outWidth, patch, blockRows } = geometry
  const places = outHeight * outWidth
  const pointwise = isPointwise(geometry)
  scratch.reserve(productScratch, pointwise ? 0 : patch * blockRows * outWidth)
  const columnsOf = (block: Block): Matrix =>
    pointwise
      ? {
          data: input.data,
          offset: input.offset + block.image + block.firstRow * outWidth,
          rowStride: places,
          columnStride: 1,
        }
      : { data: scratch.columns, offset: 0, rowStride: block.rows * outWidth, columnStride: 1 }
  const rowsOf = (view: View): Matrix =>
    view === filter
      ? { data: view.data, offset: view.offset, rowStride: patch, columnStride: 1 }
      : { data: view.data, offset: view.offset, rowStride: places, columnStride: 1 }
  return { geometry, pointwise, columnsOf, rowsOf }
}

function moved(matrix: Matrix, by: number): Matrix {
  return { ...matrix, offset: matrix.offset + by }
}

function transposed({ data, offset, rowStride, columnStride }: Matrix): Matrix {
  return { data, offset, rowStride: columnStride, columnStride: rowStride }
}

function prepareForward(
  input: View,
  filter: View,
  out: View,
  attributes: ConvolutionAttributes,
  scratch: Scratch,
): Run {
  const { geometry, pointwise, columnsOf, rowsOf } = prepareBlocks([input, filter, out], attributes, scratch)
  const { filters, patch, outWidth } = geometry
  return () =>
    walkBlocks(geometry, (block) => {
      if (!pointwise) gatherColumns(geometry, input.data, input.offset + block.image, block, scratch.columns)
      const size = { rows: filters, columns: block.rows * outWidth, depth: patch }
      const [weights, output] = [moved(rowsOf(filter), block.filter), moved(rowsOf(out), block.output)]
      multiplyMatrices(size, weights, columnsOf(block), output, false, scratch)
    })
}

function prepareInputGradient(
  gradient: View,
  filter: View,
  out: View,
  attributes: ConvolutionAttributes,
  scratch: Scratch,
): Run {
  const { geometry, pointwise, columnsOf, rowsOf } = prepareBlocks([out, filter, gradient], attributes, scratch)
  const { filters, patch, outWidth } = geometry
  return () => {
    out.data.fill(0, out.offset, out.offset + out.size)
    walkBlocks(geometry, (block) => {
      const size = { rows: patch, columns: block.rows * outWidth, depth: filters }
      const [weights, above] = [moved(rowsOf(filter), block.filter), moved(rowsOf(gradient), block.output)]
      multiplyMatrices(size, transposed(weights), above, columnsOf(block), false, scratch)
      if (!pointwise) scatterColumns(geometry, out.data, out.offset + block.image, block, scratch.columns)
    })
  }
}

function prepareFilterGradient(
  input: View,
  gradient: View,
  out: View,
  attributes: ConvolutionAttributes,
  scratch: Scratch,
): Run {
  const { geometry, pointwise, columnsOf, rowsOf } = prepareBlocks([input, out, gradient], attributes, scratch)
  const { filters, patch, outWidth } = geometry
  return () => {
    out.data.fill(0, out.offset, out.offset + out.size)
    walkBlocks(geometry, (block) => {
      if (!pointwise) gatherColumns(geometry, input.data, input.offset + block.image, block, scratch.columns)
      const size = { rows: filters, columns: patch, depth: block.rows * outWidth }
      const [above, weights] = [moved(rowsOf(gradient), block.output), moved(rowsOf(out), block.filter)]
      multiplyMatrices(size, above, transposed(columnsOf(block)), weights, true, scratch)
    })
  }
}

type Convolution = 'conv2d' | 'convInputGradient' | 'convFilterGradient'

function rule<P extends Convolution>(prepare: typeof prepareForward): ComputeRule<P> {
  return {
    kind: 'compute',
    needsContiguous: true,
    inPlace: false,
    prepare: (inputs, out, attributes, scratch) =>
      prepare(viewAt(inputs, 0), viewAt(inputs, 1), out, attributes as ConvolutionAttributes, scratch),
  }
}

export const convolutionRules: { readonly [P in Convolution]: ComputeRule<P> } = {
  conv2d: rule(prepareForward),
  convInputGradient: rule(prepareInputGradient),
  convFilterGradient: rule(prepareFilterGradient),
}
