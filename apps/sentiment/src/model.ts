// The networks: word vectors, an LSTM both ways, and one of two ways from its steps to a verdict.
import type { Tensor } from '@deep-recipe/core-tensor'
import {
  applyPart,
  type Context,
  dense,
  type Layer,
  type Params,
  type ParamsByPosition,
  sequential,
} from '@deep-recipe/layers-core'
import { attentionPooling, bidirectional, lstm, masked } from '@deep-recipe/layers-rnn'
import { dropout } from '@deep-recipe/regularizers'
import type { Encoder } from './encoder.ts'
import { type WordReading, wordDropout, wordVectors } from './word-vectors.ts'

/** How a network comes from many steps to one verdict. */
export type Pooling = 'last' | 'attention'

/** Sizes of a network, and what is left out while it learns. */
export interface ModelSettings {
  readonly width: number
  /** Of each of the two directions. */
  readonly units: number
  readonly reads: WordReading
  readonly dropout: number
  readonly wordDropout: number
}

/** A network, with the inside that explanations need. */
export interface SentimentModel {
  readonly pooling: Pooling
  /** int32 [batch, time, columns] → logits [batch, 2] of negative and positive. Steps of zeros are padding. */
  readonly layer: Layer
  /** [batch, time, columns] → word vectors [batch, time, width]. */
  lookUp(params: Params, input: Tensor, context: Context): Tensor
  /** Word vectors and the mask in the context → logits [batch, 2]. */
  judge(params: Params, vectors: Tensor, context: Context): Tensor
  /** How much each step counts, [batch, time]; for attention alone. */
  attend?(params: Params, vectors: Tensor, context: Context): Tensor
}

/** Which steps hold a word: bool [batch, time]. */
export function findWords(input: Tensor): Tensor {
  return input.at(0, 2).notEqual(0)
}

/** Builds a network for an encoder. */
export function buildModel(pooling: Pooling, encoder: Encoder, settings: ModelSettings): SentimentModel {
  const { width, units, reads } = settings
  const { vocabulary, hashing } = encoder
  const look = wordVectors({ words: vocabulary.size, trigrams: hashing.size, width, reads })
  const attention = attentionPooling(units)
  const walk = sequential(
    wordDropout(settings.wordDropout),
    dropout(settings.dropout),
    bidirectional(lstm(units, { output: pooling === 'last' ? 'last' : 'sequence' })),
  )
  const decide = sequential(dropout(settings.dropout), dense(2))
  const parts: readonly Layer[] = [look, walk, ...(pooling === 'attention' ? [attention] : []), decide]
  const whole = sequential(...parts)
  const own = (params: Params, position: number): Params => params[position] as Params
  return {
    pooling,
    layer: masked(whole),
    lookUp: (params, input, context) => applyPart(look, 0, params as ParamsByPosition, input, context),
    judge: (params, vectors, context) =>
      parts
        .slice(1)
        .reduce((output, part, i) => applyPart(part, i + 1, params as ParamsByPosition, output, context), vectors),
    ...(pooling === 'attention' && {
      attend: (params: Params, vectors: Tensor, context: Context): Tensor => {
        const steps = applyPart(walk, 1, params as ParamsByPosition, vectors, context)
        return attention.attend(own(params, 2) as Parameters<typeof attention.attend>[0], steps, context)
      },
    }),
  }
}

/** The margin of a verdict: logit of positive − logit of negative, [batch]. Above 0 it is positive. */
export function marginOf(logits: Tensor): Tensor {
  return logits.at(1, 1).sub(logits.at(0, 1))
}
