// The IDX header: two zero bytes, element type, rank, then one big-endian u32 per dimension (Y. LeCun, the MNIST pages).
import { IdxError } from '../errors.ts'

/** Storage of the six IDX element types. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** One element type of the format, with its access through a DataView (big-endian, as the format demands). */
export interface IdxElement {
  readonly code: number
  readonly bytes: number
  readonly allocate: (size: number) => IdxData
  readonly read: (view: DataView, at: number) => number
  readonly write: (view: DataView, at: number, value: number) => void
}

/** The element types by their code in the header. */
export const idxElements: readonly IdxElement[] = [
  {
    code: 0x08,
    bytes: 1,
    allocate: (size) => new Uint8Array(size),
    read: (view, at) => view.getUint8(at),
    write: (view, at, value) => view.setUint8(at, value),
  },
  {
    code: 0x09,
    bytes: 1,
    allocate: (size) => new Int8Array(size),
    read: (view, at) => view.getInt8(at),
    write: (view, at, value) => view.setInt8(at, value),
  },
  {
    code: 0x0b,
    bytes: 2,
    allocate: (size) => new Int16Array(size),
    read: (view, at) => view.getInt16(at),
    write: (view, at, value) => view.setInt16(at, value),
  },
  {
    code: 0x0c,
    bytes: 4,
    allocate: (size) => new Int32Array(size),
    read: (view, at) => view.getInt32(at),
    write: (view, at, value) => view.setInt32(at, value),
  },
  {
    code: 0x0d,
    bytes: 4,
    allocate: (size) => new Float32Array(size),
    read: (view, at) => view.getFloat32(at),
    write: (view, at, value) => view.setFloat32(at, value),
  },
  {
    code: 0x0e,
    bytes: 8,
    allocate: (size) => new Float64Array(size),
    read: (view, at) => view.getFloat64(at),
    write: (view, at, value) => view.setFloat64(at, value),
  },
]

/** What the first bytes of an IDX file say about the rest. */
export interface IdxHeader {
  readonly element: IdxElement
  readonly shape: readonly number[]
  readonly headerBytes: number
  /** Bytes of the whole uncompressed file: header and elements. */
  readonly fileBytes: number
}

/** Bytes of the longest prefix that has to be there to know how long the header is. */
export const magicBytes = 4

/** The length of the header, from the first four bytes. */
export function idxHeaderBytes(bytes: Uint8Array): number {
  return magicBytes + 4 * (bytes[3] as number)
}

/**
 * Reads the header of an uncompressed IDX file, of which the first bytes suffice.
 *
 * @param maximumBytes the most that the elements may take; a header that promises more is refused before anything of
 *   that size is allocated.
 * @throws IdxError not an IDX file; a header that is cut off; more elements than `maximumBytes` holds.
 */
export function readIdxHeader(bytes: Uint8Array, source: string, maximumBytes: number): IdxHeader {
  checkMagic(bytes, source)
  const headerBytes = idxHeaderBytes(bytes)
  if (bytes.length < headerBytes) {
    throw new IdxError({
      what: source,
      expected: `a header of ${headerBytes} bytes (${bytes[3]} dimensions)`,
      received: `${bytes.length} bytes`,
      remedy: 'The file is cut off inside its header: fetch it again.',
    })
  }
  const element = idxElements.find(({ code }) => code === bytes[2]) as IdxElement
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const shape: number[] = []
  for (let at = magicBytes; at < headerBytes; at += 4) shape.push(view.getUint32(at))

  // A dimension of 0 makes the file empty however large the others are. The product of up to 255 u32 stays below
  // the largest double only in part: infinity is caught by the same comparison.
  const dataBytes = shape.includes(0) ? 0 : shape.reduce((product, extent) => product * extent, element.bytes)
  if (dataBytes > maximumBytes) {
    throw new IdxError({
      what: source,
      expected: `at most ${maximumBytes} bytes of elements`,
      received: `a header that promises ${shape.join(' × ')} elements of ${element.bytes} bytes`,
      remedy: 'The header is damaged, or raise maximumBytes if the file really is that large.',
    })
  }
  return { element, shape, headerBytes, fileBytes: headerBytes + dataBytes }
}

function checkMagic(bytes: Uint8Array, source: string): void {
  const known = idxElements.some(({ code }) => code === bytes[2])
  if (bytes.length >= magicBytes && bytes[0] === 0 && bytes[1] === 0 && known) return
  const start = [...bytes.subarray(0, magicBytes)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  throw new IdxError({
    what: source,
    expected: 'an IDX file, which begins with 00 00, an element type (08, 09, 0b, 0c, 0d, 0e) and the rank',
    received: bytes.length === 0 ? 'an empty file' : `a file that begins with ${start}`,
    remedy:
      'Check that this is the IDX file itself, plain or gzip, and not an archive or a web page saved in its place.',
  })
}
