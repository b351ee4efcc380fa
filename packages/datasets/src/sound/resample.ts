// Resampling: the same sound at another rate, through the windowed sinc, one small filter for each phase in which an output
// sample can lie between input samples (Crochiere and Rabiner, "Multirate digital signal processing", 1983, chapter 4).
import { SoundError } from './errors.ts'
import { checkRate, joinSamples } from './sound.ts'

/** How well to resample. */
export interface ResampleOptions {
  /**
   * Zeros of the sinc on each side of an output sample: more of them pass more of the highest frequencies. Default 32: flat
   * up to 85 % of what the lower rate can hold, and nothing above it that could be heard (−90 dB). 16 suffices for features.
   */
  readonly zeroCrossings?: number
}

/** Resamples a sound that comes in pieces. */
export interface Resampler {
  /** The output that the input so far decides. */
  push(samples: Float32Array): Float32Array
  /** The rest; nothing may be pushed afterwards. */
  finish(): Float32Array
}

/** β of the Kaiser window; its sidelobes lie below −90 dB. */
const kaiserBeta = 9
/** Width of the transition from passed to stopped, in zeros of the sinc: (A − 8) / (2.285 · 2π) for A = 90 dB. */
const transitionWidth = 5.72

/**
 * The samples at another rate: ⌈n · to / from⌉ of them, the first at the same moment.
 *
 * What the new rate cannot hold is filtered away and does not fold back. The sound is silence before and after.
 *
 * @param from rate of the input, samples a second; only the ratio of the rates counts.
 * @throws SoundError for rates that are no positive whole numbers
 */
export function resample(samples: Float32Array, from: number, to: number, options: ResampleOptions = {}): Float32Array {
  if (from === to) return samples.slice()
  const resampler = createResampler(from, to, options)
  return joinSamples([resampler.push(samples), resampler.finish()])
}

/**
 * Begins to resample: y[n] = Σ_k x[k] h(n · from / to − k), the sinc h cut off below half of the lower rate and windowed by Kaiser.
 * Equal to `resample` on all pieces at once.
 *
 * @throws SoundError as `resample`
 */
export function createResampler(from: number, to: number, options: ResampleOptions = {}): Resampler {
  checkRate('resample: from', from)
  checkRate('resample: to', to)
  const { zeroCrossings = 32 } = options
  if (!Number.isSafeInteger(zeroCrossings) || zeroCrossings < 6) {
    throw new SoundError({
      what: 'resample: zeroCrossings',
      expected: 'a whole number of at least 6',
      received: String(zeroCrossings),
      remedy: 'Take 16 for features, 32 for ears.',
    })
  }
  const { phases, stride, reach, filterOf } = designPhases(from, to, zeroCrossings)

  // What may still be needed: samples from number `heldFrom` on; before the sound there is silence.
  let held = new Float32Array(reach)
  let heldFrom = -reach
  let received = 0
  let produced = 0
  const produce = (count: number): Float32Array => {
    const output = new Float32Array(Math.max(0, count - produced))
    const input = held
    for (let i = 0; i < output.length; i++) {
      const moment = (produced + i) * stride
      const phase = moment % phases
      const begin = (moment - phase) / phases - reach + 1 - heldFrom
      output[i] = weigh(input, begin, filterOf(phase))
    }
    produced += output.length
    const needed = Math.floor((produced * stride) / phases) - reach + 1
    if (needed > heldFrom) {
      held = held.slice(needed - heldFrom)
      heldFrom = needed
    }
    return output
  }
  return {
    push(samples): Float32Array {
      held = joinSamples([held, samples])
      received += samples.length
      // Output n needs the input up to ⌊n · stride / phases⌋ + reach.
      const decided = received - reach <= 0 ? 0 : Math.ceil(((received - reach) * phases) / stride)
      return produce(decided)
    },
    finish(): Float32Array {
      held = joinSamples([held, new Float32Array(reach + 1)])
      return produce(Math.ceil((received * phases) / stride))
    },
  }
}

/** Σ_k x[begin + k] h[k] */
function weigh(samples: Float32Array, begin: number, filter: Float32Array): number {
  let sum = 0
  for (let k = 0; k < filter.length; k++) sum += (samples[begin + k] as number) * (filter[k] as number)
  return sum
}

/** The filters of a ratio. */
interface PhaseFilters {
  /** to / from = phases / stride, in lowest terms. */
  readonly phases: number
  readonly stride: number
  /** Input samples on each side. */
  readonly reach: number
  /** The filter of a phase, designed when it is first asked for. */
  readonly filterOf: (phase: number) => Float32Array
}

/** The latest designs: created data asks for the same few ratios over and over. */
const designs = new Map<string, PhaseFilters>()
const mostDesigns = 64

function designPhases(from: number, to: number, zeroCrossings: number): PhaseFilters {
  const divisor = greatestCommonDivisor(from, to)
  const [phases, stride] = [to / divisor, from / divisor]
  const name = `${phases}/${stride}/${zeroCrossings}`
  const known = designs.get(name)
  if (known) return known
  // In cycles per input sample: the middle of the transition lies so that it ends where the lower rate does.
  const cutoff = (Math.min(1, to / from) / 2) * (1 - transitionWidth / (2 * zeroCrossings))
  const reach = Math.ceil(zeroCrossings / (2 * cutoff))
  const filters: (Float32Array | undefined)[] = new Array(phases)
  const filterOf = (phase: number): Float32Array => {
    filters[phase] ??= designFilter(phase / phases, cutoff, reach)
    return filters[phase] as Float32Array
  }
  const design = { phases, stride, reach, filterOf }
  const [oldest] = designs.keys()
  if (designs.size >= mostDesigns && oldest !== undefined) designs.delete(oldest)
  // Large designs, of odd ratios, are not worth their memory.
  if (phases * reach < 100_000) designs.set(name, design)
  return design
}

/** The filter for an output sample at `fraction` after an input sample, for the inputs from −reach + 1 to reach around it. */
function designFilter(fraction: number, cutoff: number, reach: number): Float32Array {
  const weights = Float64Array.from({ length: 2 * reach }, (_, k) => {
    const distance = fraction + reach - 1 - k
    const angle = 2 * Math.PI * cutoff * distance
    const sinc = angle === 0 ? 1 : Math.sin(angle) / angle
    const place = distance / reach
    return sinc * (Math.abs(place) >= 1 ? 0 : besselI0(kaiserBeta * Math.sqrt(1 - place * place)))
  })
  // Each phase passes a constant unchanged; else their differences would be heard as a tone.
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return Float32Array.from(weights, (weight) => weight / sum)
}

/** The modified Bessel function I₀(x) = Σ ((x / 2)ᵏ / k!)². */
function besselI0(x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
