// Writes WAV: header and samples in one piece of bytes.
import { SoundError } from '../errors.ts'
import { type ChannelSound, checkRate } from '../sound.ts'
import { bytesPerSample, encodeSamples, type SampleEncoding } from './encodings.ts'

/**
 * The bytes of a WAV file.
 *
 * @param encoding default `pcm16`, which cuts off what is louder than ±1; floating point keeps it.
 * @throws SoundError for no channels, channels of different lengths, more than 65,535 of them, a rate that is no whole number, or more samples
 *   than 4 GiB hold
 */
export function encodeWav(sound: ChannelSound, encoding: SampleEncoding = 'pcm16'): Uint8Array {
  const { rate, channels } = sound
  checkRate('encodeWav: rate', rate)
  const frames = channels[0]?.length ?? 0
  const sampleBytes = bytesPerSample[encoding]
  const dataBytes = frames * channels.length * sampleBytes
  const isEven = channels.every((channel) => channel.length === frames)
  if (channels.length === 0 || channels.length > 0xffff || !isEven || dataBytes > 0xffff_ff00) {
    throw new SoundError({
      what: 'encodeWav',
      expected: 'from 1 to 65,535 channels of one length, less than 4 GiB in all',
      received: `${channels.length} channels of ${[...new Set(channels.map((one) => one.length))].join(', ')} samples`,
      remedy: 'Write other sounds into other files.',
    })
  }
  const isFloat = encoding.startsWith('float')
  const factBytes = isFloat ? 12 : 0
  const bytes = new Uint8Array(44 + factBytes + dataBytes + (dataBytes % 2))
  const view = new DataView(bytes.buffer)
  let position = 0
  const text = (letters: string): void => {
    for (const letter of letters) bytes[position++] = letter.charCodeAt(0)
  }
  const number = (value: number, size: 2 | 4): void => {
    if (size === 2) view.setUint16(position, value, true)
    else view.setUint32(position, value, true)
    position += size
  }
  text('RIFF')
  number(bytes.length - 8, 4)
  text('WAVEfmt ')
  number(16, 4)
  number(isFloat ? 3 : 1, 2)
  number(channels.length, 2)
  number(rate, 4)
  number(rate * channels.length * sampleBytes, 4)
  number(channels.length * sampleBytes, 2)
  number(8 * sampleBytes, 2)
  if (isFloat) {
    text('fact')
    number(4, 4)
    number(frames, 4)
  }
  text('data')
  number(dataBytes, 4)
  bytes.set(encodeSamples(channels, encoding), position)
  return bytes
}
