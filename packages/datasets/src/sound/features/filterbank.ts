// Mel filters: triangles over the spectrum, narrow where ears tell tones apart and wide where they do not.
import { SoundError } from '../errors.ts'

/** The mel scale of HTK (O'Shaughnessy, 1987), or that of Slaney's Auditory Toolbox (1998), linear below 1 kHz. */
export type MelScale = 'htk' | 'slaney'

/** Which filters. */
export interface FilterbankOptions {
  /** Samples in a second. */
  readonly rate: number
  /** Points of the transform, a power of two. */
  readonly fftSize: number
  /** Default 40. */
  readonly filters?: number
  /** Lower edge of the first filter, Hz. Default 20. */
  readonly lowest?: number
  /** Upper edge of the last filter, Hz. Default half the rate. */
  readonly highest?: number
  /** Default `htk`. */
  readonly melScale?: MelScale
  /** `peak` (default): each triangle is 1 at its top. `area`: each has the area 1 over Hz, so that noise gives equal energies. */
  readonly normalize?: 'peak' | 'area'
}

/** Triangles over bins 0 … fftSize / 2; each is kept from its first bin on, without the zeros around it. */
export interface Filterbank {
  readonly filters: readonly { readonly first: number; readonly weights: Float64Array }[]
  /** Centre of each triangle, Hz. */
  readonly centers: readonly number[]
  /** Sums of the spectrum under each triangle, written to `output` from `at` on. */
  apply(spectrum: Float64Array, output: Float32Array, at: number): void
}

const slaneyStep = 200 / 3
const slaneyBreak = 1000
/** Above 1 kHz 27 mels are a factor of 6.4. */
const slaneyLogStep = Math.log(6.4) / 27

/** Hz → mel: 2595 log₁₀(1 + f / 700), or Slaney's. */
export function hertzToMel(hertz: number, scale: MelScale = 'htk'): number {
  if (scale === 'htk') return 2595 * Math.log10(1 + hertz / 700)
  if (hertz < slaneyBreak) return hertz / slaneyStep
  return slaneyBreak / slaneyStep + Math.log(hertz / slaneyBreak) / slaneyLogStep
}

/** mel → Hz. */
export function melToHertz(mel: number, scale: MelScale = 'htk'): number {
  if (scale === 'htk') return 700 * (10 ** (mel / 2595) - 1)
  const breakMel = slaneyBreak / slaneyStep
  return mel < breakMel ? mel * slaneyStep : slaneyBreak * Math.exp(slaneyLogStep * (mel - breakMel))
}

/**
 * Triangles whose corners lie at equal distances in mel, linear in Hz, as librosa and torchaudio draw them.
 *
 * @throws SoundError for edges out of order or beyond half the rate, or so many filters that some lie between two bins
 */
export function makeFilterbank(options: FilterbankOptions): Filterbank {
  const { rate, fftSize, filters: count = 40, lowest = 20, highest = rate / 2 } = options
  const { melScale = 'htk', normalize = 'peak' } = options
  if (!(lowest >= 0 && lowest < highest && highest <= rate / 2) || !(Number.isSafeInteger(count) && count >= 1)) {
    throw new SoundError({
      what: 'Mel filters',
      expected: `at least one, with edges 0 ≤ lowest < highest ≤ ${rate / 2} Hz`,
      received: `${count} from ${lowest} to ${highest} Hz`,
      remedy: 'Half the rate is the most that sound can hold.',
    })
  }
  const [low, high] = [hertzToMel(lowest, melScale), hertzToMel(highest, melScale)]
  const corners = Array.from({ length: count + 2 }, (_, i) =>
    melToHertz(low + ((high - low) * i) / (count + 1), melScale),
  )
  const filters = Array.from({ length: count }, (_, i) => {
    const [left, center, right] = corners.slice(i, i + 3) as [number, number, number]
    const top = normalize === 'area' ? 2 / (right - left) : 1
    const all = Float64Array.from({ length: fftSize / 2 + 1 }, (__, bin) => {
      const hertz = (bin * rate) / fftSize
      return top * Math.max(0, Math.min((hertz - left) / (center - left), (right - hertz) / (right - center)))
    })
    const first = all.findIndex((weight) => weight > 0)
    if (first < 0) failForNarrowFilter(i, left, right, rate / fftSize, count)
    return { first, weights: all.slice(first, all.findLastIndex((weight) => weight > 0) + 1) }
  })
  return {
    filters,
    centers: corners.slice(1, -1),
    apply(spectrum, output, at): void {
      for (let i = 0; i < count; i++) {
        const { first, weights } = filters[i] as (typeof filters)[number]
        let sum = 0
        for (let k = 0; k < weights.length; k++) sum += (spectrum[first + k] as number) * (weights[k] as number)
        output[at + i] = sum
      }
    },
  }
}

function failForNarrowFilter(index: number, left: number, right: number, step: number, count: number): never {
  throw new SoundError({
    what: `Mel filter ${index + 1} of ${count}, from ${left.toFixed(0)} to ${right.toFixed(0)} Hz`,
    expected: 'a bin of the transform under each filter',
    received: `bins ${step.toFixed(1)} Hz apart, none of them under it`,
    remedy: 'Take fewer filters, a higher lowest frequency, or a larger fftSize.',
  })
}
