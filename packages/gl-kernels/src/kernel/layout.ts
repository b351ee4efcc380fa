// Layouts: where the elements of a tensor lie in a texture of four elements per texel.
import { BackendError, type DType, type Shape, sizeOf } from '@deep-recipe/core-tensor'
import { addIndex, constantIndex, divideIndex, type Index, moduloIndex, scaleIndex } from './index-algebra.ts'

/** Rows of a texture, four elements per texel, in some order of the axes. Places that pad the innermost axis hold 0. */
export interface Layout {
  readonly shape: Shape
  /** The tensor's axes, outermost first. */
  readonly order: readonly number[]
  /** Length of each axis in that order; the last may be padded. */
  readonly lengths: readonly number[]
  /** Elements between neighbours, by axis of the tensor. */
  readonly strides: readonly number[]
  /** Size of the texture in texels. */
  readonly width: number
  readonly height: number
  /** Texture rows of one step, for the stacked results of a scan; equal to `height` otherwise. */
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

function makeLayout(shape: Shape, order: readonly number[], lengths: readonly number[], limits: TextureLimits): Layout {
  const strides = new Array<number>(shape.length).fill(0)
  let stride = 1
  for (let position = order.length - 1; position >= 0; position--) {
    strides[order[position] as number] = stride
    stride *= lengths[position] as number
  }
  const innermost = lengths.at(-1) ?? 1
  const { width, height } = chooseSize(shape, Math.ceil(stride / 4), innermost % 4 === 0 ? innermost / 4 : 0, limits)
  return { shape, order, lengths, strides, width, height, rows: height }
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
    // Double while the rows pair up, so that two rows of the texture still belong to one block of the tensor.
    for (let rows = rowCount; width * 2 <= wanted && rows % 4 === 0; rows /= 2) width *= 2
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

/** `length` slices one below the other, each starting on a row of its own. */
export function stackLayout(slice: Layout, length: number, { maxTextureSize }: TextureLimits): Layout {
  // An even number of rows, so that the 2×2 groups of fragments that share work start alike in every slice.
  const rows = length > 1 ? slice.height + (slice.height % 2) : slice.height
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
    shape: [length, ...slice.shape],
    order: [0, ...slice.order.map((axis) => axis + 1)],
    lengths: [length, ...slice.lengths],
    strides: [rows * slice.width * 4, ...slice.strides],
    width: slice.width,
    height,
    rows,
  }
}

/** Element offset of a place. */
export function offsetOf(layout: Layout, place: readonly Index[]): Index {
  return place.reduce(
    (offset, index, axis) => addIndex(offset, scaleIndex(index, layout.strides[axis] as number)),
    constantIndex(0),
  )
}

/** The place of an element offset: one index per axis of the tensor. */
export function placeOf(layout: Layout, offset: Index): Index[] {
  const place = new Array<Index>(layout.shape.length).fill(constantIndex(0))
  let rest = offset
  for (let position = layout.order.length - 1; position >= 0; position--) {
    const length = layout.lengths[position] as number
    place[layout.order[position] as number] = position === 0 ? rest : moduloIndex(rest, length)
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
    a.strides.join() === b.strides.join()
  )
}

/** Bytes of the texture. */
export function bytesOf(layout: Layout): number {
  return layout.width * layout.height * 16
}

/** One line for printed plans. */
export function formatLayout(layout: Layout, dtype: DType): string {
  const order = layout.order.map((axis, position) => `${axis}:${layout.lengths[position]}`).join(' ')
  return `${dtype}[${layout.shape.join(', ')}] as (${order}) in ${layout.width}x${layout.height}`
}
