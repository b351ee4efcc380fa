// Spoken digits that need no download: synthesized words in varied voices.
import { HostRandom } from '@deep-recipe/core-tensor'
import { checkCount, checkSeed } from '../../options.ts'
import { checkRate, joinSamples, type Sound } from '../sound.ts'
import { digitPhonemes } from './phonemes.ts'
import { synthesizeWord } from './synthesize.ts'
import { drawVoice, varyVoice } from './voice.ts'

/** One digit, spoken once. */
export interface SpokenDigit {
  /** 0 to 9. */
  readonly digit: number
  readonly speaker: string
  /** Which of the speaker's takes of this digit. */
  readonly take: number
  readonly sound: Sound
}

/** Whom to let speak. */
export interface GenerateSpokenDigitsOptions {
  /** How many voices. */
  readonly speakers: number
  /** How often each of them says each digit. */
  readonly takes: number
  /** Samples in a second; default 8000, as a telephone. At least 8000. */
  readonly rate?: number
  /** Equal seeds give equal sounds. */
  readonly seed: number
}

/**
 * Speaks the ten digits: a source-filter model of the vocal tract, with formant tracks by phoneme, in voices of varied pitch, length of the vocal tract,
 * pace, breath, accent and loudness, over a faint noise.
 *
 * A take depends on the seed, the number of its speaker, its digit and its number alone, so more speakers begin with the fewer.
 *
 * @returns speaker by speaker (`voice-1`, …), take by take, the digits in order. Samples lie between −1 and 1.
 * @throws DatasetError unless counts are whole numbers of at least 1; SoundError for a rate below 8000
 */
export function generateSpokenDigits(options: GenerateSpokenDigitsOptions): SpokenDigit[] {
  const { speakers, takes, rate = 8000, seed } = options
  checkCount('generateSpokenDigits: speakers', speakers, 1)
  checkCount('generateSpokenDigits: takes', takes, 1)
  checkSeed('generateSpokenDigits: seed', seed)
  checkRate('generateSpokenDigits: rate', rate)
  checkCount('generateSpokenDigits: rate', rate, 8000)
  const random = new HostRandom(seed)
  return Array.from({ length: speakers }, (_, number) => {
    const own = random.fork(number)
    const voice = drawVoice(own.fork(0))
    return Array.from({ length: takes * 10 }, (__, i): SpokenDigit => {
      const [take, digit] = [Math.floor(i / 10), i % 10]
      const draw = own.fork(1 + take).fork(digit)
      const word = synthesizeWord(
        digitPhonemes[digit] as (typeof digitPhonemes)[number],
        varyVoice(voice, draw),
        rate,
        draw,
      )
      return { digit, speaker: `voice-${number + 1}`, take, sound: { rate, samples: record(word, rate, draw.fork(0)) } }
    })
  }).flat()
}

/** What a microphone makes of a word: a moment of room before and after, a loudness, a faint noise. */
function record(word: Float32Array, rate: number, random: HostRandom): Float32Array {
  const room = (): Float32Array => new Float32Array(Math.round(rate * (0.01 + 0.05 * random.uniform())))
  const samples = joinSamples([room(), word, room()])
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-9)
  const gain = (0.15 + 0.75 * random.uniform()) / peak
  const noise = 0.9 * gain * peak * 10 ** -(2 + random.uniform())
  return samples.map((sample) => {
    const heard = gain * sample + noise * (2 * random.uniform() - 1)
    return Math.max(-1, Math.min(1, heard))
  })
}
