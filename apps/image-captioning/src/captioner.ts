// The captioner: an encoder and a decoder with attention, as one layer that `fit` trains end to end.
import { mapTree, splitKey, stack, type Tensor } from '@deep-recipe/core-tensor'
import {
  type Context,
  dense,
  evaluation,
  inferOutputShape,
  type Layer,
  type Params,
  type TensorRecord,
} from '@deep-recipe/layers-core'
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
  /** Captions of a view that it learns from at a time: the encoder looks once for all of them. */
  readonly captions: number
  /** `again`: attention, for each word. `once`: what all places hold together, before the first word. */
  readonly looking: 'again' | 'once'
  /** Share of the words' vectors and last features left out while training. */
  readonly dropout: number
  /** λ of the doubly stochastic regularisation, which asks that every place be looked at. */
  readonly coverage: number
  /**
   * Weight of the word detectors (Fang and others, "From captions to visual concepts and back", 2015): while training, the
   * encoder is asked as well which words the captions of a view have, whatever their order. 0 for none.
   */
  readonly detection: number
}

/** A captioner; its parameters are `encoder`, `decoder` and `detector`. */
export interface Captioner {
  readonly settings: CaptionerSettings
  /**
   * For `fit`: rows of a view, and of its captions the words that are read and those that are to be said (see
   * `captionSource`) → [batch, 2], for each row the loss and the share of words that would have been said rightly, means
   * over the captions.
   */
  readonly layer: Layer
  /** For the searches of layers-rnn: views [batch, ...view] as float32 are its source. */
  readonly model: SequenceModel<Params, Tensor>
}

/** Makes a captioner. */
export function makeCaptioner(settings: CaptionerSettings): Captioner {
  const { view, kind, units, attentionUnits, embedding, symbols, steps, captions } = settings
  const { looking, dropout, coverage, detection } = settings
  const size = view.reduce((product, length) => product * length, 1)
  const encoder = makeEncoder(settings)
  const decoder = sequenceDecoder({
    symbols,
    cell: lstmCell(units),
    embedding,
    dropout,
    begin: 'summary',
    ...(looking === 'again' && { attention: additiveAttention(attentionUnits), attend: 'after' }),
  })

  const detector = dense(symbols)

  /** What the decoder is given. A clip begins with the mean of its frames, a picture with the strongest of each feature. */
  const look = (params: Params, views: Tensor, context: Context): DecoderSource & { readonly summary: Tensor } => {
    const memory = encoder.apply(params.encoder as Params, views, context)
    const summary = kind === 'clips' ? memory.mean(1) : memory.max(1)
    return looking === 'again' ? { memory, summary } : { summary }
  }

  /** Σ over words of max(x, 0) − x y + log(1 + e^−|x|), y the share of captions that have the word. */
  const detectWords = (params: Params, summary: Tensor, rows: Tensor): Tensor => {
    const shares = rows.slice([0, size + 2 * steps * captions], [-1, symbols])
    const scores = detector.apply(params.detector as TensorRecord, summary, evaluation)
    return scores.maximum(0).sub(scores.mul(shares)).add(scores.abs().neg().exp().add(1).log()).sum(1)
  }

  const layer: Layer = {
    name: `captioner(${encoder.layer.name}, ${decoder.name})`,
    init: (key) => {
      const [encoderKey, decoderKey, detectorKey] = splitKey(key, 3)
      const first = encoder.layer.init(encoderKey, view)
      const features = inferOutputShape(encoder.layer, first, view)[1] as number
      return {
        encoder: first,
        decoder: decoder.init(decoderKey, { memory: features, summary: features }),
        detector: detector.init(detectorKey, [features]),
      }
    },
    apply: (params, rows, context) => {
      const batch = rows.shape[0] as number
      const views = rows.slice([0, 0], [batch, size]).reshape([batch, ...view])
      const words = rows
        .slice([0, size], [batch, 2 * steps * captions])
        .reshape([batch * captions, 2, steps])
        .cast('int32')
      const [read, wanted] = [words.at(0, 1), words.at(1, 1)]
      const seen = look(params, views, context)
      const source = mapTree(seen, (part) => repeatRows(part as Tensor, captions)) as DecoderSource
      const { logits, weights } = decoder.run(params.decoder as Params, source, read, context)
      const real = wanted.notEqual(0)
      const perView = (ofCaptions: Tensor): Tensor => ofCaptions.reshape([batch, captions]).mean(1)
      const loss = perView(maskedCrossEntropy(logits, wanted, { mask: real, reduction: 'sequence-mean' }))
      const rightly = logits.argMax().equal(wanted).and(real).cast('float32').sum(1)
      const share = perView(rightly.div(real.cast('float32').sum(1).maximum(1)))
      if (!context.training) return stack([loss, share], 1)
      const penalties = [
        ...(weights && coverage > 0 ? [perView(doublyStochasticPenalty(weights, { steps: real })).mul(coverage)] : []),
        ...(detection > 0 ? [detectWords(params, seen.summary, rows).mul(detection)] : []),
      ]
      return stack([penalties.reduce((sum, penalty) => sum.add(penalty), loss), share], 1)
    },
  }
  const model: Captioner['model'] = {
    begin: (params, views) => decoder.prepare(params.decoder as Params, look(params, views, evaluation)),
    step: (params, memory, state, said) => decoder.step(params.decoder as Params, memory, state, said),
  }
  return { settings, layer, model }
}

/** Each row so many times: [batch, …] → [batch · times, …]. */
function repeatRows(part: Tensor, times: number): Tensor {
  if (times === 1) return part
  const [batch, ...rest] = part.shape as [number, ...number[]]
  return part
    .expandDims(1)
    .broadcastTo([batch, times, ...rest])
    .reshape([batch * times, ...rest])
}
