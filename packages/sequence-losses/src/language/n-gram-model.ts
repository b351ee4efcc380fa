// A language model of counted n-grams with interpolated Kneser–Ney smoothing (Kneser and Ney 1995; Chen and Goodman 1998).
import { ValueError } from '@deep-recipe/core-tensor'
import { checkWhole, type Token, type Tokens } from '../metrics/n-grams.ts'

/** What decoders ask of a language model. */
export interface LanguageModel {
  /**
   * Natural logarithm of the probability that a sentence goes on with `token`, or ends where it is undefined.
   *
   * @param history all tokens of the sentence so far.
   */
  logProbability(token: Token | undefined, history: Tokens): number
}

/** A language model that was counted. */
export interface NGramModel extends LanguageModel {
  readonly order: number
  /** All tokens that were seen. Any other is the same unknown one. */
  readonly vocabulary: Tokens
  /** log p of a sentence with its end. */
  scoreSentence(tokens: Tokens): number
  /** exp of the mean of −log p over tokens and ends of sentences. */
  perplexity(sentences: readonly Tokens[]): number
}

/** Options of `countNGrams`. */
export interface NGramOptions {
  /** n. Default 3. */
  readonly order?: number
  /**
   * D: what is taken from every count and given to shorter n-grams, 0 … 1. Default, for each order: n₁ / (n₁ + 2 n₂), n_i being the number of
   * n-grams that occur i times (Ney, Essen, Kneser 1994), or 0.75 where either is 0.
   */
  readonly discount?: number
}

/** Counts of what follows one history. */
interface Followers {
  readonly counts: Map<number, number>
  total: number
}

/** The history's key → what follows it, for one length of histories. */
type Level = Map<string, Followers>

const [start, end, unknown] = [0, 1, 2]

/**
 * Counts the n-grams of sentences.
 *
 *   p_k(w | h) = max(c(h w) − D, 0) / c(h •) + D N(h •) / c(h •) · p_{k−1}(w | h without its first token)
 *
 * c: for the highest order and for n-grams that begin a sentence how often they occur, for others how many different tokens stand before them; N(h •): how
 * many different tokens follow h; p_0 = 1 / (vocabulary + the end + one unknown token). Where h was never seen, p_k = p_{k−1}.
 *
 * ```ts
 * const model = countNGrams([['the', 'cat', 'sat'], ['the', 'dog', 'sat']], { order: 2 })
 * console.log(model.logProbability('cat', ['the']) > model.logProbability('sat', ['the'])) // true
 * ```
 *
 * @throws ValueError for no sentences, an order that is not a whole number from 1 to 16, or a discount out of range.
 */
export function countNGrams(sentences: readonly Tokens[], options: NGramOptions = {}): NGramModel {
  const { order = 3, discount } = options
  checkWhole('countNGrams: order', order, 1, 16)
  if (sentences.length === 0) {
    const remedy = 'Give at least one sentence; it may be empty.'
    throw new ValueError({ what: 'countNGrams', expected: 'sentences', received: 'none', remedy })
  }
  if (discount !== undefined && !(discount >= 0 && discount <= 1)) {
    const remedy = 'Leave it out to have it estimated.'
    const received = String(discount)
    throw new ValueError({ what: 'countNGrams: discount', expected: 'a number from 0 to 1', received, remedy })
  }
  const numbers = new Map<Token, number>()
  for (const token of sentences.flat()) if (!numbers.has(token)) numbers.set(token, numbers.size + 3)
  const numberOf = (token: Token | undefined): number => (token === undefined ? end : (numbers.get(token) ?? unknown))

  const levels = countLevels(
    sentences.map((sentence) => [...pad(order), ...sentence.map(numberOf), end]),
    order,
  )
  const discounts = levels.map((level) => discount ?? estimateDiscount(level))
  const uniform = 1 / (numbers.size + 2)
  const probability = (word: number, history: readonly number[]): number => {
    let p = uniform
    for (const [length, level] of levels.entries()) {
      const followers = level.get(keyOf(history, history.length - length, history.length))
      if (!followers) continue
      const removed = discounts[length] as number
      const kept = Math.max((followers.counts.get(word) ?? 0) - removed, 0)
      p = (kept + removed * followers.counts.size * p) / followers.total
    }
    return p
  }
  const logProbability = (token: Token | undefined, history: Tokens): number => {
    const recent = order === 1 ? [] : history.slice(-(order - 1)).map(numberOf)
    return Math.log(probability(numberOf(token), [...pad(order), ...recent].slice(recent.length)))
  }
  const scoreSentence = (tokens: Tokens): number =>
    [...tokens, undefined].reduce<number>((sum, token, i) => sum + logProbability(token, tokens.slice(0, i)), 0)
  return {
    order,
    vocabulary: [...numbers.keys()],
    logProbability,
    scoreSentence,
    perplexity: (test) => {
      const count = test.reduce((sum, tokens) => sum + tokens.length + 1, 0)
      return Math.exp(-test.reduce((sum, tokens) => sum + scoreSentence(tokens), 0) / count)
    },
  }
}

/** What stands before a sentence. */
function pad(order: number): number[] {
  return new Array<number>(order - 1).fill(start)
}

function keyOf(numbers: readonly number[], from: number, to: number): string {
  return numbers.slice(from, to).join(' ')
}

/** The counts c of each order, by the length of the history. */
function countLevels(sentences: readonly (readonly number[])[], order: number): Level[] {
  const levels: Level[] = Array.from({ length: order }, () => new Map())
  // n-grams that have been seen, so that each stands once before the shorter one inside it.
  const seen = new Set<string>()
  for (const numbers of sentences) {
    for (let place = order - 1; place < numbers.length; place++) {
      for (let length = order - 1; length >= 0; length--) {
        const from = place - length
        add(levels[length] as Level, keyOf(numbers, from, place), numbers[place] as number)
        // The n-gram inside this one counts once for each different token before it, unless it begins the sentence itself.
        if (numbers[from + 1] === start) continue
        const whole = keyOf(numbers, from, place + 1)
        if (seen.has(whole)) break
        seen.add(whole)
      }
    }
  }
  return levels
}

function add(level: Level, history: string, word: number): void {
  const followers = level.get(history) ?? { counts: new Map<number, number>(), total: 0 }
  followers.counts.set(word, (followers.counts.get(word) ?? 0) + 1)
  followers.total++
  level.set(history, followers)
}

function estimateDiscount(level: Level): number {
  let [once, twice] = [0, 0]
  for (const { counts } of level.values()) {
    for (const count of counts.values()) {
      if (count === 1) once++
      else if (count === 2) twice++
    }
  }
  return once > 0 && twice > 0 ? once / (once + 2 * twice) : 0.75
}
