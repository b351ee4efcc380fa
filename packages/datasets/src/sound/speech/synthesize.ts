// A formant synthesizer: pulses of the vocal folds and noise, through the resonances of the vocal tract
// (Klatt, "Software for a cascade/parallel formant synthesizer", 1980).
import type { HostRandom } from '@deep-recipe/core-tensor'
import type { Phoneme } from './phonemes.ts'
import { drawTracks, type Tracks, trackStep } from './tracks.ts'
import type { Voice } from './voice.ts'

/** A resonance: y[n] = a x[n] + b y[n − 1] + c y[n − 2], which passes a constant unchanged. */
class Resonator {
  #a = 1
  #b = 0
  #c = 0
  #last = 0
  #before = 0

  /** c = −e^(−2π w / r), b = 2 e^(−π w / r) cos(2π f / r), a = 1 − b − c at the rate r. */
  tune(hertz: number, bandwidth: number, rate: number): void {
    this.#c = -Math.exp((-2 * Math.PI * bandwidth) / rate)
    this.#b = 2 * Math.exp((-Math.PI * bandwidth) / rate) * Math.cos((2 * Math.PI * hertz) / rate)
    this.#a = 1 - this.#b - this.#c
  }

  /** √ of the mean square that white noise of mean square 1 comes out with: that of an autoregressive process of order 2. */
  get noiseGain(): number {
    const [a, b, c] = [this.#a, this.#b, this.#c]
    return Math.abs(a) * Math.sqrt((1 - c) / ((1 + c) * ((1 - c) ** 2 - b * b)))
  }

  pass(x: number): number {
    const y = this.#a * x + this.#b * this.#last + this.#c * this.#before
    this.#before = this.#last
    this.#last = y
    return y
  }
}

/** Bandwidths of the resonances, Hz. */
const bandwidths = [70, 100, 140, 220] as const
const fourthFormant = 3400
/** Share of a period in which the vocal folds are open. */
const openShare = 0.6

/** A word in a voice: samples of about ±1, without what stands around it. */
export function synthesizeWord(word: readonly Phoneme[], voice: Voice, rate: number, random: HostRandom): Float32Array {
  const tracks = drawTracks(word, voice, random)
  const points = tracks.voicing.length
  const pointSamples = Math.round(trackStep * rate)
  const samples = new Float32Array(points * pointSamples)
  const tract = bandwidths.map(() => new Resonator())
  const narrow = new Resonator()
  const folds = makeFolds(voice, rate, random)
  let white = 0
  for (let point = 0; point < points; point++) {
    tuneTract(tract, tracks, point, voice, rate)
    const [center, bandwidth] = [tracks.fricationCenter[point] as number, tracks.fricationBandwidth[point] as number]
    narrow.tune(Math.min(center, 0.46 * rate), bandwidth, rate)
    // The difference of neighbours lifts the noise by 2 sin(ω / 2), the white noise itself has the mean square 1/3.
    const level = (Math.sqrt(3) * voice.hiss) / (2 * Math.sin((Math.PI * center) / rate) * narrow.noiseGain)
    const pitch = contour(voice, point / points)
    for (let i = 0; i < pointSamples; i++) {
      const at = point * pointSamples + i
      const voicing = mix(tracks.voicing, point, i / pointSamples)
      const previous = white
      white = 2 * random.uniform() - 1
      const { pulse, open } = folds(pitch)
      // Breath comes through open folds only.
      const breath = white * (voice.breath * voicing * open + mix(tracks.aspiration, point, i / pointSamples))
      let voiced = voicing * pulse + breath
      for (const resonator of tract) voiced = resonator.pass(voiced)
      // Lips pass high frequencies better: the difference of neighbours.
      const hiss = narrow.pass(white - previous) * level * mix(tracks.frication, point, i / pointSamples)
      samples[at] = voiced + hiss
    }
  }
  return samples
}

/** The pitch at a share of the word, Hz: it rises a little and falls to the end. */
function contour({ pitch, fall }: Voice, share: number): number {
  return pitch * (1 + 0.06 * Math.sin(Math.PI * Math.min(1, 2 * share))) * fall ** share
}

function mix(track: Float64Array, point: number, share: number): number {
  const [from, to] = [track[point] as number, track[Math.min(track.length - 1, point + 1)] as number]
  return from + (to - from) * share
}

function tuneTract(tract: readonly Resonator[], tracks: Tracks, point: number, voice: Voice, rate: number): void {
  const width = tracks.widths[point] as number
  tract.forEach((resonator, i) => {
    const hertz = i < 3 ? (tracks.formants[i as 0 | 1 | 2][point] as number) : fourthFormant * voice.tract
    resonator.tune(Math.min(hertz, 0.47 * rate), (bandwidths[i] as number) * width, rate)
  })
}

/**
 * The vocal folds: the derivative of the air that passes, g(t) = 2 t − 3 t² over the open share of a period, then nothing
 * (Klatt and Klatt, 1990), with the small irregularities that make a voice sound alive.
 */
function makeFolds(
  voice: Voice,
  rate: number,
  random: HostRandom,
): (pitch: number) => { readonly pulse: number; readonly open: number } {
  let phase = 0
  let jitter = 1
  let shimmer = 1
  let soft = 0
  return (pitch) => {
    phase += (pitch * jitter) / rate
    if (phase >= 1) {
      phase -= 1
      jitter = 1 + 0.012 * random.normal()
      shimmer = 1 + 0.04 * random.normal()
    }
    const t = phase / openShare
    const flow = t < 1 ? shimmer * (2 * t - 3 * t * t) : 0
    soft = voice.softness * soft + (1 - voice.softness) * flow
    return { pulse: soft, open: t < 1 ? 1 : 0.3 }
  }
}
