// The captioner: an encoder and a decoder with attention, as one layer that `fit` trains end to end.
import { splitKey, stack, type Tensor } from '@deep-recipe/core-tensor'
import { type Context, evaluation, inferOutputShape, type Layer, type Params } from '@deep-recipe/layers-core'
import {
  additiveAttention,
  type DecoderSource,
  doublyStochasticPenalty,
  lstmCell,
  type SequenceModel,
  sequenceDecoder,
} from '@deep-recipe/layers-rnn'
import { maskedCrossEntropy } from '@deep-recipe/sequence-losses'
import { type EncoderSettings, makeEncoder } from './encoder.ts'

/** What decides a captioner's parameters, and how it learns. */
export interface CaptionerSettings extends EncoderSettings {
  /** Of the LSTM. */
  readonly units: number
  /** Width of the network that scores a place. */
  readonly attentionUnits: number
  /** Width of the words' vectors. */
  readonly embedding: number
  /** Symbols of the vocabulary. */
  readonly symbols: number
  /** Words of a caption, the end included. */
  readonly steps: number
  /** `again`: attention, for each word. `once`: what all places hold together, before the first word. */
  readonly looking: 'again' | 'once'
  /** Share of the words' vectors and last features left out while training. */
  readonly dropout: number
  /** λ of the doubly stochastic regularisation, which asks that every place be looked at. */
  readonly coverage: number
}

/** A captioner; its parameters are `encoder` and `decoder`. */
export interface Captioner {
  readonly settings: CaptionerSettings
  /**
   * For `fit`: rows of a view, the words that are read and those that are to be said (see `captionSource`) → [batch, 2], for
   * each row the loss and the share of words that would have been said rightly.
   */
  readonly layer: Layer
  /** For the searches of layers-rnn: views [batch, ...view] as float32 are its source. */
  readonly model: SequenceModel<Params, Tensor>
}

/** Makes a captioner. */
export function makeCaptioner(settings: CaptionerSettings): Captioner {
  const { view, kind, units, attentionUnits, embedding, symbols, steps, looking, dropout, coverage } = settings
  const size = view.reduce((product, length) => product * length, 1)
  const encoder = makeEncoder(settings)
  const decoder = sequenceDecoder({
    symbols,
    cell: lstmCell(units),
    embedding,
    dropout,
    begin: 'summary',
    ...(looking === 'again' && { attention: additiveAttention(attentionUnits), attend: 'before' }),
  })

  /** What the decoder is given. A clip begins with the mean of its frames, a picture with the strongest of each feature. */
  const look = (params: Params, views: Tensor, context: Context): DecoderSource => {
    const memory = encoder.apply(params.encoder as Params, views, context)
    const summary = kind === 'clips' ? memory.mean(1) : memory.max(1)
    return looking === 'again' ? { memory, summary } : { summary }
  }

  const layer: Layer = {
    name: `captioner(${encoder.layer.name}, ${decoder.name})`,
    init: (key) => {
      const [encoderKey, decoderKey] = splitKey(key)
      const first = encoder.layer.init(encoderKey, view)
      const features = inferOutputShape(encoder.layer, first, view)[1] as number
      return { encoder: first, decoder: decoder.init(decoderKey, { memory: features, summary: features }) }
    },
    apply: (params, rows, context) => {
      const batch = rows.shape[0] as number
      const views = rows.slice([0, 0], [batch, size]).reshape([batch, ...view])
      const read = rows.slice([0, size], [batch, steps]).cast('int32')
      const wanted = rows.slice([0, size + steps], [batch, steps]).cast('int32')
      const { logits, weights } = decoder.run(params.decoder as Params, look(params, views, context), read, context)
      const real = wanted.notEqual(0)
      const loss = maskedCrossEntropy(logits, wanted, { mask: real, reduction: 'sequence-mean' })
      const rightly = logits.argMax().equal(wanted).and(real).cast('float32').sum(1)
      const share = rightly.div(real.cast('float32').sum(1).maximum(1))
      if (!weights || coverage === 0 || !context.training) return stack([loss, share], 1)
      return stack([loss.add(doublyStochasticPenalty(weights, { steps: real }).mul(coverage)), share], 1)
    },
  }
  const model: Captioner['model'] = {
    begin: (params, views) => decoder.prepare(params.decoder as Params, look(params, views, evaluation)),
    step: (params, memory, state, said) => decoder.step(params.decoder as Params, memory, state, said),
  }
  return { settings, layer, model }
}
