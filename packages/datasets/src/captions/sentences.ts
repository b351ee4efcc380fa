// Sentences with gaps: one list of templates both writes what is so and reads what was said, so that every sentence that
// can be written can be read back, and no other.
import type { HostRandom } from '@deep-recipe/core-tensor'

/** The ways to say each value of a gap, e.g. `{ large: ['large', 'big'] }`; values are what is meant, phrases what is said. */
export type Phrases = ReadonlyMap<string, readonly string[]>

/** Gaps by name: `{A}` in a template is filled by one of the phrases of a value of the gap A. */
export type Gaps = { readonly [gap: string]: Phrases }

/** A template that has been understood. */
export interface SentenceTemplate {
  /** The sentence for a value of each gap, with synonyms drawn at random. */
  write(values: { readonly [gap: string]: string }, random: HostRandom): string
  /** The value of each gap, or undefined for a sentence that is not of this form. */
  read(sentence: string): { readonly [gap: string]: string } | undefined
}

/** A template such as `a {A} left of a {B}` over the given gaps. */
export function makeTemplate(text: string, gaps: Gaps): SentenceTemplate {
  const pieces = text.split(/\{(\w+)\}/) // words between gaps, names of gaps at odd places
  const pattern = pieces.map((piece, i) =>
    i % 2 === 0 ? escapePattern(piece) : `(?<${piece}>${anyWords(phrasesOf(gaps, piece))})`,
  )
  const form = new RegExp(`^${pattern.join('')}$`)
  const meanings = new Map(Object.entries(gaps).map(([name, phrases]) => [name, invert(phrases)]))
  return {
    write: (values, random) =>
      pieces
        .map((piece, i) =>
          i % 2 === 0 ? piece : choose(phrasesOf(gaps, piece).get(values[piece] ?? '') ?? [], random),
        )
        .join(''),
    read: (sentence) => {
      const groups = form.exec(sentence)?.groups
      if (!groups) return undefined
      const values = Object.entries(groups).map(([name, phrase]) => [name, meanings.get(name)?.get(phrase)] as const)
      if (values.some(([, value]) => value === undefined)) return undefined
      return Object.fromEntries(values) as { [gap: string]: string }
    },
  }
}

/** One of the entries, each equally likely. */
export function choose<T>(entries: readonly T[], random: HostRandom): T {
  return entries[random.integer(entries.length)] as T
}

/** A sentence as it is compared: lower case, single spaces, no full stop. */
export function tidySentence(sentence: string): string {
  return sentence
    .toLowerCase()
    .replace(/[.!]\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** A pattern of as many words as the phrases have, looked up afterwards: that is quicker than to try all phrases. */
function anyWords(phrases: Phrases): string {
  const lengths = [...phrases.values()].flat().map((phrase) => phrase.split(' ').length)
  return `\\S+(?: \\S+){${Math.min(...lengths) - 1},${Math.max(...lengths) - 1}}?`
}

function phrasesOf(gaps: Gaps, name: string): Phrases {
  return gaps[name] ?? new Map()
}

function invert(phrases: Phrases): Map<string, string> {
  return new Map([...phrases].flatMap(([value, all]) => all.map((phrase) => [phrase, value] as const)))
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
