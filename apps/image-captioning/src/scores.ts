// How good captions are: whether they say the truth, where that is known, and how alike they are to what people said.

import { HostRandom } from '@deep-recipe/core-tensor'
import { ciderD, corpusBleu } from '@deep-recipe/sequence-losses'
import type { TestSet } from './caption-data.ts'
import type { Examples } from './examples.ts'
import { splitCaption } from './words.ts'

/** Figures of captions for one test set. */
export interface Scores {
  /** Share of captions that state their picture truly and fully; null where nobody can tell. */
  readonly exact: number | null
  /** The same for each kind of thing that the set shows, in the order of their names; empty where nobody can tell. */
  readonly kinds: readonly KindScore[]
  /** BLEU-4 against all captions of each picture, 0 to 1. */
  readonly bleu4: number
  /** CIDEr-D against all captions of each picture, 0 to 10; papers give it times 100. */
  readonly cider: number
}

/** How many captions of things of one kind are exact. */
export interface KindScore {
  readonly kind: string
  readonly count: number
  readonly exact: number
}

/** Scores one caption for each example. */
export function scoreCaptions(said: readonly string[], { examples, isExact, kindOf }: TestSet): Scores {
  const candidates = said.map(splitCaption)
  const references = examples.captions.map((captions) => captions.map(splitCaption))
  const right = isExact && said.map(isExact)
  return {
    exact: right ? shareOf(right) : null,
    kinds: right && kindOf ? scoreKinds(right, kindOf) : [],
    bleu4: corpusBleu(candidates, references).bleu,
    cider: ciderD(candidates, references).cider,
  }
}

function scoreKinds(right: readonly boolean[], kindOf: (index: number) => string): KindScore[] {
  const names = [...new Set(right.map((_, index) => kindOf(index)))].sort()
  return names.map((kind) => {
    const own = right.filter((_, index) => kindOf(index) === kind)
    return { kind, count: own.length, exact: shareOf(own) }
  })
}

function shareOf(right: readonly boolean[]): number {
  return right.filter(Boolean).length / right.length
}

/** Captions that are compared in search of the one that fits most pictures. */
const sampleSize = 150

/**
 * The caption that a captioner would say which cannot see: of a sample of training captions the one that is most like those of other
 * training pictures, by CIDEr-D.
 */
export function findCommonCaption({ captions }: Examples, seed: number): string {
  const random = new HostRandom(seed)
  const order = [...random.permutation(captions.length)]
  const sample = order.slice(0, sampleSize).map((index) => captions[index] ?? [])
  const candidates = sample.map((own) => own[0] ?? '')
  const references = sample.map((own) => own.map(splitCaption))
  const scores = candidates.map((candidate) => {
    const words = splitCaption(candidate)
    return ciderD(
      references.map(() => words),
      references,
    ).cider
  })
  return candidates[scores.indexOf(Math.max(...scores))] ?? ''
}
