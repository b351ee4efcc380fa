// Sounds from files and pipes, as mono blocks at the network's rate, however long they are.
import { UsageError } from '@deep-recipe/app-kit'
import {
  type ByteStream,
  createResampler,
  mixToMono,
  openWavStream,
  readFileInPieces,
  readRawBlocks,
} from '@deep-recipe/datasets/sound'
import { rate } from './hearing.ts'

/** A sound that is being read. */
export interface OpenSound {
  readonly name: string
  /** What the header promises; undefined where nobody knows. */
  readonly seconds: number | undefined
  /** Samples at the network's rate; can be gone through once. */
  readonly blocks: AsyncIterable<Float32Array>
}

/** Opens a WAV file. A file that is cut off gives what it has. @throws SoundError for what is no WAV file */
export async function openFile(path: string, name: string): Promise<OpenSound> {
  return openWav(readFileInPieces(path), name)
}

/** What standard input may begin with if it is a file of some kind; anything else is raw samples. */
const knownOpenings = /^(RIFF|RF64|BW64|RIFX|OggS|fLaC|ID3|FORM|caff|\.snd|....ftyp)/s

/**
 * Opens standard input: a WAV file, or else raw samples, 16 bits, mono, at the given rate.
 * @throws UsageError where nothing is piped into it
 */
export async function openStandardInput(input: NodeJS.ReadStream, rawRate: number): Promise<OpenSound> {
  const name = 'standard input'
  if (input.isTTY) {
    throw new UsageError({
      what: 'transcribe',
      expected: 'files, or sound on standard input',
      received: 'neither',
      remedy: 'Name WAV files, or pipe sound in: arecord -f S16_LE -r 8000 | pnpm speech transcribe -',
    })
  }
  const { opening, stream } = await peek(input as AsyncIterable<Uint8Array>, 8)
  if (knownOpenings.test(String.fromCharCode(...opening))) return openWav(stream, name)
  return { name, seconds: undefined, blocks: toNetworkRate(readRawBlocks(stream, { rate: rawRate }), rawRate) }
}

async function openWav(stream: ByteStream, name: string): Promise<OpenSound> {
  const wav = await openWavStream(stream, { source: name, truncated: 'keep' })
  return {
    name,
    seconds: wav.frames === undefined ? undefined : wav.frames / wav.rate,
    blocks: toNetworkRate(wav.blocks, wav.rate),
  }
}

async function* toNetworkRate(blocks: AsyncIterable<Float32Array[]>, from: number): AsyncGenerator<Float32Array> {
  if (from === rate) {
    for await (const channels of blocks) yield mixToMono(channels)
    return
  }
  const resampler = createResampler(from, rate)
  for await (const channels of blocks) yield resampler.push(mixToMono(channels))
  yield resampler.finish()
}

/** The first bytes of a stream, and the stream as it was. */
async function peek(
  stream: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ opening: Uint8Array; stream: AsyncIterable<Uint8Array> }> {
  const iterator = stream[Symbol.asyncIterator]()
  const pieces: Uint8Array[] = []
  while (pieces.reduce((sum, piece) => sum + piece.length, 0) < count) {
    const next = await iterator.next()
    if (next.done) break
    pieces.push(next.value)
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* pieces
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  }
  return {
    opening: Uint8Array.from(pieces.flatMap((piece) => [...piece.subarray(0, count)])).subarray(0, count),
    stream: whole(),
  }
}
