// METEOR with its exact matcher alone (Banerjee and Lavie 2005, parameters of Lavie and Agarwal 2007): words match if they are
// equal; stems and synonyms, which need a dictionary of a language, are not looked at.
import { ValueError } from '@deep-recipe/core-tensor'
import { checkReferences, type Token, type Tokens } from './n-grams.ts'

/** Options of `meteorExact`. */
export interface MeteorOptions {
  /** α: weight of precision in the mean. Default 0.9. */
  readonly alpha?: number
  /** β: how fast scattered matches are punished. Default 3. */
  readonly beta?: number
  /** γ: what scattered matches can cost at most. Default 0.5. */
  readonly gamma?: number
}

/** The score with the best reference, and what it is made of. */
export interface Meteor {
  /** 0 … 1. */
  readonly score: number
  readonly precision: number
  readonly recall: number
  readonly matches: number
  /** Runs of matches that stand side by side in both. */
  readonly chunks: number
}

/** How many alignments are kept while looking for the one with the fewest chunks. */
const beamSize = 40

/**
 *   F = P R / (α P + (1 − α) R), penalty = γ (chunks / matches)^β, score = (1 − penalty) F
 *
 * As many words as possible are matched, each once, in as few chunks as a beam search over 40 alignments finds.
 *
 * ```ts
 * const { score, chunks } = meteorExact(['the', 'cat', 'sat'], [['the', 'cat', 'sat'], ['a', 'cat']])
 * console.log(chunks, score.toFixed(3)) // 1 0.981
 * ```
 *
 * @returns the score with the reference that gives the highest.
 * @throws ValueError without references, or for options out of range.
 */
export function meteorExact(candidate: Tokens, references: readonly Tokens[], options: MeteorOptions = {}): Meteor {
  checkReferences('meteorExact', [references])
  const { alpha = 0.9, beta = 3, gamma = 0.5 } = options
  checkNumber('alpha', alpha, alpha > 0 && alpha < 1, 'a number between 0 and 1')
  checkNumber('beta', beta, beta >= 0 && Number.isFinite(beta), 'a finite number, 0 or more')
  checkNumber('gamma', gamma, gamma >= 0 && gamma <= 1, 'a number from 0 to 1')
  const scores = references.map((reference): Meteor => {
    const { matches, chunks } = alignExactly(candidate, reference)
    if (matches === 0) return { score: 0, precision: 0, recall: 0, matches, chunks }
    const [precision, recall] = [matches / candidate.length, matches / reference.length]
    const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall)
    return { score: (1 - gamma * (chunks / matches) ** beta) * mean, precision, recall, matches, chunks }
  })
  return scores.reduce((best, score) => (score.score > best.score ? score : best))
}

/** An alignment of the first words of a candidate. */
interface PartialAlignment {
  /** Places of the reference that are taken. */
  readonly taken: ReadonlySet<number>
  /** The place matched by the last word; −2 if it is not matched. */
  readonly last: number
  readonly chunks: number
  /** Words left out so far although some equal word of the reference is still free, by token. */
  readonly skipped: ReadonlyMap<Token, number>
}

/** The most matches, and the fewest chunks they are found to lie in. */
function alignExactly(candidate: Tokens, reference: Tokens): { matches: number; chunks: number } {
  const places = new Map<Token, number[]>()
  reference.forEach((token, place) => {
    places.set(token, [...(places.get(token) ?? []), place])
  })
  const counts = new Map<Token, number>()
  for (const token of candidate) counts.set(token, (counts.get(token) ?? 0) + 1)
  let matches = 0
  for (const [token, count] of counts) matches += Math.min(count, places.get(token)?.length ?? 0)
  /** How many equal words of the candidate have to stay without a match. */
  const surplus = (token: Token): number => (counts.get(token) ?? 0) - (places.get(token)?.length ?? 0)

  let beam: PartialAlignment[] = [{ taken: new Set(), last: -2, chunks: 0, skipped: new Map() }]
  for (const token of candidate) {
    const next = beam.flatMap((state) => {
      const matched = (places.get(token) ?? [])
        .filter((place) => !state.taken.has(place))
        .map((place) => ({
          ...state,
          taken: new Set([...state.taken, place]),
          last: place,
          chunks: state.chunks + (place === state.last + 1 ? 0 : 1),
        }))
      const skips = (state.skipped.get(token) ?? 0) + 1
      if (skips > surplus(token)) return matched
      return [...matched, { ...state, last: -2, skipped: new Map([...state.skipped, [token, skips]]) }]
    })
    beam = next.sort((a, b) => a.chunks - b.chunks).slice(0, beamSize)
  }
  return { matches, chunks: beam[0]?.chunks ?? 0 }
}

function checkNumber(name: string, value: number, isRight: boolean, expected: string): void {
  if (isRight) return
  const remedy = 'Leave it out for the value of the paper.'
  throw new ValueError({ what: `meteorExact: ${name}`, expected, received: String(value), remedy })
}
