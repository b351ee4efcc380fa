// Batches of encoded pairs of similar length: few shapes, each compiled once.
import type { HostArray } from '@deep-recipe/core-tensor'
import { batchByLength } from '@deep-recipe/datasets/words'
import type { BatchSource } from '@deep-recipe/training'
import { endIndex, startIndex, type TextCodec } from '../text/codec.ts'
import type { Pair } from '../text/data.ts'
import { type Direction, languagesOf } from '../text/languages.ts'

/** A pair as numbers; the target ends with the end mark. */
export interface EncodedPair {
  readonly source: readonly number[]
  readonly target: readonly number[]
}

/** The two languages of a translation as numbers. */
export interface Codecs {
  readonly source: TextCodec
  readonly target: TextCodec
}

/** Pairs as numbers. */
export function encodePairs(pairs: readonly Pair[], codecs: Codecs, direction: Direction): EncodedPair[] {
  const [from, to] = languagesOf(direction)
  return pairs.map((pair) => {
    const source = codecs.source.encode(pair[from])
    return { source: source.symbols, target: [...codecs.target.encodeTarget(pair[to], source), endIndex] }
  })
}

/**
 * Batches for training: inputs int32 [batch, 2, steps], the source and what the decoder reads (start mark, then the target but
 * its end); targets int32 [batch, steps].
 */
export function pairBatches(
  pairs: readonly EncodedPair[],
  options: { readonly batchSize: number; readonly buckets: number; readonly seed?: number },
): BatchSource {
  const lengths = pairs.map(({ source, target }) => Math.max(source.length, target.length))
  const cut = batchByLength(lengths, options)
  return {
    length: cut.length,
    *epoch(epoch, start) {
      for (const { examples, length, weights } of cut.epoch(epoch, start)) {
        const inputs = new Int32Array(examples.length * 2 * length)
        const targets = new Int32Array(examples.length * length)
        examples.forEach((example, row) => {
          const { source, target } = pairs[example] as EncodedPair
          inputs.set(source, row * 2 * length)
          inputs.set([startIndex, ...target.slice(0, -1)], (row * 2 + 1) * length)
          targets.set(target, row * length)
        })
        yield {
          inputs: { shape: [examples.length, 2, length], dtype: 'int32', data: inputs } satisfies HostArray,
          targets: { shape: [examples.length, length], dtype: 'int32', data: targets } satisfies HostArray,
          weights,
        }
      }
    },
  }
}
