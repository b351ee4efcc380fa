// The power spectrum of a frame, by the fast Fourier transform.
/// <reference path="../fft-js.d.ts" />
import FFT from 'fft.js'
import { SoundError } from '../errors.ts'

/** Power spectra of frames of at most `fftSize` samples. */
export interface SpectrumAnalyzer {
  /** |X(k)|² for k = 0 … fftSize / 2, in an array that the next call uses again. Shorter frames are filled up with zeros. */
  measure(frame: ArrayLike<number>): Float64Array
}

/** @throws SoundError unless `fftSize` is a power of two above 1 */
export function createSpectrumAnalyzer(fftSize: number): SpectrumAnalyzer {
  if (!(Number.isSafeInteger(fftSize) && fftSize > 1 && 2 ** Math.round(Math.log2(fftSize)) === fftSize)) {
    throw new SoundError({
      what: 'fftSize',
      expected: 'a power of two above 1',
      received: String(fftSize),
      remedy: 'Take the next power of two above the length of a frame.',
    })
  }
  const transform = new FFT(fftSize)
  const input = new Float64Array(fftSize)
  const output = transform.createComplexArray()
  const power = new Float64Array(fftSize / 2 + 1)
  return {
    measure(frame): Float64Array {
      const count = Math.min(fftSize, frame.length)
      for (let i = 0; i < count; i++) input[i] = frame[i] as number
      input.fill(0, count)
      transform.realTransform(output, input)
      for (let k = 0; k < power.length; k++) {
        const real = output[2 * k] as number
        const imaginary = output[2 * k + 1] as number
        power[k] = real * real + imaginary * imaginary
      }
      return power
    },
  }
}
