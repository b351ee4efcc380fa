// Reads IDX files (the format of MNIST), plain or gzip, and distrusts every number in them.
import ndarray from 'ndarray'
import { loadBuiltin } from '../arrays/builtin-module.ts'
import { type HostNdArray, sizeOfShape } from '../arrays/host-array.ts'
import { IdxError } from '../errors.ts'
import { type IdxData, idxHeaderBytes, magicBytes, readIdxHeader } from './format.ts'

/** How to read an IDX file. */
export interface ReadIdxOptions {
  /** The name that errors give the data; default: the path, or `IDX data`. */
  readonly source?: string
  /** Refuse files with more bytes of elements than this; default 2^30 (1 GiB). */
  readonly maximumBytes?: number
}

const defaultMaximumBytes = 2 ** 30

/** No deflate stream expands further (a 258-byte match takes two bits at best). */
const maximumDeflateRatio = 1032

/**
 * Decodes an IDX file, plain or gzip (told by its content, not by a name).
 *
 * @param bytes the whole file.
 * @returns an array of the file's own rank and element type: Uint8Array (0x08), Int8Array (0x09), Int16Array (0x0B),
 *   Int32Array (0x0C), Float32Array (0x0D) or Float64Array (0x0E). It shares no memory with `bytes`.
 * @throws IdxError not IDX; damaged or cut-off gzip; fewer or more bytes than the header promises; more than
 *   `maximumBytes`. Nothing larger than the header promises is ever allocated, nor anything that the file cannot fill.
 */
export function readIdx(bytes: Uint8Array, options: ReadIdxOptions = {}): HostNdArray<IdxData> {
  const { source = 'IDX data', maximumBytes = defaultMaximumBytes } = options
  const plain = isGzip(bytes) ? decompress(bytes, source, maximumBytes) : bytes
  const header = readIdxHeader(plain, source, maximumBytes)
  checkLength(plain.length, header.fileBytes, source)

  const { element, shape, headerBytes } = header
  const data = element.allocate(sizeOfShape(shape))
  if (element.bytes === 1) {
    new Uint8Array(data.buffer).set(plain.subarray(headerBytes))
  } else {
    const view = new DataView(plain.buffer, plain.byteOffset + headerBytes, data.length * element.bytes)
    for (let index = 0; index < data.length; index++) data[index] = element.read(view, index * element.bytes)
  }
  return ndarray(data, [...shape])
}

/**
 * Reads one IDX file from disk, plain or gzip.
 *
 * @throws IdxError as readIdx does, and for a file that is missing or cannot be read.
 */
export async function readIdxFile(path: string, options: ReadIdxOptions = {}): Promise<HostNdArray<IdxData>> {
  const { readFile } = loadBuiltin('node:fs/promises', `readIdxFile('${path}')`)
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    throw new IdxError(
      {
        what: path,
        expected: 'a readable IDX file',
        received: (cause as Error).message,
        remedy: 'Check the path and the permissions.',
      },
      { cause },
    )
  }
  return readIdx(bytes, { source: path, ...options })
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Inflates the header first, so that the rest cannot inflate to more than the header promises. */
function decompress(bytes: Uint8Array, source: string, maximumBytes: number): Uint8Array {
  const { fileBytes } = readIdxHeader(inflateStart(bytes, source), source, maximumBytes)
  if (fileBytes > bytes.length * maximumDeflateRatio) {
    throw new IdxError({
      what: source,
      expected: `${fileBytes} bytes, as its header promises`,
      received: `${bytes.length} compressed bytes, which cannot hold that many`,
      remedy: 'The file is cut off or its header is damaged: fetch it again.',
    })
  }
  const { gunzipSync } = loadBuiltin('node:zlib', source)
  try {
    return gunzipSync(bytes, { maxOutputLength: fileBytes, chunkSize: Math.min(Math.max(fileBytes, 64), 2 ** 20) })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new IdxError(
        {
          what: source,
          expected: `${fileBytes} bytes after decompression, as its header promises`,
          received: 'more than that',
          remedy: 'The header is damaged or something was appended: fetch the file again.',
        },
        { cause },
      )
    }
    throw gzipError(source, cause)
  }
}

/** The first bytes of the decompressed file, at least its whole header. */
function inflateStart(bytes: Uint8Array, source: string): Uint8Array {
  const { constants, gunzipSync } = loadBuiltin('node:zlib', source)
  // A short piece nearly always holds the header; a long file name in the gzip header may push it further back.
  for (let piece = 1024; ; piece *= 16) {
    let start: Uint8Array
    try {
      start = gunzipSync(bytes.subarray(0, piece), { finishFlush: constants.Z_SYNC_FLUSH })
    } catch (cause) {
      throw gzipError(source, cause)
    }
    const complete = start.length >= magicBytes && start.length >= idxHeaderBytes(start)
    if (complete) return start
    if (piece >= bytes.length) {
      if (start.length === 0) throw gzipError(source, new Error('unexpected end of file'))
      return start
    }
  }
}

function gzipError(source: string, cause: unknown): IdxError {
  return new IdxError(
    {
      what: source,
      expected: 'a whole gzip file',
      received: `a damaged or cut-off one (${(cause as Error).message})`,
      remedy: 'Fetch the file again, and compare its size or its checksum with the published one.',
    },
    { cause },
  )
}

function checkLength(received: number, expected: number, source: string): void {
  if (received === expected) return
  throw new IdxError({
    what: source,
    expected: `${expected} bytes, as its header promises`,
    received: `${received} bytes`,
    remedy:
      received < expected
        ? 'The file is cut off: fetch it again.'
        : 'Something was appended, or the header is damaged: fetch the file again.',
  })
}
