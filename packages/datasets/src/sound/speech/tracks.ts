// From phonemes to tracks: what the vocal tract does, every five milliseconds. Its parts need time to move, so the tracks are smooth, but for
// bursts.
import type { HostRandom } from '@deep-recipe/core-tensor'
import type { Phoneme } from './phonemes.ts'
import type { Voice } from './voice.ts'

/** Seconds from one point of a track to the next. */
export const trackStep = 0.005

/** What the vocal tract does, by point. */
export interface Tracks {
  readonly formants: readonly [first: Float64Array, second: Float64Array, third: Float64Array]
  /** How wide the resonances are, as a factor. */
  readonly widths: Float64Array
  readonly voicing: Float64Array
  readonly aspiration: Float64Array
  readonly frication: Float64Array
  readonly fricationCenter: Float64Array
  readonly fricationBandwidth: Float64Array
}

/** Seconds that the tongue and the lips need from one place to the next. */
const formantGlide = 0.06
const loudnessGlide = 0.03
const abruptGlide = 0.01

/** The tracks of a word as a voice speaks it. */
export function drawTracks(word: readonly Phoneme[], voice: Voice, random: HostRandom): Tracks {
  const counts = word.map(({ seconds }) => {
    const hurry = voice.rate * (1 + 0.15 * random.normal() * 0.5)
    return Math.max(2, Math.round(seconds / Math.max(0.5, hurry) / trackStep))
  })
  const total = counts.reduce((sum, count) => sum + count, 0)
  const fill = (value: (phoneme: Phoneme, share: number) => number): Float64Array => {
    const track = new Float64Array(total)
    let at = 0
    word.forEach((phoneme, i) => {
      const count = counts[i] as number
      for (let k = 0; k < count; k++) track[at++] = value(phoneme, k / Math.max(1, count - 1))
    })
    return track
  }
  const formant = (number: 0 | 1 | 2): Float64Array => {
    const shifts = new Map(word.map((phoneme) => [phoneme, 1 + voice.accent * random.normal()]))
    const track = fill(({ formants, glidesTo }, share) => {
      const [from, to] = [formants[number], (glidesTo ?? formants)[number]]
      return from + (to - from) * share
    })
    const shifted = fill((phoneme) => shifts.get(phoneme) as number)
    return smooth(
      track.map((hertz, i) => hertz * (shifted[i] as number) * voice.tract),
      formantGlide,
    )
  }
  const abrupt = fill(({ isAbrupt }) => (isAbrupt ? 1 : 0))
  const loudness = (value: (phoneme: Phoneme) => number): Float64Array => {
    const plain = fill(value)
    const [slow, quick] = [smooth(plain, loudnessGlide, 0), smooth(plain, abruptGlide, 0)]
    return plain.map((_, i) => (abrupt[i] === 1 ? (quick[i] as number) : (slow[i] as number)))
  }
  return {
    formants: [formant(0), formant(1), formant(2)],
    widths: smooth(
      fill(({ isNasal }) => (isNasal ? 2.2 : 1)),
      loudnessGlide,
    ),
    voicing: loudness(({ voicing = 0 }) => voicing),
    aspiration: loudness(({ aspiration = 0 }) => aspiration),
    frication: loudness(({ frication }) => frication?.strength ?? 0),
    fricationCenter: fill(({ frication }) => Math.min(3700, (frication?.center ?? 2500) * (0.5 + 0.5 * voice.tract))),
    fricationBandwidth: fill(({ frication }) => frication?.bandwidth ?? 1000),
  }
}

/**
 * Each point is the mean of its neighbours within so many seconds, the near ones counting most (a Hann window).
 * @param outside what stands before and after; without it, the first and the last point are held
 */
function smooth(track: Float64Array, seconds: number, outside?: number): Float64Array {
  const reach = Math.round(seconds / trackStep / 2)
  const weights = Float64Array.from(
    { length: 2 * reach + 1 },
    (_, k) => Math.sin((Math.PI * (k + 1)) / (2 * reach + 2)) ** 2,
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return track.map((_, i) => {
    let mean = 0
    for (let k = -reach; k <= reach; k++) {
      const nearest = track[Math.min(track.length - 1, Math.max(0, i + k))] as number
      mean += (track[i + k] ?? outside ?? nearest) * (weights[k + reach] as number)
    }
    return mean / sum
  })
}
