// Sound in memory: samples from −1 to 1 at a rate, in one channel or several.
import { SoundError } from './errors.ts'

/** One channel of sound. */
export interface Sound {
  /** Samples in a second. */
  readonly rate: number
  /** From −1 to 1; more is louder than a file of whole numbers can hold. */
  readonly samples: Float32Array
}

/** Sound of several channels, all of one length. */
export interface ChannelSound {
  /** Samples in a second, in each channel. */
  readonly rate: number
  readonly channels: readonly Float32Array[]
}

/**
 * The mean of all channels. A single channel is given as it is, without a copy.
 * @throws SoundError for no channel, or channels of different lengths
 */
export function mixToMono(channels: readonly Float32Array[]): Float32Array {
  const [first] = channels
  if (!first || channels.some((channel) => channel.length !== first.length)) {
    throw new SoundError({
      what: 'mixToMono: channels',
      expected: 'at least one channel, all of one length',
      received: first ? `lengths ${channels.map((channel) => channel.length).join(', ')}` : 'none',
      remedy: 'Pass the channels of one sound.',
    })
  }
  if (channels.length === 1) return first
  const mixed = new Float32Array(first.length)
  for (const channel of channels) {
    for (let i = 0; i < mixed.length; i++) mixed[i] = (mixed[i] as number) + (channel[i] as number)
  }
  for (let i = 0; i < mixed.length; i++) mixed[i] = (mixed[i] as number) / channels.length
  return mixed
}

/** Samples of several pieces, one after the other. */
export function joinSamples(pieces: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let position = 0
  for (const piece of pieces) {
    joined.set(piece, position)
    position += piece.length
  }
  return joined
}

/** √ of the mean square; 0 for no samples. */
export function measureLoudness(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length)
}

/** @throws SoundError unless `rate` is a whole number of samples a second that sound can have */
export function checkRate(what: string, rate: number): void {
  if (Number.isSafeInteger(rate) && rate >= 1 && rate <= largestRate) return
  throw new SoundError({
    what,
    expected: `a whole number of samples a second, from 1 to ${largestRate}`,
    received: String(rate),
    remedy: 'Give a rate such as 8000, 16000 or 44100.',
  })
}

/** Beyond this no converter goes; a header that says so is damaged. */
export const largestRate = 10_000_000
