// Counting n-grams of tokens, and the checks that measures of candidates against references share.
import { ValueError } from '@deep-recipe/core-tensor'

/** A word, a character, or the number of either. 1 and '1' are different tokens. */
export type Token = string | number

/** One sentence, cut into tokens by whoever measures. */
export type Tokens = readonly Token[]

/** How often each n-gram occurs; keys come from one `NGramKeys`. */
export type NGramCounts = Map<string, number>

/** Gives n-grams keys that are equal only for equal n-grams, whatever their tokens contain. */
export class NGramKeys {
  readonly #numbers = new Map<Token, number>()

  /** The n-grams of one order with their counts. */
  count(tokens: Tokens, order: number): NGramCounts {
    const numbers = tokens.map((token) => this.#numberOf(token))
    const counts: NGramCounts = new Map()
    for (let start = 0; start + order <= numbers.length; start++) {
      const key = numbers.slice(start, start + order).join(' ')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return counts
  }

  #numberOf(token: Token): number {
    const known = this.#numbers.get(token)
    if (known !== undefined) return known
    this.#numbers.set(token, this.#numbers.size)
    return this.#numbers.size - 1
  }
}

/** Throws unless there is one entry of `references` for each candidate. */
export function checkPairs(what: string, candidates: readonly unknown[], references: readonly unknown[]): void {
  if (candidates.length === references.length) return
  throw new ValueError({
    what,
    expected: `references for each of the ${candidates.length} candidates`,
    received: String(references.length),
    remedy: 'Give both lists in the same order.',
  })
}

/** Throws unless every candidate has a reference. */
export function checkReferences(what: string, references: readonly (readonly Tokens[])[]): void {
  const place = references.findIndex((each) => each.length === 0)
  if (place < 0) return
  throw new ValueError({
    what: `${what}: references of candidate ${place}`,
    expected: 'at least one',
    received: 'none',
    remedy: 'Leave candidates without references out.',
  })
}

/** Throws unless `value` is a whole number from `lowest` to `highest`. */
export function checkWhole(what: string, value: number, lowest: number, highest: number): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return
  throw new ValueError({
    what,
    expected: `a whole number from ${lowest} to ${highest}`,
    received: String(value),
    remedy: 'Leave it out for the usual value.',
  })
}
