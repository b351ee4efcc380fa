// Mel-frequency cepstral coefficients: log-mel features by their cosine transform, the first few of it
// (Davis and Mermelstein, "Comparison of parametric representations for monosyllabic word recognition", 1980).
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { SoundError } from '../errors.ts'
import { type LogMelOptions, logMel } from './log-mel.ts'

/** From samples to coefficients. */
export interface MfccOptions extends LogMelOptions {
  /** Default 13. */
  readonly coefficients?: number
  /** L in c_n · (1 + L / 2 · sin(π n / L)), which brings the coefficients to one size; 0 leaves it out. Default 22, as HTK. */
  readonly lifter?: number
}

/**
 * c_n = s_n Σ_m log-mel_m cos(π n (m + ½) / M), with s_0 = √(1 / M) and s_n = √(2 / M): the orthonormal cosine transform (DCT-II)
 * of the log-mel features, liftered.
 *
 * @returns [frames, coefficients].
 * @throws SoundError as `logMel`, and for more coefficients than filters
 */
export function mfcc(samples: Float32Array, options: MfccOptions): HostNdArray<Float32Array> {
  const { coefficients = 13, lifter = 22 } = options
  const mel = logMel(samples, options)
  const [frames, filters] = mel.shape as [number, number]
  if (!(Number.isSafeInteger(coefficients) && coefficients >= 1 && coefficients <= filters)) {
    throw new SoundError({
      what: 'mfcc: coefficients',
      expected: `a whole number from 1 to the ${filters} filters`,
      received: String(coefficients),
      remedy: 'Take 13, or more filters.',
    })
  }
  const data = new Float32Array(frames * coefficients)
  for (let n = 0; n < coefficients; n++) {
    const scale = Math.sqrt((n === 0 ? 1 : 2) / filters)
    const lift = lifter === 0 ? 1 : 1 + (lifter / 2) * Math.sin((Math.PI * n) / lifter)
    const wave = Float64Array.from({ length: filters }, (_, m) => Math.cos((Math.PI * n * (m + 0.5)) / filters))
    for (let frame = 0; frame < frames; frame++) {
      let sum = 0
      for (let m = 0; m < filters; m++) sum += (mel.data[frame * filters + m] as number) * (wave[m] as number)
      data[frame * coefficients + n] = lift * scale * sum
    }
  }
  return ndarray(data, [frames, coefficients])
}
