// WAV files: written by Python, by hand, by ourselves; whole, in pieces, damaged, of other kinds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SoundError } from '../errors.ts'
import { expected, fileBytes } from '../fixtures/expected.ts'
import { joinSamples } from '../sound.ts'
import { encodeWav } from './encode-wav.ts'
import type { SampleEncoding } from './encodings.ts'
import { decodeWav, openWavStream, readFileInPieces, readRawBlocks, readWavFile, type WavStream } from './read-wav.ts'

const { left, right, files } = expected
/** What stands in each file, as its number of bits can say it: +1 does not occur. */
const channels = [left, right].map((channel) => Float32Array.from(channel))

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collect({ blocks, channels: count }: WavStream): Promise<Float32Array[]> {
  const pieces: Float32Array[][] = Array.from({ length: count }, () => [])
  for await (const block of blocks) {
    for (const [i, samples] of block.entries()) pieces[i]?.push(samples)
  }
  return pieces.map(joinSamples)
}

describe('files of others', () => {
  test.each(Object.keys(files))('%s: both channels, exactly', async (name) => {
    const bytes = fileBytes(name)
    const sound = decodeWav(bytes)
    expect(sound.rate).toBe(11025)
    expect(sound.channels).toEqual(channels)
    expect(sound.isTruncated).toBe(false)
    for (const size of [1, 7, 1000]) {
      const stream = await openWavStream(inPieces(bytes, size))
      expect([stream.rate, stream.channels]).toEqual([11025, 2])
      expect(await collect(stream)).toEqual(channels)
    }
  })

  test('encodings by name; the number of frames where the header knows it', async () => {
    const named = ['pcm8', 'pcm16', 'pcm24', 'pcm32', 'float32', 'float64', 'extensible', 'extensible float', 'RF64']
    const encodings = named.map((name) => decodeWav(fileBytes(name)).encoding)
    expect(encodings).toEqual([...named.slice(0, 6), 'pcm16', 'float32', 'pcm16'])
    expect((await openWavStream(inPieces(fileBytes('RF64'), 5))).frames).toBe(5)
    expect((await openWavStream(inPieces(fileBytes('sox into a pipe'), 5))).frames).toBeUndefined()
  })
})

describe('encodeWav', () => {
  const steps: Readonly<Record<SampleEncoding, number>> = {
    pcm8: 2 ** -7,
    pcm16: 2 ** -15,
    pcm24: 2 ** -23,
    pcm32: 2 ** -31,
    float32: 0,
    float64: 0,
  }
  test.each(Object.entries(steps))('%s: what was written is read, to half a step', (encoding, step) => {
    const sample = fc.float({ min: -1, max: Math.fround(1 - 2 ** -7), noNaN: true })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(sample, { maxLength: 20 }),
        fc.integer({ min: 1, max: 400_000 }),
        (count, samples, rate) => {
          const written = Array.from({ length: count }, (_, i) => Float32Array.from(samples, (one) => one / (i + 1)))
          const bytes = encodeWav({ rate, channels: written }, encoding as SampleEncoding)
          const sound = decodeWav(bytes)
          expect(bytes.length % 2).toBe(0)
          expect([sound.rate, sound.encoding, sound.channels.length]).toEqual([rate, encoding, count])
          sound.channels.forEach((channel, i) => {
            expect(channel.length).toBe(samples.length)
            channel.forEach((one, k) => {
              expect(Math.abs(one - (written[i]?.[k] as number))).toBeLessThanOrEqual(step / 2 + 1e-8)
            })
          })
        },
      ),
      { numRuns: 30 },
    )
  })

  test('byte for byte what Python writes', () => {
    for (const encoding of ['pcm8', 'pcm16', 'pcm24', 'pcm32'] as const) {
      expect(encodeWav({ rate: 11025, channels }, encoding)).toEqual(fileBytes(encoding))
    }
  })

  test('whole numbers cut off what is too loud; floating point keeps it', () => {
    const loud = { rate: 8000, channels: [Float32Array.of(1.5, -3, 1)] }
    expect(decodeWav(encodeWav(loud)).channels[0]).toEqual(Float32Array.of(32767 / 32768, -1, 32767 / 32768))
    expect(decodeWav(encodeWav(loud, 'float32')).channels[0]).toEqual(Float32Array.of(1.5, -3, 1))
  })

  test('refuses what no file can hold', () => {
    expect(() => encodeWav({ rate: 8000, channels: [] })).toThrow(SoundError)
    expect(() => encodeWav({ rate: 8000, channels: [new Float32Array(2), new Float32Array(3)] })).toThrow(/one length/)
    expect(() => encodeWav({ rate: 0.5, channels: [new Float32Array(2)] })).toThrow(/rate/)
  })
})

describe('damaged files', () => {
  const whole = encodeWav({ rate: 8000, channels: [Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i))] })

  test('cut off at any byte: a SoundError, never anything else', async () => {
    for (let length = 0; length < whole.length; length += length < 60 ? 1 : 97) {
      const cut = whole.subarray(0, length)
      expect(() => decodeWav(cut, { source: 'voice.wav' })).toThrow(SoundError)
      await expect(openWavStream(inPieces(cut, 10)).then(collect)).rejects.toThrow(SoundError)
    }
  })

  test('cut off within the samples: how much is there, and on request that much', async () => {
    const cut = whole.subarray(0, 44 + 2 * 400 + 1)
    expect(() => decodeWav(cut, { source: 'voice.wav' })).toThrow(
      /voice\.wav: expected 0\.125 s of sound, as its header says, received 0\.050 s/,
    )
    const kept = decodeWav(cut, { truncated: 'keep' })
    expect([kept.isTruncated, kept.channels[0]?.length]).toEqual([true, 400])
    const stream = await openWavStream(inPieces(cut, 9), { truncated: 'keep' })
    expect((await collect(stream))[0]).toEqual(kept.channels[0])
  })

  test('nothing but a header: an empty sound where it says so, else a complaint', () => {
    expect(decodeWav(encodeWav({ rate: 8000, channels: [new Float32Array(0)] })).channels[0]?.length).toBe(0)
    expect(() => decodeWav(whole.subarray(0, 36))).toThrow(/samples \(chunk `data`\), received the end of the file/)
    expect(() => decodeWav(new Uint8Array(0))).toThrow(/expected a WAV file, received nothing/)
  })

  test('an empty data chunk with others after it has no samples', () => {
    const empty = encodeWav({ rate: 8000, channels: [new Float32Array(0)] })
    const bytes = new Uint8Array(empty.length + 12)
    bytes.set(empty)
    bytes.set(new TextEncoder().encode('LIST\x04\0\0\0INFO'), empty.length)
    new DataView(bytes.buffer).setUint32(4, bytes.length - 8, true)
    expect(decodeWav(bytes).channels[0]?.length).toBe(0)
  })

  test('headers that say nonsense', () => {
    const changed = (at: number, ...values: number[]): Uint8Array => {
      const bytes = whole.slice()
      bytes.set(values, at)
      return bytes
    }
    expect(() => decodeWav(changed(22, 0, 0))).toThrow(/at least one channel, received 0/)
    expect(() => decodeWav(changed(24, 0, 0, 0, 0))).toThrow(/sample rate: .* received 0/)
    expect(() => decodeWav(changed(34, 64, 0))).toThrow(/whole numbers of 64 bits/)
    expect(() => decodeWav(changed(12, 88))).toThrow(/description of the samples/)
    // A chunk of 4 GB before the samples: passed over in small pieces until the file ends, not allocated.
    expect(() => decodeWav(changed(36, 88, 88, 88, 88, 255, 255, 255, 255))).toThrow(SoundError)
  })

  test('samples that are no numbers', () => {
    const bytes = encodeWav({ rate: 8000, channels: [Float32Array.of(0, Number.NaN)] }, 'float32')
    expect(() => decodeWav(bytes)).toThrow(/finite samples, received NaN as sample 1/)
  })
})

describe('other kinds', () => {
  test.each([
    ['Microsoft ADPCM', 0x02],
    ['µ-law', 0x07],
    ['IMA ADPCM', 0x11],
    ['MP3', 0x55],
    ['an unknown compression', 0x1234],
  ])('WAV with %s: named, with what to do', (name, tag) => {
    const bytes = encodeWav({ rate: 8000, channels: [new Float32Array(8)] })
    new DataView(bytes.buffer).setUint16(20, tag, true)
    expect(() => decodeWav(bytes, { source: 'voice.wav' })).toThrow(new RegExp(`voice\\.wav: .*${name}.*ffmpeg`))
  })

  test.each([
    ['an MP3 file', 'ID3\x03\0\0\0\0\0\0\0\0\0'],
    ['an Ogg file', 'OggS\0\x02\0\0\0\0\0\0\0'],
    ['a FLAC file', 'fLaC\0\0\0\x22\x10\0\x10\0\0'],
    ['an MPEG-4 file', '\0\0\0\x20ftypM4A '],
    ['a RIFF file of another kind', 'RIFF\0\0\0\0AVI LIST'],
    ['a file of another kind', '<!doctype html><html>'],
  ])('%s', (name, text) => {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
    expect(() => decodeWav(bytes)).toThrow(`expected a WAV file, received ${name}`)
  })
})

describe('streams and files', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wav-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('an hour in bounded memory: blocks come as they are asked for', async () => {
    const seconds = 3600
    let given = 0
    async function* hour(): AsyncGenerator<Uint8Array> {
      const header = encodeWav({ rate: 8000, channels: [new Float32Array(0)] })
      const view = new DataView(header.buffer)
      view.setUint32(4, 36 + 2 * 8000 * seconds, true)
      view.setUint32(40, 2 * 8000 * seconds, true)
      yield header
      const second = new Uint8Array(16000)
      for (; given < seconds; given++) yield second
    }
    const stream = await openWavStream(hour())
    let largest = 0
    let total = 0
    for await (const [samples] of stream.blocks) {
      largest = Math.max(largest, samples?.length ?? 0)
      total += samples?.length ?? 0
      // Never more than a block ahead of what was taken.
      expect(given - total / 8000).toBeLessThan(10)
    }
    expect([total, stream.frames]).toEqual([8000 * seconds, 8000 * seconds])
    expect(largest).toBeLessThanOrEqual(1 << 16)
  })

  test('leaving the loop closes the stream', async () => {
    let closed = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(1000)
      } finally {
        closed = true
      }
    }
    for await (const [samples] of readRawBlocks(endless(), { rate: 8000 })) {
      expect(samples?.length).toBe(1 << 16)
      break
    }
    expect(closed).toBe(true)
  })

  test('raw samples: of any encoding; a half one at the end is left out', async () => {
    const raw = Uint8Array.of(0, 0x40, 0, 0xc0, 0, 0x80, 7)
    const blocks = []
    for await (const block of readRawBlocks(inPieces(raw, 2), { rate: 8000 })) blocks.push(...block)
    expect(blocks).toEqual([Float32Array.of(0.5, -0.5, -1)])
    const stereo = []
    const format = { rate: 8000, channels: 2, encoding: 'pcm8' } as const
    for await (const block of readRawBlocks([Uint8Array.of(128, 0, 192, 64)], format)) stereo.push(...block)
    expect(stereo).toEqual([Float32Array.of(0, 0.5), Float32Array.of(-1, -0.5)])
  })

  test('readWavFile and readFileInPieces', async () => {
    const path = join(folder, 'voice.wav')
    await writeFile(path, fileBytes('pcm24'))
    expect((await readWavFile(path)).channels).toEqual(channels)
    expect(await collect(await openWavStream(readFileInPieces(path, 11)))).toEqual(channels)
    await expect(readWavFile(join(folder, 'absent.wav'))).rejects.toThrow(
      /absent\.wav: expected a file that can be read/,
    )
    await expect(readFileInPieces(join(folder, 'absent.wav')).next()).rejects.toThrow(SoundError)
    await writeFile(path, fileBytes('pcm24').subarray(0, 50))
    await expect(readWavFile(path)).rejects.toThrow(/voice\.wav: expected 0\.000 s of sound/)
  })
})
