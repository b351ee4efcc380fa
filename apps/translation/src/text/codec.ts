// Sentences as numbers and back: English in byte pairs, Chinese in characters. What a vocabulary lacks is "other", and is
// copied from the source.
import {
  type BytePairs,
  buildVocabularySync,
  learnBytePairs,
  makeBytePairs,
  makeVocabulary,
  otherIndex,
  type Vocabulary,
  wordEnd,
} from '@deep-recipe/datasets/words'
import { joinSentence, type Language, splitSentence } from './languages.ts'

/** The numbers of the marks; 0 is padding and 1 is "other". */
export const startIndex = 2
export const endIndex = 3
const marks: readonly string[] = ['<start>', '<end>']

/** A sentence as numbers. */
export interface EncodedSentence {
  readonly symbols: readonly number[]
  /** What each number stands for, as a person would write it. */
  readonly pieces: readonly string[]
  /** The word that each number is a part of, as it stands in the sentence. */
  readonly words: readonly string[]
}

/** One language as numbers. */
export interface TextCodec {
  readonly language: Language
  /** Numbers in use. */
  readonly size: number
  encode(text: string): EncodedSentence
  /** As `encode`, for the target: what the source can only pass on to be copied is "other" here as well. */
  encodeTarget(text: string, source: EncodedSentence): readonly number[]
  /** Symbols as a sentence; `copy` gives the word for an "other" at a position. */
  decode(symbols: readonly number[], copy: (position: number) => string): string
  /** One symbol, for alignments. */
  pieceOf(symbol: number): string
  toJson(): CodecJson
}

/** A codec as it is saved beside a model. */
export type CodecJson = {
  readonly language: Language
  readonly words: readonly string[]
  readonly merges: readonly (readonly [string, string])[]
}

/** How to make a codec from sentences. */
export interface CodecOptions {
  /** Byte pairs to merge in English; 0 spells every word. */
  readonly merges: number
  /** Rarer symbols are "other". */
  readonly minimumCount: number
}

/** Learns the codec of a language from its sentences. */
export function learnCodec(sentences: readonly string[], language: Language, options: CodecOptions): TextCodec {
  const words = sentences.map((text) => splitSentence(text, language).map((word) => word.toLowerCase()))
  const pairs = learnBytePairs(language === 'en' ? words.flat() : [], { merges: options.merges })
  const pieces = language === 'en' ? words.map((sentence) => sentence.flatMap(pairs.cut)) : words
  const vocabulary = buildVocabularySync(pieces, { minimumCount: options.minimumCount, reserved: marks })
  return makeCodec(language, vocabulary, pairs)
}

/** The codec that was saved. Throws for one that is none. */
export function readCodec({ language, words, merges }: CodecJson): TextCodec {
  return makeCodec(language, makeVocabulary(words), makeBytePairs(merges))
}

function makeCodec(language: Language, vocabulary: Vocabulary, pairs: BytePairs): TextCodec {
  const cut = (word: string): string[] => (language === 'en' ? pairs.cut(word.toLowerCase()) : [word.toLowerCase()])
  const encode = (text: string): EncodedSentence => {
    const parts = splitSentence(text, language).flatMap((word) => cut(word).map((piece) => ({ piece, word })))
    return {
      symbols: parts.map(({ piece }) => vocabulary.indexOf(piece)),
      pieces: parts.map(({ piece, word }) => (language === 'en' ? piece.replace(wordEnd, '') : word)),
      words: parts.map(({ word }) => word),
    }
  }
  return {
    language,
    size: vocabulary.size,
    encode,
    encodeTarget: (text, source) => {
      const unknown = new Set(source.words.filter((_, at) => source.symbols[at] === otherIndex).map(lower))
      return splitSentence(text, language).flatMap((word) =>
        unknown.has(lower(word)) ? [otherIndex] : cut(word).map(vocabulary.indexOf),
      )
    },
    decode: (symbols, copy) => {
      const words: string[] = []
      let open = ''
      const close = (): void => {
        if (open !== '') words.push(open)
        open = ''
      }
      symbols.forEach((symbol, position) => {
        if (symbol === otherIndex) {
          close()
          words.push(copy(position))
          return
        }
        const piece = vocabulary.wordAt(symbol)
        open += piece.replace(wordEnd, '')
        if (language === 'zh' || piece.endsWith(wordEnd)) close()
      })
      close()
      return joinSentence(words, language)
    },
    pieceOf: (symbol) => (symbol === otherIndex ? '□' : vocabulary.wordAt(symbol).replace(wordEnd, '')),
    toJson: () => ({ language, words: vocabulary.words, merges: pairs.merges }),
  }
}

function lower(word: string): string {
  return word.toLowerCase()
}
