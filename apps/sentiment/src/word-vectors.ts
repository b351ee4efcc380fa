// A word as a vector: the row of its own number, and the sum of the rows of its letter trigrams (Bojanowski and others,
// "Enriching word vectors with subword information", 2017). Words that were never seen are known by their letters alone.
import { RecipeError, randomBernoulli, splitKey, type Tensor, tensor } from '@deep-recipe/core-tensor'
import { type Layer, makeLayer, normalInitializer, type TensorRecord } from '@deep-recipe/layers-core'

/** Sizes of the two tables. */
export interface WordVectorOptions {
  /** Numbers of words, padding among them. */
  readonly words: number
  /** Numbers of trigrams, padding (0) among them. */
  readonly trigrams: number
  readonly width: number
  /** What counts: words, their trigrams, or both. */
  readonly reads: WordReading
}

/** What a network reads of a word. */
export type WordReading = 'words' | 'trigrams' | 'both'

/** Standard deviation of the vectors at first. */
const deviation = 0.1

/** Numbers below this name no word and no trigram, but padding and what is not in the table: they count nothing. */
const firstIndex = 2

/** Looks words up: int32 [batch, time, 1 + trigrams of a word] → [batch, time, width]. */
export function wordVectors({ words, trigrams, width, reads }: WordVectorOptions): Layer<TensorRecord> {
  return {
    name: `wordVectors(${width})`,
    init: (key) => {
      const [wordKey, trigramKey] = splitKey(key) as [Tensor, Tensor]
      const draw = (own: Tensor, rows: number, scale: number): Tensor =>
        normalInitializer(scale)(own, [rows, width], { fanIn: rows, fanOut: width })
      return {
        ...(reads !== 'trigrams' && { word: draw(wordKey, words, deviation) }),
        ...(reads !== 'words' && { trigram: draw(trigramKey, trigrams, deviation / 2) }),
      }
    },
    apply: ({ word, trigram }, given) => {
      const input = given.cast('int32')
      const [batch, time, columns] = input.shape as [number, number, number]
      const own = word && clearRows(word, firstIndex).gather(input.at(0, 2))
      if (!trigram) return own as Tensor
      const sum = clearRows(trigram, firstIndex)
        .gather(input.slice([0, 0, 1], [batch, time, columns - 1]))
        .sum(2)
      return own ? own.add(sum) : sum
    },
  }
}

/** Zeros in the first rows of a table. */
function clearRows(table: Tensor, count: number): Tensor {
  const isReal = Float32Array.from({ length: table.shape[0] as number }, (_, row) => (row < count ? 0 : 1))
  return table.mul(tensor(isReal).expandDims(1))
}

/**
 * Leaves whole words out while training: each step of [batch, time, width] becomes 0 with this probability (Iyyer and others,
 * "Deep unordered composition rivals syntactic methods for text classification", 2015). What is kept is not scaled: a word
 * that is left out is an event that a network may meet later too.
 */
export function wordDropout(rate: number): Layer {
  return makeLayer(`wordDropout(${rate})`, (input, { training, key }) => {
    if (!training || rate === 0) return input
    if (!key) {
      throw new RecipeError({
        what: 'wordDropout while training',
        expected: 'a random key in the context',
        received: 'none',
        remedy: 'Pass { training: true, key }, with a new key for each step.',
      })
    }
    const [batch, time] = input.shape as [number, number]
    return randomBernoulli(key, 1 - rate, [batch, time, 1]).where(input, 0)
  })
}
