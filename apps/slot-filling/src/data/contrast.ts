// Two sentences with one word that means different things: what a network that sees that word alone cannot tell apart.
import type { TaggedSentence } from '@deep-recipe/datasets/words'

/** A word in two sentences, and the tag that is right in each. */
export interface Contrast {
  readonly word: string
  readonly sides: readonly [ContrastSide, ContrastSide]
}

/** One of the two sentences. */
export interface ContrastSide {
  readonly words: readonly string[]
  /** Place of the word in it. */
  readonly at: number
  readonly tag: string
}

/** The lecture's own example, in the words of the generated sentences. */
const lecture: readonly TaggedSentence[] = [
  {
    words: ['arrive', 'taipei', 'on', 'november', '2nd'],
    tags: ['O', 'B-destination', 'O', 'O', 'O'],
    intent: undefined,
  },
  {
    words: ['leave', 'taipei', 'on', 'november', '2nd'],
    tags: ['O', 'B-departure_place', 'O', 'O', 'O'],
    intent: undefined,
  },
]

/**
 * The contrast that shows best in a data set: of generated sentences `arrive taipei` and `leave taipei`; of others the word that
 * begins two kinds of slots most evenly, in the shortest test sentence of each kind. Undefined where no word does.
 *
 * @param isGenerated whether these are the generated sentences.
 */
export function findContrast(
  train: readonly TaggedSentence[],
  test: readonly TaggedSentence[],
  isGenerated: boolean,
): Contrast | undefined {
  const counts = countTags(train)
  const candidates = isGenerated ? [['taipei', 'B-destination', 'B-departure_place'] as const] : rankWords(counts)
  for (const [word, one, other] of candidates) {
    const sides = [one, other].map((tag) => findShortest(isGenerated ? lecture : test, word, tag))
    if (sides[0] && sides[1]) return { word, sides: [sides[0], sides[1]] }
  }
  return undefined
}

/** How often each word has each tag that begins a slot. */
function countTags(sentences: readonly TaggedSentence[]): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>()
  for (const { words, tags } of sentences) {
    words.forEach((word, at) => {
      const tag = tags[at] as string
      if (!tag.startsWith('B-')) return
      const own = counts.get(word) ?? new Map<string, number>()
      counts.set(word, own)
      own.set(tag, (own.get(tag) ?? 0) + 1)
    })
  }
  return counts
}

/** Words with their two most frequent slots; first the one whose second slot is most frequent. */
function rankWords(counts: ReadonlyMap<string, ReadonlyMap<string, number>>) {
  return [...counts]
    .flatMap(([word, own]) => {
      const [first, second] = [...own].sort(([, few], [, many]) => many - few)
      return first && second ? [{ word, one: first[0], other: second[0], count: second[1] }] : []
    })
    .sort((left, right) => right.count - left.count || (left.word < right.word ? -1 : 1))
    .slice(0, 50)
    .map(({ word, one, other }) => [word, one, other] as const)
}

/** The shortest sentence in which this is the only occurrence of the word, with that tag. */
function findShortest(sentences: readonly TaggedSentence[], word: string, tag: string): ContrastSide | undefined {
  let best: ContrastSide | undefined
  for (const { words, tags } of sentences) {
    const at = words.indexOf(word)
    if (at < 0 || tags[at] !== tag || words.lastIndexOf(word) !== at) continue
    if (!best || words.length < best.words.length) best = { words, at, tag }
  }
  return best
}
