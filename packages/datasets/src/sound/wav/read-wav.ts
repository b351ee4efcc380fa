// Reads WAV: whole from memory or a file, or as a stream of blocks in bounded memory, however long the sound is.
import { loadBuiltin } from '../../arrays/builtin-module.ts'
import { SoundError } from '../errors.ts'
import type { ChannelSound } from '../sound.ts'
import { type ByteSource, type ByteStream, openByteSource } from './byte-source.ts'
import { bytesPerSample, decodeSamples, type SampleEncoding } from './encodings.ts'
import { parseWavHeader, type WavFormat, type WavHeader } from './header.ts'

/** How to read. */
export interface ReadWavOptions {
  /** Names the sound in complaints, e.g. its file. Default `WAV file`. */
  readonly source?: string
  /**
   * What to do with a file that ends before its header says: `refuse` (default) throws, `keep` gives what is there and
   * says so in `isTruncated`.
   */
  readonly truncated?: 'refuse' | 'keep'
}

/** A sound that was read from a file. */
export interface WavSound extends ChannelSound {
  readonly encoding: SampleEncoding
  /** Whether the file ended before its header said. */
  readonly isTruncated: boolean
}

/**
 * The sound in the bytes of a WAV file: whole numbers of 8, 16, 24 or 32 bits, floating point numbers of 32 or 64, any rate,
 * any number of channels, plain and extensible headers, RF64. Chunks that hold no samples are passed over; a length that was never filled
 * in (0 or 0xFFFFFFFF, as programs write into pipes) means up to the end.
 *
 * @throws SoundError for files of another kind, compressed ones, damaged headers, and (unless kept) truncated samples
 */
export function decodeWav(bytes: Uint8Array, options: ReadWavOptions = {}): WavSound {
  const what = options.source ?? 'WAV file'
  let position = 0
  const take = (count: number): Uint8Array => {
    const taken = bytes.subarray(position, position + count)
    position += taken.length
    return taken
  }
  const parser = parseWavHeader(what)
  let request = parser.next()
  while (!request.done) request = parser.next(take(request.value))
  const header = request.value
  const data = take(Math.min(header.dataBytes, bytes.length))
  const isTruncated = checkEnd(header, data.length, what, options)
  const { rate, channels, encoding } = header
  return { rate, encoding, isTruncated, channels: decodeSamples(data, encoding, channels, what) }
}

/** A WAV stream whose header has been read. */
export interface WavStream extends WavFormat {
  /** Samples in each channel; undefined where the header does not know. */
  readonly frames: number | undefined
  /** The samples of each channel, block after block; can be gone through once. */
  readonly blocks: AsyncGenerator<Float32Array[], void, undefined>
}

/** Frames in a block: 8 s at 8 kHz, 1.5 s at 44.1 kHz. */
const blockFrames = 1 << 16

/**
 * Reads the header of a stream, and then as much at a time as a block of samples takes.
 *
 * @throws SoundError as `decodeWav`; what is wrong with the samples shows when their block is read
 */
export async function openWavStream(stream: ByteStream, options: ReadWavOptions = {}): Promise<WavStream> {
  const source = openByteSource(stream)
  const what = options.source ?? 'WAV stream'
  try {
    const parser = parseWavHeader(what)
    let request = parser.next()
    while (!request.done) request = parser.next(await source.take(request.value))
    const header = request.value
    const { rate, channels, encoding, dataBytes, isExact } = header
    const frames = isExact ? Math.floor(dataBytes / frameBytes(header)) : undefined
    return { rate, channels, encoding, frames, blocks: readBlocks(source, header, what, options) }
  } catch (error) {
    await source.close()
    throw error
  }
}

/** How samples without a header lie. */
export interface RawFormat {
  /** Samples in a second, in each channel. */
  readonly rate: number
  /** Default 1. */
  readonly channels?: number
  /** Default `pcm16`. */
  readonly encoding?: SampleEncoding
}

/** Samples without a header, block after block: what `arecord -t raw` or `sox … -t raw -` write. */
export function readRawBlocks(stream: ByteStream, format: RawFormat): AsyncGenerator<Float32Array[], void, undefined> {
  const { rate, channels = 1, encoding = 'pcm16' } = format
  const header = { rate, channels, encoding, dataBytes: Number.POSITIVE_INFINITY, isExact: false }
  return readBlocks(openByteSource(stream), header, 'raw samples', {})
}

async function* readBlocks(
  source: ByteSource,
  header: WavHeader,
  what: string,
  options: ReadWavOptions,
): AsyncGenerator<Float32Array[], void, undefined> {
  const { channels, encoding, dataBytes } = header
  const blockBytes = Math.min(blockFrames, Math.max(1, Math.floor((1 << 22) / frameBytes(header)))) * frameBytes(header)
  let done = 0
  try {
    for (;;) {
      const bytes = await source.take(Math.min(blockBytes, dataBytes - done))
      done += bytes.length
      if (bytes.length >= frameBytes(header)) yield decodeSamples(bytes, encoding, channels, what)
      if (bytes.length === 0 || bytes.length < blockBytes) break
    }
    checkEnd(header, done, what, options)
  } finally {
    await source.close()
  }
}

/** Whether the samples end before their time. @throws SoundError where that is not wanted */
function checkEnd(header: WavHeader, bytes: number, what: string, { truncated }: ReadWavOptions): boolean {
  if (!header.isExact || bytes >= header.dataBytes) return false
  if (truncated === 'keep') return true
  const seconds = (size: number): string => `${(size / frameBytes(header) / header.rate).toFixed(3)} s`
  throw new SoundError({
    what,
    expected: `${seconds(header.dataBytes)} of sound, as its header says`,
    received: seconds(bytes),
    remedy: "The file is cut off: fetch it again, or read what is there with { truncated: 'keep' }.",
  })
}

function frameBytes({ encoding, channels }: WavFormat): number {
  return bytesPerSample[encoding] * channels
}

/**
 * Reads a WAV file whole.
 * @throws SoundError as `decodeWav`, or where the file cannot be read; DatasetError outside Node
 */
export async function readWavFile(path: string, options: ReadWavOptions = {}): Promise<WavSound> {
  const { readFile } = loadBuiltin('node:fs/promises', `readWavFile('${path}')`)
  const bytes = await readFile(path).catch((cause: Error) => failToRead(path, cause))
  return decodeWav(bytes, { source: path, ...options })
}

/**
 * The bytes of a file in pieces, for `openWavStream`.
 * @throws SoundError where it cannot be read; DatasetError outside Node
 */
export async function* readFileInPieces(
  path: string,
  pieceBytes: number = 1 << 16,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { open } = loadBuiltin('node:fs/promises', `readFileInPieces('${path}')`)
  const file = await open(path).catch((cause: Error) => failToRead(path, cause))
  try {
    for (;;) {
      const buffer = new Uint8Array(pieceBytes)
      const { bytesRead } = await file.read(buffer).catch((cause: Error) => failToRead(path, cause))
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

function failToRead(path: string, cause: Error): never {
  throw new SoundError(
    { what: path, expected: 'a file that can be read', received: cause.message, remedy: 'Check the path.' },
    { cause },
  )
}
