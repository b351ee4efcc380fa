// The two networks that are compared: the same encoder and decoder, without attention and with it.
import { type Layer, normalInitializer } from '@deep-recipe/layers-core'
import {
  additiveAttention,
  bidirectional,
  type DecoderOptions,
  type EncoderDecoder,
  type EncoderDecoderParams,
  encoderDecoder,
  generalAttention,
  lstm,
  lstmCell,
  sequenceDecoder,
} from '@deep-recipe/layers-rnn'

/** What is compared. */
export type ModelKind = 'plain' | 'attention'

/** How the models are called. */
export const modelTitles: Readonly<Record<ModelKind, string>> = {
  plain: 'Without attention',
  attention: 'With attention',
}

/** Sizes of a network. */
export interface NetworkSettings {
  readonly sourceSymbols: number
  readonly targetSymbols: number
  readonly embedding: number
  readonly units: number
  readonly dropout: number
  /** Whether the output layer's weight is the table of the target symbols' vectors. */
  readonly tieWeights: boolean
  /** Additive: Bahdanau's decoder; general: Luong's. */
  readonly attention: 'additive' | 'general'
}

/**
 * A network. Its encoder reads the source both ways; the decoder begins with what the encoder ended with (Sutskever and
 * others, 2014), and with attention also looks at every step of it (Bahdanau and others, 2015; Luong and others, 2015).
 */
export function buildNetwork(kind: ModelKind, settings: NetworkSettings): EncoderDecoder {
  const { units, embedding, dropout, tieWeights } = settings
  const wiring: Pick<DecoderOptions, 'attention' | 'attend' | 'inputFeeding'> =
    settings.attention === 'additive'
      ? { attention: additiveAttention(units), attend: 'before' }
      : { attention: generalAttention(), attend: 'after', inputFeeding: true }
  // Vectors of length about 1: with the uniform ±0.05 of other layers, tied logits would take epochs to grow.
  const embeddingInitializer = normalInitializer(1 / Math.sqrt(embedding))
  const decoder = sequenceDecoder({
    symbols: settings.targetSymbols,
    cell: lstmCell(units),
    embedding,
    begin: 'summary',
    embeddingInitializer,
    dropout,
    tieWeights,
    ...(kind === 'attention' && wiring),
  })
  return encoderDecoder({
    symbols: settings.sourceSymbols,
    embedding,
    encoder: bidirectional(lstm(units / 2)),
    decoder,
    dropout,
    embeddingInitializer,
  })
}

/** The network as a layer for training: int32 [batch, 2, steps], source and decoder's input, → logits. */
export function toTrainable(network: EncoderDecoder): Layer<EncoderDecoderParams> {
  return {
    name: network.name,
    init: (key) => network.init(key),
    apply: (params, input, context) => network.run(params, input.at(0, 1), input.at(1, 1), context).logits,
  }
}
