// The matrix product under every matmul and convolution: C = A·B, or C += A·B, for operands of any strides.
//
// Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (TOMS 2008): blocks of A and B are packed
// into slivers four wide, in the order in which they are read, and a micro-kernel keeps a 4×4 tile of C in registers.
// Packing takes strides, so a transposed operand costs nothing extra. Sums are kept in 64 bits.
import type { HostData } from '../../host/host-array.ts'
import type { Scratch } from './kernel.ts'

/** Side of the tile that is kept in registers. */
const tile = 4
/** Rows of A, inner products' length, and columns of B in one block: slivers fit into the first cache, blocks into the second. */
const blockRows = 64
const blockDepth = 256
const blockColumns = 128
/** Numbers of working memory that a product needs. */
export const productScratch: number = (blockRows + blockColumns) * blockDepth

/** A matrix inside an array. */
export interface Matrix {
  data: HostData
  offset: number
  readonly rowStride: number
  readonly columnStride: number
}

/** Sizes of a product: A is rows × depth, B is depth × columns. */
export interface ProductSize {
  readonly rows: number
  readonly columns: number
  readonly depth: number
}

/** C = A·B, or C += A·B if `accumulate`. */
export function multiplyMatrices(
  size: ProductSize,
  a: Matrix,
  b: Matrix,
  c: Matrix,
  accumulate: boolean,
  scratch: Scratch,
): void {
  const { rows, columns, depth } = size
  if (depth === 0) {
    if (!accumulate) clearMatrix(size, c)
    return
  }
  if (rows < tile || columns < tile) {
    multiplyThin(size, a, b, c, accumulate)
    return
  }
  const packed = scratch.packed
  const packedB = blockRows * blockDepth
  for (let k0 = 0; k0 < depth; k0 += blockDepth) {
    const k = Math.min(blockDepth, depth - k0)
    const adds = accumulate || k0 > 0
    for (let j0 = 0; j0 < columns; j0 += blockColumns) {
      const n = Math.min(blockColumns, columns - j0)
      const bStart = b.offset + k0 * b.rowStride + j0 * b.columnStride
      packSlivers(packed, packedB, b.data, bStart, n, k, b.columnStride, b.rowStride)
      for (let i0 = 0; i0 < rows; i0 += blockRows) {
        const m = Math.min(blockRows, rows - i0)
        const aStart = a.offset + i0 * a.rowStride + k0 * a.columnStride
        packSlivers(packed, 0, a.data, aStart, m, k, a.rowStride, a.columnStride)
        const cStart = c.offset + i0 * c.rowStride + j0 * c.columnStride
        for (let j = 0; j < n; j += tile) {
          for (let i = 0; i < m; i += tile) {
            const at = cStart + i * c.rowStride + j * c.columnStride
            const height = Math.min(tile, m - i)
            const width = Math.min(tile, n - j)
            multiplyTile(
              packed,
              i * k,
              packedB + j * k,
              k,
              c.data,
              at,
              c.rowStride,
              c.columnStride,
              height,
              width,
              adds,
            )
          }
        }
      }
    }
  }
}

/**
 * Copies a block into slivers of four lines: all lines' first numbers, all lines' second numbers, and so on.
 * A last sliver with fewer lines is filled up with zeros.
 */
function packSlivers(
  packed: Float64Array,
  to: number,
  data: HostData,
  from: number,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
): void {
  let p = to
  for (let line = 0; line < lines; line += tile) {
    let at = from + line * lineStride
    const missing = line + tile - lines
    if (missing <= 0) {
      for (let t = 0; t < length; t++, at += stride, p += tile) {
        packed[p] = data[at] as number
        packed[p + 1] = data[at + lineStride] as number
        packed[p + 2] = data[at + 2 * lineStride] as number
        packed[p + 3] = data[at + 3 * lineStride] as number
      }
    } else {
      for (let t = 0; t < length; t++, at += stride, p += tile) {
        packed[p] = data[at] as number
        packed[p + 1] = missing < 3 ? (data[at + lineStride] as number) : 0
        packed[p + 2] = missing < 2 ? (data[at + 2 * lineStride] as number) : 0
        packed[p + 3] = 0
      }
    }
  }
}

/** The micro-kernel: 16 inner products of length `depth` of a sliver of A at `p` and a sliver of B at `q`. */
function multiplyTile(
  packed: Float64Array,
  p: number,
  q: number,
  depth: number,
  c: HostData,
  at: number,
  rowStride: number,
  columnStride: number,
  height: number,
  width: number,
  adds: boolean,
): void {
  let c00 = 0
  let c01 = 0
  let c02 = 0
  let c03 = 0
  let c10 = 0
  let c11 = 0
  let c12 = 0
  let c13 = 0
  let c20 = 0
  let c21 = 0
  let c22 = 0
  let c23 = 0
  let c30 = 0
  let c31 = 0
  let c32 = 0
  let c33 = 0
  for (let k = 0; k < depth; k++, p += tile, q += tile) {
    const b0 = packed[q] as number
    const b1 = packed[q + 1] as number
    const b2 = packed[q + 2] as number
    const b3 = packed[q + 3] as number
    const a0 = packed[p] as number
    c00 += a0 * b0
    c01 += a0 * b1
    c02 += a0 * b2
    c03 += a0 * b3
    const a1 = packed[p + 1] as number
    c10 += a1 * b0
    c11 += a1 * b1
    c12 += a1 * b2
    c13 += a1 * b3
    const a2 = packed[p + 2] as number
    c20 += a2 * b0
    c21 += a2 * b1
    c22 += a2 * b2
    c23 += a2 * b3
    const a3 = packed[p + 3] as number
    c30 += a3 * b0
    c31 += a3 * b1
    c32 += a3 * b2
    c33 += a3 * b3
  }
  storeRow(c, at, columnStride, width, adds, c00, c01, c02, c03)
  if (height > 1) storeRow(c, at + rowStride, columnStride, width, adds, c10, c11, c12, c13)
  if (height > 2) storeRow(c, at + 2 * rowStride, columnStride, width, adds, c20, c21, c22, c23)
  if (height > 3) storeRow(c, at + 3 * rowStride, columnStride, width, adds, c30, c31, c32, c33)
}

function storeRow(
  c: HostData,
  at: number,
  stride: number,
  width: number,
  adds: boolean,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
): void {
  c[at] = adds ? (c[at] as number) + c0 : c0
  if (width > 1) c[at + stride] = adds ? (c[at + stride] as number) + c1 : c1
  if (width > 2) c[at + 2 * stride] = adds ? (c[at + 2 * stride] as number) + c2 : c2
  if (width > 3) c[at + 3 * stride] = adds ? (c[at + 3 * stride] as number) + c3 : c3
}

/** Products with fewer than four rows or columns (vectors, mostly), for which packing does not pay. */
function multiplyThin({ rows, columns, depth }: ProductSize, a: Matrix, b: Matrix, c: Matrix, adds: boolean): void {
  const x = a.data
  const y = b.data
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j += tile) {
      // Four columns at once: they share the reads of A, and in a row-major B they share cache lines.
      const width = Math.min(tile, columns - j)
      const j1 = width > 1 ? b.columnStride : 0
      const j2 = width > 2 ? 2 * b.columnStride : 0
      const j3 = width > 3 ? 3 * b.columnStride : 0
      let p = a.offset + i * a.rowStride
      let q = b.offset + j * b.columnStride
      let c0 = 0
      let c1 = 0
      let c2 = 0
      let c3 = 0
      for (let k = 0; k < depth; k++, p += a.columnStride, q += b.rowStride) {
        const number = x[p] as number
        c0 += number * (y[q] as number)
        c1 += number * (y[q + j1] as number)
        c2 += number * (y[q + j2] as number)
        c3 += number * (y[q + j3] as number)
      }
      storeRow(c.data, c.offset + i * c.rowStride + j * c.columnStride, c.columnStride, width, adds, c0, c1, c2, c3)
    }
  }
}

function clearMatrix({ rows, columns }: ProductSize, c: Matrix): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) c.data[c.offset + i * c.rowStride + j * c.columnStride] = 0
  }
}
