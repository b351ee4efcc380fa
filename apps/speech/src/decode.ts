// From scores to digits, with their times and how sure the network is of them.
import { decodePrefixBeam, type Float32Array2d } from '@deep-recipe/sequence-losses'
import { blank } from './digits.ts'
import { hopSeconds } from './hearing.ts'

/** One digit that was heard. */
export interface HeardDigit {
  readonly digit: number
  /** Seconds from the beginning of the utterance. CTC says where a digit is recognized, not where it begins and ends. */
  readonly from: number
  readonly to: number
  /** 0 to 1. */
  readonly confidence: number
}

/** What was heard in an utterance. */
export interface Heard {
  readonly digits: readonly number[]
  readonly tokens: readonly HeardDigit[]
  /** Scores [steps, classes]. */
  readonly scores: Float32Array2d
  readonly secondsPerStep: number
}

/**
 * Prefixes that are followed. A network that is sure, as one for digits soon is, is in doubt between very few: more change
 * nothing.
 */
const beamWidth = 8

/** The likeliest digits by all alignments (prefix beam search), with their times and confidences on the likeliest alignment. */
export function decode(scores: Float32Array2d, stride: number): Heard {
  const secondsPerStep = stride * hopSeconds
  const [best] = decodePrefixBeam(scores, { blank, beamWidth, labelsPerStep: 4 })
  const tokens = (best?.alignment ?? []).map(({ label, start, end, confidence }) => ({
    digit: label - 1,
    from: start * secondsPerStep,
    to: end * secondsPerStep,
    confidence,
  }))
  return { digits: tokens.map(({ digit }) => digit), tokens, scores, secondsPerStep }
}
