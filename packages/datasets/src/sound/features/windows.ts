// Windows: how much each sample of a frame counts.

/** `hann` and `hamming`, periodic as spectra want them or symmetric as HTK takes them; `rectangular` changes nothing. */
export type WindowName = 'hamming' | 'hann' | 'rectangular'

/** How a window ends. */
export interface WindowOptions {
  /** Whether the last number equals the first (HTK, Kaldi), or the next period would begin with it (librosa, torch). Default true. */
  readonly symmetric?: boolean
}

/** a − (1 − a) cos(2πn / N), a = 0.54 for Hamming and 0.5 for Hann, N = length − 1 if symmetric, else length. */
export function makeWindow(name: WindowName, length: number, options: WindowOptions = {}): Float64Array {
  const period = options.symmetric === false ? length : length - 1
  const a = { hamming: 0.54, hann: 0.5, rectangular: 1 }[name]
  return Float64Array.from({ length }, (_, n) => a - (1 - a) * Math.cos((2 * Math.PI * n) / Math.max(1, period)))
}
