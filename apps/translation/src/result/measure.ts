// How good translations are: BLEU-4 over all references of a sentence, in all and by the length of the sentence.
import { corpusBleu } from '@deep-recipe/sequence-losses'
import type { Translation, Translator } from '../model/translator.ts'
import type { Pair } from '../text/data.ts'
import { type Direction, languagesOf, splitSentence, wordsToCompare } from '../text/languages.ts'

/** A sentence of the test with all its translations there. */
export interface TestSentence {
  readonly source: string
  readonly references: readonly string[]
  /** Words of the English side (of the first reference, where that is the target), marks not counted. */
  readonly length: number
}

/** BLEU-4 of the sentences of some lengths. */
export interface LengthFigure {
  readonly label: string
  /** In the middle of its range, for charts. */
  readonly middle: number
  readonly count: number
  /** NaN where there is no sentence. */
  readonly bleu: number
}

/** What a model's translations are worth. */
export interface Quality {
  /** BLEU-4 of sentences of up to 12 words. */
  readonly bleu4: number
  /** BLEU-4 of all sentences. */
  readonly all: number
  readonly byLength: readonly LengthFigure[]
}

/** The sentences that the headline figure is about. */
export const headlineLength = 12

const lengthClasses: readonly (readonly [from: number, to: number])[] = [
  [1, 3],
  [4, 6],
  [7, 9],
  [10, 12],
  [13, 16],
  [17, Number.POSITIVE_INFINITY],
]

/** The sentences of a test, each once. */
export function collectSentences(pairs: readonly Pair[], direction: Direction): TestSentence[] {
  const [from, to] = languagesOf(direction)
  const sentences = new Map<string, { references: string[]; length: number }>()
  for (const pair of pairs) {
    const known = sentences.get(pair[from])
    if (known) known.references.push(pair[to])
    else sentences.set(pair[from], { references: [pair[to]], length: countWords(pair.en) })
  }
  return [...sentences].map(([source, rest]) => ({ source, ...rest }))
}

function countWords(english: string): number {
  return splitSentence(english, 'en').filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** Translates a test; throws the signal's reason when it is aborted. */
export async function translateTest(
  translator: Translator,
  sentences: readonly TestSentence[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Translation[]> {
  const results: Translation[] = []
  // In parts of one length class each, so that Ctrl-C is heard between them and few shapes are met.
  const order = sentences
    .map((sentence, at) => ({ sentence, at }))
    .sort((a, b) => a.sentence.length - b.sentence.length)
  const part = 256
  for (let first = 0; first < order.length; first += part) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    signal.throwIfAborted()
    const some = order.slice(first, first + part)
    const found = await translator.translate(
      some.map(({ sentence }) => sentence.source),
      (done) => onProgress(first + done),
    )
    some.forEach(({ at }, i) => {
      results[at] = found[i]?.[0] as Translation
    })
  }
  return results
}

/** Measures translations of the sentences, in their order. */
export function measureQuality(
  sentences: readonly TestSentence[],
  translations: readonly Pick<Translation, 'text'>[],
  direction: Direction,
): Quality {
  const [, to] = languagesOf(direction)
  const compared = sentences.map(({ references, length }, at) => ({
    length,
    candidate: wordsToCompare(translations[at]?.text ?? '', to),
    references: references.map((text) => wordsToCompare(text, to)),
  }))
  const bleuOf = (least: number, most: number): { count: number; bleu: number } => {
    const some = compared.filter(({ length }) => length >= least && length <= most)
    if (some.length === 0) return { count: 0, bleu: Number.NaN }
    const candidates = some.map(({ candidate }) => candidate)
    return {
      count: some.length,
      bleu: corpusBleu(
        candidates,
        some.map(({ references }) => references),
      ).bleu,
    }
  }
  return {
    bleu4: bleuOf(0, headlineLength).bleu,
    all: bleuOf(0, Number.POSITIVE_INFINITY).bleu,
    byLength: lengthClasses.map(([least, most]) => ({
      label: most === Number.POSITIVE_INFINITY ? `${least}+` : `${least}–${most}`,
      middle: most === Number.POSITIVE_INFINITY ? least + 2 : (least + most) / 2,
      ...bleuOf(least, most),
    })),
  }
}
