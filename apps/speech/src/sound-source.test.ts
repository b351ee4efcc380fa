// Sounds from files and pipes, of every kind that people have.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { UsageError } from '@deep-recipe/app-kit'
import { encodeWav, joinSamples } from '@deep-recipe/datasets/sound'
import { afterAll, describe, expect, test } from 'vitest'
import { hear, prepareFeatures, rate } from './hearing.ts'
import { type OpenSound, openFile, openStandardInput } from './sound-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'speech-sound-'))
afterAll(() => rmSync(folder, { recursive: true }))

const tone = (count: number, from = rate): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / from))
const pipe = (...pieces: Uint8Array[]): NodeJS.ReadStream =>
  Readable.from(pieces.map((piece) => Buffer.from(piece))) as unknown as NodeJS.ReadStream

async function collect({ blocks }: OpenSound): Promise<Float32Array> {
  const all: Float32Array[] = []
  for await (const block of blocks) all.push(block)
  return joinSamples(all)
}

describe('standard input', () => {
  const wav = encodeWav({ rate, channels: [tone(1000)] })

  test('a WAV file, in any pieces, is known by its first bytes', async () => {
    const whole = await collect(await openStandardInput(pipe(wav), 8000))
    expect(whole.length).toBe(1000)
    const pieces = Array.from({ length: 300 }, (_, i) => wav.subarray(i * 7, (i + 1) * 7))
    const sound = await openStandardInput(pipe(...pieces), 8000)
    expect(sound.seconds).toBeCloseTo(0.125)
    expect(await collect(sound)).toEqual(whole)
  })

  test('anything else is raw, at the rate that is given', async () => {
    const raw = wav.subarray(44)
    expect((await collect(await openStandardInput(pipe(raw), 8000))).length).toBe(1000)
    const slow = await openStandardInput(pipe(raw.subarray(0, 3), raw.subarray(3)), 16_000)
    expect(slow.seconds).toBeUndefined()
    expect((await collect(slow)).length).toBe(500)
    expect((await collect(await openStandardInput(pipe(), 8000))).length).toBe(0)
    expect((await collect(await openStandardInput(pipe(Uint8Array.of(1)), 8000))).length).toBe(0)
  })

  test('compressed sound is not taken for samples; a terminal is no sound', async () => {
    const song = Buffer.from('ID3\x03\0\0\0\0\0\0\0\0 and a song')
    await expect(openStandardInput(pipe(song), 8000)).rejects.toThrow(
      /standard input: expected a WAV file, received an MP3 file/,
    )
    const terminal = Object.assign(pipe(), { isTTY: true }) as NodeJS.ReadStream
    await expect(openStandardInput(terminal, 8000)).rejects.toThrow(UsageError)
  })
})

describe('files', () => {
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }

  test('two channels at 44.1 kHz become one at the network’s rate', async () => {
    const channels = [tone(44_100, 44_100), tone(44_100, 44_100).map((sample) => -sample / 2)]
    const path = write('stereo.wav', encodeWav({ rate: 44_100, channels }, 'pcm24'))
    const samples = await collect(await openFile(path, 'stereo.wav'))
    expect(samples.length).toBe(rate)
    const peak = Math.max(...samples.subarray(1000, 7000).map(Math.abs))
    expect(peak).toBeCloseTo(0.125, 2)
  })

  test('one that is cut off gives what it has, and what it promised', async () => {
    const path = write('cut.wav', encodeWav({ rate, channels: [tone(8000)] }).subarray(0, 44 + 2 * 3000))
    const sound = await openFile(path, 'cut.wav')
    expect([sound.seconds, (await collect(sound)).length]).toEqual([1, 3000])
  })

  test('what is none is named', async () => {
    await expect(openFile(write('text.wav', Buffer.from('hello, world')), 'text.wav')).rejects.toThrow(
      /text\.wav: expected a WAV file/,
    )
    await expect(openFile(join(folder, 'absent.wav'), 'absent.wav')).rejects.toThrow(
      /absent\.wav.*expected a file that can be read/,
    )
  })
})

describe('hearing', () => {
  test('loudness does not matter, nor digital silence beside speech', () => {
    const sound = joinSamples([tone(2000), new Float32Array(2000)])
    const [normal, loud] = [prepareFeatures(sound), prepareFeatures(sound.map((sample) => sample * 1.9))]
    loud.data.forEach((value, i) => {
      expect(value).toBeCloseTo(normal.data[i] as number, 3)
    })
    const { data } = hear(sound)
    // 60 dB between the loudest and what counts as silence.
    expect(Math.max(...data) - Math.min(...data)).toBeCloseTo(13.8, 3)
  })

  test('what else is in the sound does not change how a word looks', () => {
    const word = tone(2000)
    const alone = prepareFeatures(word)
    const quiet = tone(1600).map((sample) => sample / 10)
    const [frames, hop] = [20, rate / 100]
    const late = prepareFeatures(joinSamples([new Float32Array(frames * hop), word, quiet]))
    // Frames that hold the word alone; the first sees no step from silence in both.
    for (let t = 1; t < frames; t++) {
      for (let filter = 0; filter < 40; filter++) {
        const value = late.data[(frames + t) * 40 + filter] as number
        expect(value).toBeCloseTo(alone.data[t * 40 + filter] as number, 4)
      }
    }
  })

  test('one sample, silence, the loudest that a file can hold: finite numbers', () => {
    const square = Float32Array.from({ length: 4000 }, (_, i) => (i % 18 < 9 ? 1 : -1))
    for (const samples of [Float32Array.of(0.5), new Float32Array(800), square]) {
      const features = prepareFeatures(samples)
      expect(features.shape[0]).toBeGreaterThan(0)
      expect(features.data.every(Number.isFinite)).toBe(true)
    }
  })
})
