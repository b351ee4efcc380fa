// Embedding: a learned vector for each of a number of symbols.
import type { Tensor } from '@deep-recipe/core-tensor'
import { type Initializer, uniformInitializer } from '../initializers.ts'
import type { Layer, TensorRecord } from '../layer.ts'
import { checkCount } from './dense.ts'

/** Options of `embedding`. */
export interface EmbeddingOptions {
  /** Default uniform over ±0.05. */
  readonly initializer?: Initializer
}

/**
 * Looks up a row of a table for each index: the product of its 1-of-N encoding and the table.
 *
 * int32 [batch, ...] → [batch, ..., width].
 */
export function embedding(symbols: number, width: number, options: EmbeddingOptions = {}): Layer<TensorRecord> {
  checkCount('embedding: symbols', symbols)
  checkCount('embedding: width', width)
  const initializer = options.initializer ?? uniformInitializer()
  return {
    name: `embedding(${symbols}, ${width})`,
    init: (key) => ({ table: initializer(key, [symbols, width], { fanIn: symbols, fanOut: width }) }),
    apply: ({ table }, input) => (table as Tensor).gather(input.cast('int32')),
  }
}
