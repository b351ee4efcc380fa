// How samples lie in bytes: whole numbers of 8 to 32 bits and floating point numbers, little-endian, channels interleaved.
import { SoundError } from '../errors.ts'

/** The ways of writing a sample. Whole numbers are signed, but for those of 8 bits, whose zero is 128. */
export type SampleEncoding = 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64'

/** Bytes of one sample. */
export const bytesPerSample: Readonly<Record<SampleEncoding, number>> = {
  pcm8: 1,
  pcm16: 2,
  pcm24: 3,
  pcm32: 4,
  float32: 4,
  float64: 8,
}

const readers: Readonly<Record<SampleEncoding, (view: DataView, at: number) => number>> = {
  pcm8: (view, at) => (view.getUint8(at) - 128) / 128,
  pcm16: (view, at) => view.getInt16(at, true) / 0x8000,
  pcm24: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 0x10000) / 0x800000,
  pcm32: (view, at) => view.getInt32(at, true) / 0x80000000,
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
}

/** To whole numbers, the nearest; what is louder than ±1 is cut off. */
const whole = (sample: number, most: number): number => Math.max(-most, Math.min(most - 1, Math.round(sample * most)))

const writers: Readonly<Record<SampleEncoding, (view: DataView, at: number, sample: number) => void>> = {
  pcm8: (view, at, sample) => view.setUint8(at, whole(sample, 128) + 128),
  pcm16: (view, at, sample) => view.setInt16(at, whole(sample, 0x8000), true),
  pcm24: (view, at, sample) => {
    const value = whole(sample, 0x800000)
    view.setUint16(at, value & 0xffff, true)
    view.setInt8(at + 2, value >> 16)
  },
  pcm32: (view, at, sample) => view.setInt32(at, whole(sample, 0x80000000), true),
  float32: (view, at, sample) => view.setFloat32(at, sample, true),
  float64: (view, at, sample) => view.setFloat64(at, sample, true),
}

/**
 * Samples of each channel from interleaved bytes; bytes beyond the last whole frame are left out.
 *
 * @param what names the sound in complaints.
 * @throws SoundError for floating point samples that are NaN or infinite
 */
export function decodeSamples(
  bytes: Uint8Array,
  encoding: SampleEncoding,
  channels: number,
  what: string,
): Float32Array[] {
  const size = bytesPerSample[encoding]
  const frames = Math.floor(bytes.length / (size * channels))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const read = readers[encoding]
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(frames)
    for (let frame = 0; frame < frames; frame++) samples[frame] = read(view, (frame * channels + channel) * size)
    if (encoding.startsWith('float')) checkFinite(samples, what)
    return samples
  })
}

/** Interleaved bytes from samples of each channel, all of one length. */
export function encodeSamples(channels: readonly Float32Array[], encoding: SampleEncoding): Uint8Array {
  const size = bytesPerSample[encoding]
  const frames = channels[0]?.length ?? 0
  const bytes = new Uint8Array(frames * channels.length * size)
  const view = new DataView(bytes.buffer)
  const write = writers[encoding]
  channels.forEach((samples, channel) => {
    samples.forEach((sample, frame) => {
      write(view, (frame * channels.length + channel) * size, sample)
    })
  })
  return bytes
}

function checkFinite(samples: Float32Array, what: string): void {
  const wrong = samples.findIndex((sample) => !Number.isFinite(sample))
  if (wrong < 0) return
  throw new SoundError({
    what,
    expected: 'finite samples',
    received: `${samples[wrong]} as sample ${wrong}`,
    remedy: 'Export the sound again; the program that wrote it has divided by zero or lost its place.',
  })
}
