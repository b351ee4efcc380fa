// BLEU (Papineni, Roukos, Ward, Zhu 2002): how many n-grams of candidates stand in their references.
import { ValueError } from '@deep-recipe/core-tensor'
import { checkPairs, checkReferences, checkWhole, NGramKeys, type Tokens } from './n-grams.ts'
import { type BleuSmoothing, smoothPrecisions } from './smooth-precisions.ts'

/** Options of BLEU. */
export interface BleuOptions {
  /** The longest n-grams. Default 4. */
  readonly order?: number
  /** How much each order counts, from 1 on. Default 1 / order each. */
  readonly weights?: readonly number[]
  /** Default 0 for a corpus, 3 for a sentence. */
  readonly smoothing?: BleuSmoothing
}

/** BLEU and what it is made of. */
export interface Bleu {
  /** BLEU of the highest order, 0 … 1. */
  readonly bleu: number
  /** BLEU-1, BLEU-2, …, each with equal weights: `byOrder[3]` is BLEU-4. */
  readonly byOrder: readonly number[]
  /** Share of matching n-grams of each order, smoothed. */
  readonly precisions: readonly number[]
  readonly brevityPenalty: number
  /** Tokens in all candidates. */
  readonly candidateLength: number
  /** Tokens in those references that are closest in length. */
  readonly referenceLength: number
}

/**
 * BLEU of a whole corpus: matches and n-grams are summed before they are divided.
 *
 *   BLEU = min(1, exp(1 − r / c)) · exp(Σ_n w_n log p_n)
 *   p_n = Σ over candidates Σ over n-grams min(count in the candidate, largest count in one reference) ÷ Σ count in the candidate
 *
 * c: tokens of all candidates; r: of the references closest in length, of two equally close ones the shorter.
 *
 * ```ts
 * const { bleu } = corpusBleu([['the', 'cat', 'sat', 'down']], [[['the', 'cat', 'sat', 'down'], ['a', 'cat', 'sits']]])
 * console.log(bleu) // 1
 * ```
 *
 * @param candidates tokens of each candidate.
 * @param references for each candidate one or more.
 * @throws ValueError for lists of different lengths, candidates without references, and options out of range.
 */
export function corpusBleu(
  candidates: readonly Tokens[],
  references: readonly (readonly Tokens[])[],
  options: BleuOptions = {},
): Bleu {
  const { order = 4, smoothing = 0 } = options
  checkPairs('corpusBleu', candidates, references)
  checkReferences('corpusBleu', references)
  checkWhole('corpusBleu: order', order, 1, 64)
  checkWhole('corpusBleu: smoothing', smoothing, 0, 7)
  const weights = readWeights(options.weights, order)

  const keys = new NGramKeys()
  // Method 5 looks at one order more.
  const matches = new Array<number>(order + 1).fill(0)
  const totals = new Array<number>(order + 1).fill(0)
  let [candidateLength, referenceLength] = [0, 0]
  candidates.forEach((candidate, i) => {
    const own = references[i] as readonly Tokens[]
    candidateLength += candidate.length
    referenceLength += closestLength(candidate.length, own)
    for (let n = 1; n <= order + 1; n++) {
      matches[n - 1] = (matches[n - 1] as number) + countMatches(keys, candidate, own, n)
      totals[n - 1] = (totals[n - 1] as number) + Math.max(0, candidate.length - n + 1)
    }
  })

  const brevityPenalty = candidateLength === 0 ? 0 : Math.min(1, Math.exp(1 - referenceLength / candidateLength))
  const precisions =
    matches[0] === 0
      ? new Array<number>(order).fill(0)
      : smoothPrecisions({ matches, totals, candidateLength }, order, smoothing)
  const combine = (shares: readonly number[]): number => brevityPenalty * geometricMean(precisions, shares)
  const byOrder = precisions.map((_, n) => combine(new Array<number>(n + 1).fill(1 / (n + 1))))
  return { bleu: combine(weights), byOrder, precisions, brevityPenalty, candidateLength, referenceLength }
}

/** BLEU of one sentence, which needs smoothing: most have no n-gram of four that matches. */
export function sentenceBleu(candidate: Tokens, references: readonly Tokens[], options: BleuOptions = {}): Bleu {
  return corpusBleu([candidate], [references], { smoothing: 3, ...options })
}

/** exp Σ w log p; 0 where a p with any weight is 0. */
function geometricMean(precisions: readonly number[], weights: readonly number[]): number {
  let sum = 0
  for (const [n, weight] of weights.entries()) if (weight > 0) sum += weight * Math.log(precisions[n] as number)
  return Math.exp(sum)
}

/** Σ min(count in the candidate, largest count in one reference) over n-grams of order n. */
function countMatches(keys: NGramKeys, candidate: Tokens, references: readonly Tokens[], n: number): number {
  const counts = references.map((reference) => keys.count(reference, n))
  let sum = 0
  for (const [key, count] of keys.count(candidate, n)) {
    sum += Math.min(count, Math.max(...counts.map((each) => each.get(key) ?? 0)))
  }
  return sum
}

/** The length of the reference that is closest to `length`; of two, the smaller. */
function closestLength(length: number, references: readonly Tokens[]): number {
  const lengths = references.map((reference) => reference.length)
  const distance = (other: number): number => Math.abs(other - length)
  return lengths.reduce((best, other) =>
    distance(other) < distance(best) || (distance(other) === distance(best) && other < best) ? other : best,
  )
}

function readWeights(weights: readonly number[] | undefined, order: number): readonly number[] {
  if (!weights) return new Array<number>(order).fill(1 / order)
  if (weights.length === order && weights.every((weight) => weight >= 0 && Number.isFinite(weight))) return weights
  throw new ValueError({
    what: 'corpusBleu: weights',
    expected: `${order} numbers, none negative`,
    received: weights.join(', ') || 'none',
    remedy: 'Give one for each order, or leave them out.',
  })
}
