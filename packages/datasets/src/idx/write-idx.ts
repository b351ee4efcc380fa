// Writes arrays as IDX files, so that created data can be kept beside MNIST and read by other programs.
import { type HostNdArray, rowMajorData } from '../arrays/host-array.ts'
import { IdxError } from '../errors.ts'
import { type IdxElement, idxElements, magicBytes } from './format.ts'

/**
 * Encodes an array as an uncompressed IDX file.
 *
 * @param array any rank up to 255, stored as Uint8Array (or its clamped kind), Int8Array, Int16Array, Int32Array,
 *   Float32Array or Float64Array.
 * @returns the bytes of the file; compress them with node:zlib `gzipSync` if wanted.
 * @throws IdxError for an element type or a rank that the format does not have.
 */
export function writeIdx(array: HostNdArray): Uint8Array {
  const element = findElement(array)
  if (array.dimension > 255) {
    throw new IdxError({
      what: 'writeIdx',
      expected: 'at most 255 dimensions',
      received: String(array.dimension),
      remedy: 'Reshape the array to fewer dimensions.',
    })
  }
  const headerBytes = magicBytes + 4 * array.dimension
  const bytes = new Uint8Array(headerBytes + array.size * element.bytes)
  const view = new DataView(bytes.buffer)
  bytes[2] = element.code
  bytes[3] = array.dimension
  array.shape.forEach((extent, axis) => {
    view.setUint32(magicBytes + 4 * axis, extent)
  })
  const data = rowMajorData(array)
  for (let index = 0; index < data.length; index++) {
    element.write(view, headerBytes + index * element.bytes, data[index] as number)
  }
  return bytes
}

function findElement(array: HostNdArray): IdxElement {
  const { data } = array
  const element =
    data instanceof Uint8ClampedArray
      ? idxElements[0]
      : idxElements.find(({ allocate }) => allocate(0).constructor === data.constructor)
  if (element) return element
  throw new IdxError({
    what: 'writeIdx',
    expected: 'Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array or Float64Array',
    received: data.constructor.name,
    remedy: 'Copy the numbers into one of these first.',
  })
}
