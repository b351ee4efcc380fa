// What the networks have to beat: naive Bayes, which counts words and knows nothing of their order
// (with add-one smoothing; Wang and Manning, "Baselines and bigrams", 2012, found it hard to beat on short reviews).
import type { PolarSentence } from '@deep-recipe/datasets/words'

/** Gives log P(positive | words) − log P(negative | words). */
export type NaiveBayes = (words: readonly string[]) => number

/**
 * Counts the words of training sentences:
 *
 *   log P(+ | w₁ … w_n) − log P(− | w₁ … w_n) = log (N₊ / N₋) + Σ log (p(wᵢ | +) / p(wᵢ | −)),
 *   p(w | ±) = (1 + count of w in ±) / (V + words in ±)
 *
 * Words that were never seen say nothing.
 */
export function countWords(sentences: readonly PolarSentence[]): NaiveBayes {
  const counts = new Map<string, [negative: number, positive: number]>()
  const total: [number, number] = [0, 0]
  const kinds: [number, number] = [0, 0]
  for (const { words, positive } of sentences) {
    const kind = positive ? 1 : 0
    kinds[kind]++
    for (const word of words) {
      const own = counts.get(word) ?? [0, 0]
      own[kind]++
      total[kind]++
      counts.set(word, own)
    }
  }
  const prior = Math.log(kinds[1] / kinds[0])
  const sizes = total.map((size) => Math.log(size + counts.size)) as [number, number]
  return (words) =>
    words.reduce((sum, word) => {
      const own = counts.get(word)
      return own ? sum + Math.log((1 + own[1]) / (1 + own[0])) - sizes[1] + sizes[0] : sum
    }, prior)
}
