// CIDEr-D (Vedantam, Zitnick, Parikh 2015): how alike descriptions of a picture are, by n-grams that few pictures have.
import { ValueError } from '@deep-recipe/core-tensor'
import { checkPairs, checkReferences, type NGramCounts, NGramKeys, type Tokens } from './n-grams.ts'

/** Options of `ciderD`. */
export interface CiderOptions {
  /**
   * The pictures that say how rare an n-gram is: for each, its descriptions. Default: the references themselves. Give those of a
   * whole collection when only a few pictures are measured.
   */
  readonly documents?: readonly (readonly Tokens[])[]
  /** σ of the penalty for another length, in tokens. Default 6. */
  readonly sigma?: number
}

/** CIDEr-D of a corpus. */
export interface Cider {
  /** Mean over the candidates, 0 … 10. Papers give it times 100: their 92.3 is 0.923 here. */
  readonly cider: number
  /** Of each candidate. */
  readonly scores: readonly number[]
}

const orders = 4

/** A sentence as a vector for each order: term frequency × inverse document frequency. */
interface Description {
  readonly vectors: readonly Map<string, number>[]
  readonly norms: readonly number[]
  readonly length: number
}

/**
 * The mean over references and orders 1 … 4 of
 *
 *   10 · exp(−(l_c − l_r)² / 2σ²) · Σ min(g_c, g_r) g_r ÷ (‖g_c‖ ‖g_r‖)
 *
 * where g(ω) = count(ω) · (log of the number of documents − log max(1, number of those with ω)). As in the reference implementation (coco-caption), l
 * counts the bigrams, and there is nothing to gain from n-grams that all documents have: with a single document the score is 0.
 *
 * ```ts
 * const references = [[['a', 'dog', 'runs'], ['the', 'dog', 'is', 'running']], [['a', 'red', 'bus']]]
 * const { scores } = ciderD([['a', 'dog', 'runs'], ['a', 'dog', 'runs']], references)
 * console.log((scores[0] ?? 0) > 2, (scores[1] ?? 0) < 1) // true true
 * ```
 *
 * @param candidates tokens of one description of each picture.
 * @param references for each picture one or more descriptions.
 * @throws ValueError for lists of different lengths, pictures without references, or a σ that is not positive.
 */
export function ciderD(
  candidates: readonly Tokens[],
  references: readonly (readonly Tokens[])[],
  options: CiderOptions = {},
): Cider {
  const { documents = references, sigma = 6 } = options
  checkPairs('ciderD', candidates, references)
  checkReferences('ciderD', references)
  if (!(sigma > 0)) {
    const remedy = 'Leave it out for the usual 6.'
    throw new ValueError({ what: 'ciderD: sigma', expected: 'a positive number', received: String(sigma), remedy })
  }
  const keys = new NGramKeys()
  const frequencies = countDocuments(keys, documents)
  const describe = (tokens: Tokens): Description =>
    weighNGrams(countAll(keys, tokens), frequencies, Math.log(documents.length))

  const scores = candidates.map((candidate, i) => {
    const own = describe(candidate)
    const each = (references[i] as readonly Tokens[]).map((reference) => compare(own, describe(reference), sigma))
    return (10 * each.reduce((sum, score) => sum + score, 0)) / each.length
  })
  return { cider: scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length, scores }
}

function countAll(keys: NGramKeys, tokens: Tokens): NGramCounts[] {
  return Array.from({ length: orders }, (_, n) => keys.count(tokens, n + 1))
}

/** In how many documents each n-gram occurs, in whichever of their sentences. */
function countDocuments(keys: NGramKeys, documents: readonly (readonly Tokens[])[]): NGramCounts {
  const frequencies: NGramCounts = new Map()
  for (const sentences of documents) {
    const present = new Set(
      sentences.flatMap((tokens) => countAll(keys, tokens).flatMap((counts) => [...counts.keys()])),
    )
    for (const key of present) frequencies.set(key, (frequencies.get(key) ?? 0) + 1)
  }
  return frequencies
}

function weighNGrams(counts: readonly NGramCounts[], frequencies: NGramCounts, logDocuments: number): Description {
  const vectors = counts.map((each) => {
    const weigh = (key: string, count: number): number =>
      count * (logDocuments - Math.log(Math.max(1, frequencies.get(key) ?? 0)))
    return new Map([...each].map(([key, count]) => [key, weigh(key, count)]))
  })
  const norms = vectors.map((vector) => Math.sqrt([...vector.values()].reduce((sum, weight) => sum + weight ** 2, 0)))
  const bigrams = [...(counts[1] as NGramCounts).values()].reduce((sum, count) => sum + count, 0)
  return { vectors, norms, length: bigrams }
}

/** The mean over the orders of the clipped cosine, times the penalty for another length. */
function compare(candidate: Description, reference: Description, sigma: number): number {
  let sum = 0
  for (let n = 0; n < orders; n++) {
    const [own, other] = [candidate.vectors[n], reference.vectors[n]] as [Map<string, number>, Map<string, number>]
    let product = 0
    for (const [key, weight] of own) {
      const theirs = other.get(key) ?? 0
      product += Math.min(weight, theirs) * theirs
    }
    const norms = (candidate.norms[n] as number) * (reference.norms[n] as number)
    sum += norms > 0 ? product / norms : product
  }
  const penalty = Math.exp(-((candidate.length - reference.length) ** 2) / (2 * sigma ** 2))
  return (penalty * sum) / orders
}
