// The seven ways of Chen and Cherry (2014), "A systematic comparison of smoothing techniques for sentence-level BLEU", to precisions of
// n-grams that are not 0, with the constants of their experiments, as NLTK has them.

/**
 * What is done about n-grams that never match: the methods of Chen and Cherry (2014) by their numbers.
 *
 * 0: nothing, BLEU is 0. 1: 0.1 matches instead of none. 2: one more match and one more n-gram for n > 1 (Lin and Och 2004). 3: ½, ¼, …
 * matches instead of none, as NIST and SacreBLEU do. 4: the same, less for short candidates. 5: the mean of the
 * neighbouring orders. 6: drawn towards what the lower orders let expect (Gao and He 2013). 7: 4, then 5.
 */
export type BleuSmoothing = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

/** Matches and n-grams of each order, one order more than wanted. */
export interface PrecisionCounts {
  readonly matches: readonly number[]
  readonly totals: readonly number[]
  readonly candidateLength: number
}

/** ε of method 1, K of method 4, α of method 6. */
const [epsilon, shortness, priorWeight] = [0.1, 5, 5]

/** Precisions of the orders 1 … order. */
export function smoothPrecisions(counts: PrecisionCounts, order: number, method: BleuSmoothing): number[] {
  const plain = Array.from({ length: order + 1 }, (_, n) => precisionOf(counts, n))
  const orders = plain.slice(0, order)
  if (method === 0) return orders
  if (method === 1) return orders.map((p, n) => (p > 0 ? p : epsilon / totalOf(counts, n)))
  if (method === 2) return orders.map((p, n) => (n === 0 ? p : (matchesOf(counts, n) + 1) / (totalOf(counts, n) + 1)))
  if (method === 3) return halve(counts, orders, 1)
  if (method === 4) return shrink(counts, orders)
  if (method === 5) return averageNeighbours(orders, plain[order] as number)
  if (method === 6) return drawToPrior(counts, orders)
  return averageNeighbours(shrink(counts, orders), plain[order] as number)
}

const matchesOf = ({ matches }: PrecisionCounts, n: number): number => matches[n] as number
/** n-grams of the candidates; 1 where there are none, as if one were there and did not match. */
const totalOf = ({ totals }: PrecisionCounts, n: number): number => Math.max(1, totals[n] as number)
const precisionOf = (counts: PrecisionCounts, n: number): number => matchesOf(counts, n) / totalOf(counts, n)

/** scale / 2, scale / 4, … matches for orders without any. */
function halve(counts: PrecisionCounts, precisions: readonly number[], scale: number): number[] {
  let matches = scale
  return precisions.map((p, n) => {
    if (p > 0) return p
    matches /= 2
    return matches / totalOf(counts, n)
  })
}

/** The same with ln(length) / K times as much: short candidates have few n-grams, and would gain too much. */
function shrink(counts: PrecisionCounts, precisions: readonly number[]): number[] {
  if (counts.candidateLength < 2) return [...precisions]
  return halve(counts, precisions, Math.log(counts.candidateLength) / shortness)
}

/** p′_n = (p′_{n−1} + p_n + p_{n+1}) / 3, with p′_0 = p_1 + 1. */
function averageNeighbours(precisions: readonly number[], oneMore: number): number[] {
  let before = (precisions[0] as number) + 1
  return precisions.map((p, n) => {
    before = (before + p + (precisions[n + 1] ?? oneMore)) / 3
    return before
  })
}

/** p′_n = (matches + α p′_{n−1}² / p′_{n−2}) / (n-grams + α) for n > 2. */
function drawToPrior(counts: PrecisionCounts, precisions: readonly number[]): number[] {
  const smoothed = precisions.slice(0, 2)
  for (let n = 2; n < precisions.length; n++) {
    const [last, lastButOne] = [smoothed[n - 1] as number, smoothed[n - 2] as number]
    const prior = lastButOne === 0 ? 0 : last ** 2 / lastButOne
    smoothed.push((matchesOf(counts, n) + priorWeight * prior) / ((counts.totals[n] as number) + priorWeight))
  }
  return smoothed
}
