// Layouts: where the elements of a tensor lie in a texture of four elements per texel.
import { BackendError, type DType, type Shape, sizeOf } from '@deep-recipe/core-tensor'
import { addIndex, constantIndex, divideIndex, type Index, moduloIndex, scaleIndex } from './index-algebra.ts'

/**
 * Rows of texels, in some order of the axes. Places that pad the innermost axis hold 0.
 *
 * Tiled layouts put four consecutive rows into each 2×2 texels, next to each other by columns: the fragments of a quad
 * then belong to four rows and one column, which products profit from most (see shader/product).
 */
export interface Layout {
  readonly shape: Shape
  /** The tensor's axes, outermost first. */
  readonly order: readonly number[]
  /** Length of each axis in that order; the last may be padded. */
  readonly lengths: readonly number[]
  /** Tiled: texels of a row, and how many groups of four rows lie side by side. */
  readonly tile: { readonly columns: number; readonly across: number } | undefined
  /** Stacked: the layout of one step. */
  readonly slice: Layout | undefined
  /** Stacked: which axis counts the steps. */
  readonly stepAxis: number
  /** Size of the texture in texels. */
  readonly width: number
  readonly height: number
  /** Texture rows of one step of a stacked layout; equal to `height` otherwise. */
  readonly rows: number
}

/** What limits layouts. */
export interface TextureLimits {
  readonly maxTextureSize: number
}

/** Row-major without gaps: how values enter and leave the device. */
export function denseLayout(shape: Shape, limits: TextureLimits): Layout {
  return makeLayout(
    shape,
    shape.map((_, axis) => axis),
    shape,
    limits,
  )
}

/** The innermost axis of `order` padded to a multiple of `multiple`, which is itself a multiple of 4 (or 1: dense). */
export function paddedLayout(shape: Shape, order: readonly number[], multiple: number, limits: TextureLimits): Layout {
  const lengths = order.map((axis, position) => {
    const length = shape[axis] as number
    return position === order.length - 1 ? Math.ceil(length / multiple) * multiple : length
  })
  return makeLayout(shape, order, lengths, limits)
}

/** Four rows by 2×2 texels; the innermost axis of `order` is padded to whole texels. */
export function tiledLayout(shape: Shape, order: readonly number[], limits: TextureLimits): Layout {
  const flat = paddedLayout(shape, order, 4, limits)
  const columns = (flat.lengths.at(-1) as number) / 4
  const groups = Math.ceil(sizeOf(flat.lengths.slice(0, -1)) / 4)
  if (columns === 0 || groups < 2) return flat
  const { maxTextureSize } = limits
  let across = 1
  while (across < groups && (columns * across < 8 || 2 * Math.ceil(groups / across) > maxTextureSize)) across *= 2
  const width = 2 * columns * across
  const height = 2 * Math.ceil(groups / across)
  if (width > maxTextureSize || height > maxTextureSize) return flat
  return { ...flat, tile: { columns, across }, width, height, rows: height }
}

/** A texture of rows that several values fill, one below the other. */
export function sheetLayout(width: number, height: number): Layout {
  const lengths = [height, 4 * width]
  return {
    shape: lengths, order: [0, 1], lengths, tile: undefined, slice: undefined, stepAxis: 0, width, height, rows: height,
  } // biome-ignore format: one line of facts
}

/** The same kind of layout for another shape of the same rank. */
export function layoutLike({ order, tile }: Layout, shape: Shape, limits: TextureLimits): Layout {
  if (tile) return tiledLayout(shape, order, limits)
  return order.every((axis, position) => axis === position)
    ? denseLayout(shape, limits)
    : paddedLayout(shape, order, 4, limits)
}

function makeLayout(shape: Shape, order: readonly number[], lengths: readonly number[], limits: TextureLimits): Layout {
  const innermost = lengths.at(-1) ?? 1
  const texels = Math.ceil(sizeOf(lengths) / 4)
  const { width, height } = chooseSize(shape, texels, innermost % 4 === 0 ? innermost / 4 : 0, limits)
  return { shape, order, lengths, tile: undefined, slice: undefined, stepAxis: 0, width, height, rows: height }
}

/**
 * Width and height for a number of texels. Rows of the tensor (`rowTexels` each, 0 when they are not whole texels)
 * fill rows of the texture, an even number of times where possible; otherwise the width is a power of two.
 */
function chooseSize(
  shape: Shape,
  texels: number,
  rowTexels: number,
  { maxTextureSize }: TextureLimits,
): { width: number; height: number } {
  if (texels <= 1) return { width: 1, height: 1 }
  const wanted = Math.min(maxTextureSize, Math.max(16, 2 ** Math.ceil(Math.log2(Math.sqrt(texels)))))
  let width = 2 ** Math.ceil(Math.log2(Math.min(texels, wanted)))
  const rowCount = rowTexels > 0 ? texels / rowTexels : 0
  if (rowCount >= 4 && rowTexels <= maxTextureSize) {
    width = rowTexels
    // Neighbouring rows of the tensor are neighbouring rows of the texture, which products profit from; but very narrow
    // textures waste vector lanes.
    for (let rows = rowCount; width < 4 && rows % 4 === 0; rows /= 2) width *= 2
    while (Math.ceil(texels / width) > maxTextureSize && width * 2 <= maxTextureSize) width *= 2
  }
  const height = Math.ceil(texels / width)
  if (height <= maxTextureSize) return { width, height }
  throw new BackendError({
    what: `Layout of a tensor of shape [${shape.join(', ')}]`,
    expected: `at most ${4 * maxTextureSize * maxTextureSize} elements, which fill the largest texture of this device`,
    received: `${sizeOf(shape)}`,
    remedy: 'Split it into smaller batches.',
  })
}

/** Dense, and wide enough for `length` such slices to stand one below the other, where that can be had. */
export function sliceLayout(shape: Shape, length: number, limits: TextureLimits): Layout {
  const dense = denseLayout(shape, limits)
  const { maxTextureSize } = limits
  const texels = Math.ceil(sizeOf(dense.lengths) / 4)
  let { width, height } = dense
  while (stackedRows(height, length) * length > maxTextureSize && height > 1 && 2 * width <= maxTextureSize) {
    width *= 2
    height = Math.ceil(texels / width)
  }
  return { ...dense, width, height, rows: height }
}

/** Rows that a slice takes: an even number, so that the 2×2 groups of fragments that share work start alike in every slice. */
function stackedRows(height: number, length: number): number {
  return length > 1 ? height + (height % 2) : height
}

/** `length` slices one below the other, each starting on a row of its own; `stepAxis` is the place of the new axis. */
export function stackLayout(
  slice: Layout,
  length: number,
  stepAxis: number,
  { maxTextureSize }: TextureLimits,
): Layout {
  const rows = stackedRows(slice.height, length)
  const height = Math.max(1, rows * length)
  if (height > maxTextureSize) {
    throw new BackendError({
      what: `Results of a scan over ${length} steps of shape [${slice.shape.join(', ')}]`,
      expected: `at most ${Math.floor(maxTextureSize / rows)} steps of this shape on this device`,
      received: `${length}`,
      remedy: 'Scan shorter pieces one after the other.',
    })
  }
  return {
    shape: slice.shape.toSpliced(stepAxis, 0, length),
    order: [stepAxis, ...slice.order.map((axis) => (axis >= stepAxis ? axis + 1 : axis))],
    lengths: [length, ...slice.lengths],
    tile: undefined,
    slice,
    stepAxis,
    width: slice.width,
    height,
    rows,
  }
}

/** Element offset of a place. */
export function offsetOf(layout: Layout, place: readonly Index[]): Index {
  const { order, lengths, tile, slice, width } = layout
  if (slice) {
    const step = scaleIndex(place[layout.stepAxis] as Index, layout.rows * width * 4)
    return addIndex(step, offsetOf(slice, place.toSpliced(layout.stepAxis, 1)))
  }
  const flatten = (axes: readonly number[]): Index =>
    axes.reduce(
      (sum, axis, position) => addIndex(scaleIndex(sum, lengths[position] as number), place[axis] as Index),
      constantIndex(0),
    )
  if (!tile) return flatten(order)
  const row = flatten(order.slice(0, -1))
  const last = place[order.at(-1) as number] as Index
  // Row 4 g + 2 b + d is at x = 2 (columns (g mod across) + column) + d, y = 2 ⌊g / across⌋ + b.
  const group = divideIndex(row, 4)
  const [lower, right] = [moduloIndex(divideIndex(row, 2), 2), moduloIndex(row, 2)]
  const across = addIndex(scaleIndex(moduloIndex(group, tile.across), tile.columns), divideIndex(last, 4))
  const x = addIndex(scaleIndex(across, 2), right)
  const y = addIndex(scaleIndex(divideIndex(group, tile.across), 2), lower)
  const texel = addIndex(scaleIndex(y, width), x)
  return addIndex(scaleIndex(texel, 4), moduloIndex(last, 4))
}

/** The place of an element offset: one index per axis of the tensor. */
export function placeOf(layout: Layout, offset: Index): Index[] {
  const { order, lengths, tile, width } = layout
  const place = new Array<Index>(layout.shape.length).fill(constantIndex(0))
  let rest = offset
  if (tile) {
    const texel = divideIndex(offset, 4)
    const [x, y] = [moduloIndex(texel, width), divideIndex(texel, width)]
    const half = divideIndex(x, 2)
    const group = addIndex(scaleIndex(divideIndex(y, 2), tile.across), divideIndex(half, tile.columns))
    const inGroup = addIndex(scaleIndex(moduloIndex(y, 2), 2), moduloIndex(x, 2))
    const row = addIndex(scaleIndex(group, 4), inGroup)
    const last = addIndex(scaleIndex(moduloIndex(half, tile.columns), 4), moduloIndex(offset, 4))
    rest = addIndex(scaleIndex(row, tile.columns * 4), last)
  }
  for (let position = order.length - 1; position >= 0; position--) {
    const length = lengths[position] as number
    place[order[position] as number] = position === 0 ? rest : moduloIndex(rest, length)
    rest = divideIndex(rest, length)
  }
  return place
}

/** Whether some places hold padding. */
export function isPadded(layout: Layout): boolean {
  const last = layout.order.at(-1)
  return last !== undefined && layout.lengths.at(-1) !== layout.shape[last]
}

/** Whether two layouts put every element at the same texel. */
export function sameLayout(a: Layout, b: Layout): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.shape.join() === b.shape.join() &&
    a.lengths.join() === b.lengths.join() &&
    a.order.join() === b.order.join() &&
    a.tile?.columns === b.tile?.columns &&
    a.slice === undefined &&
    b.slice === undefined
  )
}

/** Bytes of the texture. */
export function bytesOf(layout: Layout): number {
  return layout.width * layout.height * 16
}

/** One line for printed plans. */
export function formatLayout(layout: Layout, dtype: DType): string {
  const order = layout.order.map((axis, position) => `${axis}:${layout.lengths[position]}`).join(' ')
  return `${dtype}[${layout.shape.join(', ')}] as (${order}) in ${layout.width}x${layout.height}${layout.tile ? ' tiled' : ''}`
}
