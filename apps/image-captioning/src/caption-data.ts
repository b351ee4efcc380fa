// Everything that a run is trained and measured on, wherever it comes from.
import type { Examples } from './examples.ts'

/** Examples to measure on. */
export interface TestSet {
  /** For people, e.g. `new combinations`. */
  readonly name: string
  readonly examples: Examples
  /** Whether a sentence says truly and fully what example `index` shows; where that is known. */
  readonly isExact?: (sentence: string, index: number) => boolean
}

/** Data of a run. */
export interface CaptionData {
  /** For people: where it is from. */
  readonly source: string
  /** What was left out and why, one sentence each. */
  readonly notes: readonly string[]
  readonly kind: 'pictures' | 'clips' | 'features'
  readonly train: Examples
  readonly validation: Examples
  /** The first is the one that figures speak of. */
  readonly tests: readonly [TestSet, ...TestSet[]]
}
