// Translating: sentences in batches through beam search, and what comes out as sentences again, with their alignments.
import type { Backend, HostArray } from '@deep-recipe/core-tensor'
import { mapTree } from '@deep-recipe/core-tensor'
import { beamSearch, type EncoderDecoder, type Hypothesis } from '@deep-recipe/layers-rnn'
import type { HostParams } from '@deep-recipe/training'
import { type EncodedSentence, endIndex, startIndex } from '../text/codec.ts'
import type { Codecs } from './batches.ts'

/** A translation. */
export interface Translation {
  readonly source: string
  readonly text: string
  /** Log probability, normalised by length. */
  readonly score: number
  /** Whether it came to its end. */
  readonly ended: boolean
  /** What was read and what was said, symbol by symbol. */
  readonly sourcePieces: readonly string[]
  readonly targetPieces: readonly string[]
  /** α for each of the target's symbols over the source's; none without attention. */
  readonly weights: readonly (readonly number[])[]
}

/** Options of a translator. */
export interface TranslatorOptions {
  readonly beams: number
  /** Translations of each sentence. Default 1. */
  readonly best?: number
  /** Sentences at once. Default 32. */
  readonly batchSize?: number
}

/** Translates sentences. */
export interface Translator {
  /** n-best translations of each sentence, best first. An empty sentence has an empty one. */
  translate(sentences: readonly string[], onProgress?: (done: number) => void): Promise<Translation[][]>
  dispose(): void
}

/** The most symbols that are said. */
const maximumLength = 60

/** Readies a trained network for translating. */
export function makeTranslator(
  backend: Backend,
  network: EncoderDecoder,
  params: HostParams,
  codecs: Codecs,
  { beams, best = 1, batchSize = 32 }: TranslatorOptions,
): Translator {
  const search = beamSearch(backend, network, {
    start: startIndex,
    end: endIndex,
    forbidden: [0],
    maximumLength,
    beams,
    best,
    lengthNormalization: 1,
  })
  type Given = Parameters<typeof search>
  const device = mapTree(params, (leaf) => backend.upload(leaf as HostArray)) as Given[0]
  const translate: Translator['translate'] = async (sentences, onProgress = () => undefined) => {
    const encoded = sentences.map((text, at) => ({ at, text, source: codecs.source.encode(text) }))
    // Sentences of one length class share a shape, and with it the compiled step.
    const order = [...encoded].sort((a, b) => a.source.symbols.length - b.source.symbols.length)
    const results: Translation[][] = sentences.map((source) => [emptyTranslation(source)])
    const full = order.filter(({ source }) => source.symbols.length > 0)
    const rows = Math.min(batchSize, Math.max(1, full.length))
    for (let first = 0; first < full.length; first += rows) {
      const batch = full.slice(first, first + rows)
      const length = shapeFor(batch.at(-1)?.source.symbols.length ?? 1)
      const data = new Int32Array(rows * length)
      batch.forEach(({ source }, row) => {
        data.set(source.symbols, row * length)
      })
      // Rows without a sentence are decoded too, and left aside: a padding symbol keeps them from being empty.
      const found = await search(device, { shape: [rows, length], dtype: 'int32', data } as Given[1])
      batch.forEach(({ at, text, source }, row) => {
        results[at] = (found[row] ?? []).map((one) => describe(text, source, one, codecs))
      })
      onProgress(first + batch.length)
    }
    return results
  }
  return {
    translate,
    dispose: () => {
      search.dispose()
      mapTree(device, (leaf) => (leaf as { dispose(): void }).dispose())
    },
  }
}

/** Lengths in steps of four: few shapes. */
function shapeFor(length: number): number {
  return Math.max(4, Math.ceil(length / 4) * 4)
}

function emptyTranslation(source: string): Translation {
  return { source, text: '', score: 0, ended: true, sourcePieces: [], targetPieces: [], weights: [] }
}

function describe(text: string, source: EncodedSentence, one: Hypothesis, codecs: Codecs): Translation {
  const weights = one.weights.slice(0, one.symbols.length).map((alpha) => [...alpha.slice(0, source.symbols.length)])
  // "Other" is what stands where the decoder looked (Luong and others, "Addressing the rare word problem", 2015).
  const copy = (position: number): string => {
    const alpha = weights[position]
    return alpha ? (source.words[alpha.indexOf(Math.max(...alpha))] ?? '□') : '□'
  }
  return {
    source: text,
    text: codecs.target.decode(one.symbols, copy),
    score: one.score,
    ended: one.ended,
    sourcePieces: source.pieces,
    targetPieces: one.symbols.map((symbol, at) => (symbol === 1 ? copy(at) : codecs.target.pieceOf(symbol))),
    weights,
  }
}
