// Word lists for decoding: which labels may follow, and which words are complete.
import { ValueError } from '@deep-recipe/core-tensor'
import type { LanguageModel } from '../language/n-gram-model.ts'
import type { Token, Tokens } from '../metrics/n-grams.ts'

/** A language model in a search. */
export interface LanguageOptions {
  readonly model: LanguageModel
  /** α: how much log p of the language model counts beside that of the network. Default 0.5. */
  readonly weight?: number
  /** β: added for each label, or word, against the shortness that language models prefer. Default 0. */
  readonly bonus?: number
}

/** Words that alone may be spelled. */
export interface WordOptions {
  /** Each word with its labels. */
  readonly spellings: Iterable<readonly [word: Token, labels: readonly number[]]>
  /** The label between words. Without it the output is exactly one of the words. */
  readonly separator?: number
  /** A language model of the words. */
  readonly language?: LanguageOptions
}

/** A place in the tree of spellings. */
interface Spelling {
  readonly next: Map<number, Spelling>
  word?: Token
}

/** Where a prefix stands: the words before, and what is spelled of the last. */
export interface WordState {
  readonly before: Tokens
  readonly spelling: Spelling
}

/** A list of words, ready to be searched. */
export class WordList {
  readonly root: Spelling
  readonly separator: number | undefined
  readonly language: LanguageOptions | undefined

  /** @throws ValueError for no words, and words without labels or with the separator in them. */
  constructor({ spellings, separator, language }: WordOptions) {
    this.root = { next: new Map() }
    this.separator = separator
    this.language = language
    for (const [word, labels] of spellings) {
      if (labels.length === 0 || (separator !== undefined && labels.includes(separator))) {
        throw new ValueError({
          what: `decodePrefixBeam: spelling of ${word}`,
          expected: 'one or more labels, the separator not among them',
          received: `[${labels.join(', ')}]`,
          remedy: 'Leave the word out, or spell it with other labels.',
        })
      }
      let place = this.root
      for (const label of labels) {
        const next = place.next.get(label) ?? { next: new Map() }
        place.next.set(label, next)
        place = next
      }
      place.word ??= word
    }
    if (this.root.next.size > 0) return
    const remedy = 'Leave words out to allow all labels.'
    throw new ValueError({ what: 'decodePrefixBeam: words', expected: 'at least one word', received: 'none', remedy })
  }

  get start(): WordState {
    return { before: [], spelling: this.root }
  }

  /** The state after one more label and what the language model adds for it, or undefined where the label may not follow. */
  follow(state: WordState, label: number): { readonly state: WordState; readonly score: number } | undefined {
    if (label !== this.separator) {
      const spelling = state.spelling.next.get(label)
      return spelling && { state: { before: state.before, spelling }, score: 0 }
    }
    const { word } = state.spelling
    if (word === undefined) return undefined
    const score = scoreToken(this.language, word, state.before)
    return { state: { before: [...state.before, word], spelling: this.root }, score }
  }

  /** What the language model adds where the output ends, or undefined within a word. A separator may stand at the end. */
  finish({ before, spelling }: WordState): number | undefined {
    const { word } = spelling
    if (word !== undefined) {
      return scoreToken(this.language, word, before) + scoreEnd(this.language, [...before, word])
    }
    return spelling === this.root && this.separator !== undefined ? scoreEnd(this.language, before) : undefined
  }
}

/** α log p(token | history) + β */
export function scoreToken(language: LanguageOptions | undefined, token: Token, history: Tokens): number {
  if (!language) return 0
  return (language.weight ?? 0.5) * language.model.logProbability(token, history) + (language.bonus ?? 0)
}

/** α log p(end | history) */
export function scoreEnd(language: LanguageOptions | undefined, history: Tokens): number {
  return language ? (language.weight ?? 0.5) * language.model.logProbability(undefined, history) : 0
}
