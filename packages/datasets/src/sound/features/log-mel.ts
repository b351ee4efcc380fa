// Log-mel features: the logarithm of the energy under each mel filter, frame after frame. What most recognizers hear.
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { SoundError } from '../errors.ts'
import { joinSamples } from '../sound.ts'
import { type FilterbankOptions, makeFilterbank } from './filterbank.ts'
import { createFramer, type FrameOptions } from './frames.ts'
import { createSpectrumAnalyzer } from './spectrum.ts'
import { makeWindow, type WindowName, type WindowOptions } from './windows.ts'

/** From samples to features. */
export interface LogMelOptions extends Omit<FilterbankOptions, 'fftSize'>, Pick<FrameOptions, 'tail'>, WindowOptions {
  /** Length of a frame. Default 0.025. */
  readonly frameSeconds?: number
  /** From the beginning of one frame to that of the next. Default 0.010. */
  readonly hopSeconds?: number
  /** Default: the next power of two from the length of a frame on. */
  readonly fftSize?: number
  /** Default `hamming`. */
  readonly window?: WindowName
  /** y[n] = x[n] − c x[n − 1] before all else, which lifts high frequencies; 0 leaves it out. Default 0.97. */
  readonly preEmphasis?: number
  /** Energies below this count as this. Default 1e-10, 100 dB below a loud tone. */
  readonly floor?: number
}

/** Features of a sound that comes in blocks. */
export interface FeatureStream {
  /** Numbers in a frame. */
  readonly width: number
  /** The frames that are whole by now: row after row. */
  push(samples: Float32Array): Float32Array
  finish(): Float32Array
}

/** y[n] = x[n] − c x[n − 1], where the sample before the first is `before` (default 0, so the first stays as it is). */
export function preEmphasize(samples: Float32Array, coefficient: number, before = 0): Float32Array {
  const emphasized = new Float32Array(samples.length)
  let previous = before
  for (let i = 0; i < emphasized.length; i++) {
    const sample = samples[i] as number
    emphasized[i] = sample - coefficient * previous
    previous = sample
  }
  return emphasized
}

/** Features of any number of sounds; what depends on the options alone is made once. */
export interface LogMelExtractor {
  /** Numbers in a frame. */
  readonly width: number
  /** Seconds from one frame to the next: the hop, rounded to whole samples. */
  readonly hopSeconds: number
  /** Features of a whole sound: [frames, width]. */
  extract(samples: Float32Array): HostNdArray<Float32Array>
  /** Begins a sound that comes in blocks; its frames are those of the whole. */
  open(): FeatureStream
}

/**
 * Readies log-mel features: log max(floor, Σ_k w(k) |X(k)|²) for each filter w and each windowed frame X.
 *
 * @throws SoundError for frames, hops, filters or transforms that make no sense
 */
export function createLogMel(options: LogMelOptions): LogMelExtractor {
  const { rate, frameSeconds = 0.025, hopSeconds = 0.01, preEmphasis = 0.97, floor = 1e-10 } = options
  const length = Math.round(frameSeconds * rate)
  const hop = Math.round(hopSeconds * rate)
  const fftSize = options.fftSize ?? 2 ** Math.ceil(Math.log2(Math.max(2, length)))
  if (!(length >= 1 && hop >= 1 && fftSize >= length && floor > 0)) {
    throw new SoundError({
      what: 'Log-mel features',
      expected: 'frames and hops of at least one sample, an fftSize of at least a frame, a floor above 0',
      received: `frames of ${length}, hops of ${hop} samples at ${rate} Hz, fftSize ${fftSize}, floor ${floor}`,
      remedy: 'Give frameSeconds and hopSeconds in seconds, such as 0.025 and 0.01.',
    })
  }
  const bank = makeFilterbank({ ...options, fftSize })
  const width = bank.filters.length
  const window = makeWindow(options.window ?? 'hamming', length, options)
  const analyzer = createSpectrumAnalyzer(fftSize)
  const windowed = new Float64Array(length)
  const open = (): FeatureStream => {
    const framer = createFramer({ length, hop, ...(options.tail && { tail: options.tail }) })
    let last = 0
    const collect = (samples: number, run: (look: (frame: Float32Array) => void) => void): Float32Array => {
      // Room for the frames of these samples, and for those that were waiting for them.
      const rows = new Float32Array(width * (Math.ceil((samples + 2 * length) / hop) + 2))
      let end = 0
      run((frame) => {
        for (let i = 0; i < length; i++) windowed[i] = (frame[i] as number) * (window[i] as number)
        bank.apply(analyzer.measure(windowed), rows, end)
        for (let i = end; i < end + width; i++) rows[i] = Math.log(Math.max(floor, rows[i] as number))
        end += width
      })
      return rows.slice(0, end)
    }
    return {
      width,
      push: (samples) => {
        const emphasized = preEmphasis === 0 ? samples : preEmphasize(samples, preEmphasis, last)
        last = samples.at(-1) ?? last
        return collect(samples.length, (look) => framer.push(emphasized, look))
      },
      finish: () => collect(0, (look) => framer.finish(look)),
    }
  }
  return {
    width,
    hopSeconds: hop / rate,
    open,
    extract: (samples) => {
      const stream = open()
      const data = joinSamples([stream.push(samples), stream.finish()])
      return ndarray(data, [data.length / width, width])
    },
  }
}

/**
 * Log-mel features of one sound: see `createLogMel`, which is quicker for many.
 *
 * @param samples from −1 to 1.
 * @returns [frames, filters].
 * @throws SoundError as `createLogMel`
 */
export function logMel(samples: Float32Array, options: LogMelOptions): HostNdArray<Float32Array> {
  return createLogMel(options).extract(samples)
}
