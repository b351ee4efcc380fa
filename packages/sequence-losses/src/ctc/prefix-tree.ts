// The prefixes that a beam search follows, with the probabilities of all paths that spell them.
import type { WordState } from './word-list.ts'

/** What a prefix with one more label is worth to the language model, and where it stands among the words. */
export interface Extension {
  readonly language: number
  readonly words: WordState | undefined
}

/** A sequence of labels, as a path from the root of a tree. */
export class Prefix {
  readonly parent: Prefix | undefined
  readonly label: number
  /** What the language model says of it, weighted, bonuses included. */
  readonly language: number
  readonly words: WordState | undefined
  /** Prefixes that were followed from here. */
  readonly children: Map<number, Prefix> = new Map()
  /** What it would become with one more label, undefined where the words forbid it; known while it is followed. */
  readonly extensions: Map<number, Extension | undefined> = new Map()
  /** log of the probability of all paths so far that spell this and end in the blank, or in its last label. */
  blankEnd: number = Number.NEGATIVE_INFINITY
  labelEnd: number = Number.NEGATIVE_INFINITY
  /** The step at which it was last followed: at others, these numbers mean nothing. */
  step: number = -1

  constructor(parent: Prefix | undefined, label: number, language: number, words: WordState | undefined) {
    this.parent = parent
    this.label = label
    this.language = language
    this.words = words
  }

  /** log of the probability that the network gives the prefix. */
  get total(): number {
    return addLogarithms(this.blankEnd, this.labelEnd)
  }

  get labels(): number[] {
    const labels: number[] = []
    for (let prefix: Prefix = this; prefix.parent; prefix = prefix.parent) labels.push(prefix.label)
    return labels.reverse()
  }
}

/** log (eᵃ + eᵇ) */
export function addLogarithms(a: number, b: number): number {
  const [larger, smaller] = a > b ? [a, b] : [b, a]
  return smaller === Number.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(smaller - larger))
}
