// From scores to digits, with their times and how sure the network is of them.
import { decodeBestPath, type Float32Array2d } from '@deep-recipe/sequence-losses'
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

/** Decodes the scores of one utterance. */
export function decode(scores: Float32Array2d | undefined, stride: number): Heard {
  const given = scores ?? { shape: [0, 11] as const, dtype: 'float32' as const, data: new Float32Array(0) }
  const secondsPerStep = stride * hopSeconds
  const { alignment } = decodeBestPath({ ...given, shape: [...given.shape] }, { blank })
  const tokens = alignment.map(({ label, start, end, confidence }) => ({
    digit: label - 1,
    from: start * secondsPerStep,
    to: end * secondsPerStep,
    confidence,
  }))
  return { digits: tokens.map(({ digit }) => digit), tokens, scores: given, secondsPerStep }
}
