// The types of fft.js, which brings none: what this folder uses of it.
declare module 'fft.js' {
  /** A transform of one size, a power of two above 1. */
  class FFT {
    constructor(size: number)
    /** Room for the result: real and imaginary parts in turn. */
    createComplexArray(): number[]
    /** Real input of `size` numbers → the first half of the spectrum (0 … size / 2) in `output`. */
    realTransform(output: number[], input: ArrayLike<number>): void
  }
  export = FFT
}
