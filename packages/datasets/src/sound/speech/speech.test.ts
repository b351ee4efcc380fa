// Spoken digits: that each differs from the others, that voices are where voices are, and the reader of recordings.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HostRandom } from '@deep-recipe/core-tensor'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FolderError } from '../../errors.ts'
import { SoundError } from '../errors.ts'
import { normalizeFeatures } from '../features/columns.ts'
import { mfcc } from '../features/mfcc.ts'
import { createSpectrumAnalyzer } from '../features/spectrum.ts'
import { encodeWav } from '../wav/encode-wav.ts'
import { generateSpokenDigits, type SpokenDigit } from './generate-spoken-digits.ts'
import { readSpokenDigitFolder } from './read-spoken-digit-folder.ts'
import { synthesizeWord } from './synthesize.ts'

const plainVoice = { pitch: 100, tract: 1, rate: 1, breath: 0, hiss: 1, softness: 0.2, fall: 1, accent: 0 }

type Cepstra = ReturnType<typeof mfcc>

const cepstraOf = ({ sound }: SpokenDigit): Cepstra => normalizeFeatures(mfcc(sound.samples, { rate: sound.rate }))

/** Dynamic time warping between two sequences of cepstra: the classical recognizer, without any training. */
function warp(x: Cepstra, y: Cepstra): number {
  const [n, m] = [x.shape[0] as number, y.shape[0] as number]
  let row = new Float64Array(m + 1).fill(Number.POSITIVE_INFINITY)
  row[0] = 0
  for (let i = 0; i < n; i++) {
    const next = new Float64Array(m + 1).fill(Number.POSITIVE_INFINITY)
    for (let j = 0; j < m; j++) {
      let distance = 0
      for (let k = 0; k < 13; k++) {
        distance += ((x.data[i * 13 + k] as number) - (y.data[j * 13 + k] as number)) ** 2
      }
      next[j + 1] = Math.sqrt(distance) + Math.min(next[j] as number, row[j] as number, row[j + 1] as number)
    }
    row = next
  }
  return (row[m] as number) / (n + m)
}

describe('generateSpokenDigits', () => {
  const digits = generateSpokenDigits({ speakers: 8, takes: 2, seed: 1 })

  test('every digit of every speaker and take, in order, audible and not too loud', () => {
    expect(digits.length).toBe(160)
    expect(digits.slice(0, 11).map(({ digit, take, speaker }) => `${digit} ${take} ${speaker}`)).toEqual([
      ...Array.from({ length: 10 }, (_, digit) => `${digit} 0 voice-1`),
      '0 1 voice-1',
    ])
    for (const { sound } of digits) {
      const peak = Math.max(...sound.samples.map(Math.abs))
      expect(peak).toBeGreaterThan(0.1)
      expect(peak).toBeLessThanOrEqual(1)
      const seconds = sound.samples.length / sound.rate
      expect(seconds).toBeGreaterThan(0.15)
      expect(seconds).toBeLessThan(1)
    }
  })

  test('digits are distinct: the nearest word of other voices is the right one, far more often than by chance', () => {
    const references = digits.filter(({ take, speaker }) => take === 0 && Number(speaker.slice(6)) <= 5)
    const tested = digits.filter(({ take, speaker }) => take === 1 && Number(speaker.slice(6)) > 5)
    const cepstra = references.map(cepstraOf)
    const right = tested.filter((one) => {
      const heard = cepstraOf(one)
      const distances = cepstra.map((other) => warp(heard, other))
      return references[distances.indexOf(Math.min(...distances))]?.digit === one.digit
    })
    expect(right.length / tested.length).toBeGreaterThan(0.7)
  })

  test('the seed decides; a take does not depend on how many others there are', () => {
    const fewer = generateSpokenDigits({ speakers: 2, takes: 1, seed: 1 })
    const same = digits.filter(({ take, speaker }) => take === 0 && ['voice-1', 'voice-2'].includes(speaker))
    expect(fewer).toEqual(same)
    expect(generateSpokenDigits({ speakers: 1, takes: 1, seed: 2 })[0]).not.toEqual(fewer[0])
  })

  test('takes of one voice differ, at another rate the words last as long', () => {
    expect(digits[0]?.sound).not.toEqual(digits[10]?.sound)
    const high = generateSpokenDigits({ speakers: 1, takes: 1, rate: 16000, seed: 1 })
    const seconds = (one: SpokenDigit | undefined): number => (one?.sound.samples.length ?? 0) / (one?.sound.rate ?? 1)
    expect(seconds(high[3])).toBeCloseTo(seconds(digits[3]), 2)
    expect(() => generateSpokenDigits({ speakers: 1, takes: 1, rate: 4000, seed: 1 })).toThrow(/at least 8000/)
    expect(() => generateSpokenDigits({ speakers: 0, takes: 1, seed: 1 })).toThrow(/at least 1/)
  })
})

describe('synthesizeWord', () => {
  const vowel = (formants: readonly [number, number, number]) => [{ formants, seconds: 0.4, voicing: 1 }]
  const spectrumOf = (samples: Float32Array): Float64Array =>
    createSpectrumAnalyzer(1024).measure(samples.subarray(1000, 2024))

  test('pitch: energy at multiples of it, and little between them', () => {
    const power = spectrumOf(
      synthesizeWord(vowel([500, 1500, 2500]), { ...plainVoice, pitch: 250 }, 8000, new HostRandom(1)),
    )
    // Harmonics of about 250 · 1.06 Hz at most lie 32 to 34 bins apart.
    const peak = (from: number, to: number): number => Math.max(...power.subarray(from, to))
    expect(peak(28, 40)).toBeGreaterThan(20 * peak(44, 56))
  })

  test('formants: the tops of the spectrum lie where they are asked for', () => {
    for (const [formants, top, valley] of [
      [[300, 2300, 3000], 2300, 1400],
      [[700, 1100, 2500], 2500, 1800],
    ] as const) {
      const power = spectrumOf(synthesizeWord(vowel(formants), plainVoice, 8000, new HostRandom(2)))
      const around = (hertz: number): number => {
        const bin = Math.round((hertz * 1024) / 8000)
        return Math.max(...power.subarray(bin - 10, bin + 11))
      }
      expect(around(top)).toBeGreaterThan(5 * around(valley))
    }
  })
})

describe('readSpokenDigitFolder', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spoken-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const write = (name: string, count: number, channels = 1): Promise<void> => {
    const sound = {
      rate: 8000,
      channels: Array.from({ length: channels }, (_, i) => new Float32Array(count).fill(i / 4)),
    }
    return writeFile(join(folder, name), encodeWav(sound))
  }

  test('names, order, channels mixed to one; other files are passed over', async () => {
    await write('7_ann_2.wav', 10)
    await write('3_ann_2.wav', 20)
    await write('3_ann_1.wav', 30)
    await write('0_bob_the_2nd_0.wav', 40, 2)
    await writeFile(join(folder, 'README.md'), 'digits')
    const seen: number[] = []
    const read = await readSpokenDigitFolder(folder, (done) => seen.push(done))
    expect(read.map(({ digit, speaker, take, sound }) => [digit, speaker, take, sound.samples.length])).toEqual([
      [3, 'ann', 1, 30],
      [3, 'ann', 2, 20],
      [7, 'ann', 2, 10],
      [0, 'bob_the_2nd', 0, 40],
    ])
    expect(read[3]?.sound.samples[0]).toBeCloseTo(0.125, 4)
    expect(seen).toEqual([1, 2, 3, 4])
  })

  test('complaints name the folder or the file', async () => {
    await expect(readSpokenDigitFolder(join(folder, 'absent'))).rejects.toThrow(FolderError)
    await write('4_ann_1.wav', 0)
    await expect(readSpokenDigitFolder(folder)).rejects.toThrow(
      /4_ann_1\.wav: expected a recording, received no samples/,
    )
    await writeFile(join(folder, '4_ann_1.wav'), 'hello')
    await expect(readSpokenDigitFolder(folder)).rejects.toThrow(SoundError)
    const empty = await mkdtemp(join(tmpdir(), 'spoken-'))
    await expect(readSpokenDigitFolder(empty)).rejects.toThrow(/an empty folder/)
    await rm(empty, { recursive: true })
  })

  // As its publishers count it: DEEP_RECIPE_FSDD names a folder of the recordings, which are not shipped.
  test.skipIf(!process.env.DEEP_RECIPE_FSDD)('the free spoken digit dataset itself', async () => {
    const read = await readSpokenDigitFolder(process.env.DEEP_RECIPE_FSDD as string)
    expect(new Set(read.map(({ speaker }) => speaker)).size).toBe(6)
    expect(read.every(({ sound }) => sound.rate === 8000)).toBe(true)
  })
})
