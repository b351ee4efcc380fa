// Everything that a run is trained and measured on, wherever it comes from.
import type { EndlessExamples, Examples } from './examples.ts'

/** Examples to measure on. */
export interface TestSet {
  /** For people, e.g. `new combinations`. */
  readonly name: string
  readonly examples: Examples
  /** Whether a sentence says truly and fully what example `index` shows; where that is known. */
  readonly isExact?: (sentence: string, index: number) => boolean
  /** What kind of thing example `index` shows, e.g. `left of`; where that is known. */
  readonly kindOf?: (index: number) => string
}

/** Data of a run. */
export interface CaptionData {
  /** For people: where it is from. */
  readonly source: string
  /** What was left out and why, one sentence each. */
  readonly notes: readonly string[]
  readonly kind: 'pictures' | 'clips' | 'features'
  /** What is trained on; where there is no end of it, a sample: words are counted in it. */
  readonly train: Examples
  readonly endless?: EndlessExamples
  readonly validation: Examples
  /** The first is the one that figures speak of. */
  readonly tests: readonly [TestSet, ...TestSet[]]
}
