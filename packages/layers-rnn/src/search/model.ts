// What can be decoded, and what decoding gives.
import type { Feed, MapLeaves, Tensor } from '@deep-recipe/core-tensor'
import type { DecoderMemory, DecoderState, DecoderStep, PreparedSource } from '../decoder/options.ts'

/** A trained model that says symbol after symbol: whatever has these two functions can be decoded. */
export interface SequenceModel<P, Source> {
  /** Reads the source, once: for images or sentences [batch, …] a memory and a first state with `batch` rows. */
  begin(params: P, source: Source): PreparedSource
  /** One step for rows of which several may belong to one source: as `step` of a `SequenceDecoder`. */
  step(params: P, memory: DecoderMemory, state: DecoderState, symbols: Tensor): DecoderStep
}

/** A sequence that a model says. */
export interface Hypothesis {
  /** What it says, without the marks of beginning and end. */
  readonly symbols: readonly number[]
  /** Natural logarithm of its probability, the end mark included. */
  readonly logProbability: number
  /** By which sequences of different lengths are compared; larger is better. */
  readonly score: number
  /** Whether it came to its end mark; else it was cut off at the greatest length. */
  readonly ended: boolean
  /** α for each symbol, and for the end mark if there is one: [places] each. Empty for a model without attention. */
  readonly weights: readonly Float32Array[]
}

/** Options that all ways of decoding share. */
export interface SearchOptions {
  /** The symbol before the first. */
  readonly start: number
  /** The symbol after the last. */
  readonly end: number
  /** The most symbols to say, the end mark included. */
  readonly maximumLength: number
  /** Symbols that are never said, such as the padding. The start mark never is. */
  readonly forbidden?: readonly number[]
}

/** A way of decoding, ready for use. The first call with each shape of source compiles; later ones do not. */
export interface Search<P, Source> {
  /**
   * Decodes a batch of sources.
   *
   * @param params on the device: `evaluate(backend, params)`, or what training returned.
   * @returns for each source what it found, best first.
   */
  (params: MapLeaves<P, Tensor, Feed>, source: MapLeaves<Source, Tensor, Feed>): Promise<Hypothesis[][]>
  /** Frees what is compiled; a later call compiles again. */
  dispose(): void
}
