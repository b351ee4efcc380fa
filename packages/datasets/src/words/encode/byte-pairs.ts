// Byte-pair encoding: words cut into frequent pieces, so that a small vocabulary spells every word (Sennrich, Haddow and
// Birch, "Neural machine translation of rare words with subword units", ACL 2016). The pieces are of characters, not bytes.
import { DatasetError } from '../../errors.ts'
import { checkCount } from '../../options.ts'

/** Stands at the end of a word's last piece, so that words can be put together again. */
export const wordEnd = '▁'

/** Cuts words into pieces. */
export interface BytePairs {
  /** Pairs of pieces that become one, the first learnt first. `makeBytePairs(merges)` is this again. */
  readonly merges: readonly (readonly [left: string, right: string])[]
  /** Pieces of a word; the last ends with `▁`. */
  cut(word: string): string[]
}

/** How to learn pieces. */
export interface LearnBytePairsOptions {
  /** How many pairs to merge, at most. */
  readonly merges: number
  /** A pair that occurs less often is not merged; default 2. */
  readonly minimumCount?: number
}

/**
 * Learns pieces: again and again, the pair of neighbouring pieces that occurs most often becomes one piece. Of pairs that
 * occur equally often the first in alphabetical order (of their code units) is taken, so that the same words give the same
 * pieces on every machine.
 *
 * @param words each as often as it occurs.
 */
export function learnBytePairs(words: Iterable<string>, options: LearnBytePairsOptions): BytePairs {
  const { merges: most, minimumCount = 2 } = options
  checkCount('learnBytePairs: merges', most, 0)
  checkCount('learnBytePairs: minimumCount', minimumCount, 1)
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  const entries = [...counts].map(([word, count]) => ({ pieces: spell(word), count }))
  const pairs = new PairCounts()
  entries.forEach(({ pieces, count }, entry) => {
    pairs.add(pieces, entry, count)
  })
  const merges: [string, string][] = []
  while (merges.length < most) {
    const best = pairs.mostFrequent(minimumCount)
    if (!best) break
    merges.push(best.pair)
    for (const place of best.entries) {
      const entry = entries[place] as (typeof entries)[number]
      pairs.add(entry.pieces, place, -entry.count)
      entry.pieces = mergePair(entry.pieces, best.pair)
      pairs.add(entry.pieces, place, entry.count)
    }
  }
  return makeBytePairs(merges)
}

/**
 * The encoding with these merges.
 *
 * @throws DatasetError for a pair with an empty piece.
 */
export function makeBytePairs(merges: readonly (readonly [left: string, right: string])[]): BytePairs {
  const ranks = new Map<string, number>()
  merges.forEach(([left, right], rank) => {
    if (left === '' || right === '') {
      throw new DatasetError({
        what: `makeBytePairs: merge ${rank}`,
        expected: 'two pieces',
        received: JSON.stringify([left, right]),
        remedy: 'Give the merges that learnBytePairs found.',
      })
    }
    ranks.set(keyOf(left, right), rank)
  })
  const known = new Map<string, readonly string[]>()
  const cut = (word: string): string[] => {
    const before = known.get(word)
    if (before) return [...before]
    let pieces = spell(word)
    for (;;) {
      const next = firstMerge(pieces, ranks)
      if (!next) break
      pieces = mergePair(pieces, next)
    }
    // Bounded: a stream of ever new words must not fill the memory.
    if (known.size < 2 ** 16) known.set(word, pieces)
    return [...pieces]
  }
  return { merges: merges.map(([left, right]) => [left, right] as const), cut }
}

/** Pieces back to words; what follows the last `▁` is a word as well. */
export function joinPieces(pieces: readonly string[]): string[] {
  const text = pieces.join('')
  const words = text.split(wordEnd)
  return words.at(-1) === '' ? words.slice(0, -1) : words
}

/** The characters of a word. A `▁` inside a word would end it, so it is written as an underscore. */
function spell(word: string): string[] {
  const characters = [...word.replaceAll(wordEnd, '_')]
  if (characters.length === 0) return []
  return [...characters.slice(0, -1), `${characters.at(-1)}${wordEnd}`]
}

function keyOf(left: string, right: string): string {
  return `${left}\u0000${right}`
}

function firstMerge(pieces: readonly string[], ranks: ReadonlyMap<string, number>): [string, string] | undefined {
  let best: [string, string] | undefined
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at + 1 < pieces.length; at++) {
    const pair: [string, string] = [pieces[at] as string, pieces[at + 1] as string]
    const rank = ranks.get(keyOf(...pair))
    if (rank === undefined || rank >= least) continue
    least = rank
    best = pair
  }
  return best
}

function mergePair(pieces: readonly string[], [left, right]: readonly [string, string]): string[] {
  const merged: string[] = []
  for (let at = 0; at < pieces.length; at++) {
    const isPair = pieces[at] === left && pieces[at + 1] === right
    merged.push(isPair ? left + right : (pieces[at] as string))
    if (isPair) at++
  }
  return merged
}

/** How often pairs occur, and in which words. */
class PairCounts {
  readonly #counts = new Map<string, number>()
  readonly #entries = new Map<string, Set<number>>()

  /** Counts the pairs of a word, or with a negative count takes them away. */
  add(pieces: readonly string[], entry: number, count: number): void {
    for (let at = 0; at + 1 < pieces.length; at++) {
      const key = keyOf(pieces[at] as string, pieces[at + 1] as string)
      const total = (this.#counts.get(key) ?? 0) + count
      if (total > 0) this.#counts.set(key, total)
      else this.#counts.delete(key)
      const entries = this.#entries.get(key) ?? new Set()
      if (count > 0) entries.add(entry)
      else entries.delete(entry)
      if (entries.size > 0) this.#entries.set(key, entries)
      else this.#entries.delete(key)
    }
  }

  mostFrequent(least: number): { readonly pair: [string, string]; readonly entries: readonly number[] } | undefined {
    let best: string | undefined
    let most = least - 1
    for (const [key, count] of this.#counts) {
      if (count > most || (count === most && best !== undefined && key < best)) {
        best = key
        most = count
      }
    }
    if (best === undefined) return undefined
    const [left, right] = best.split('\u0000') as [string, string]
    return { pair: [left, right], entries: [...(this.#entries.get(best) ?? [])] }
  }
}
