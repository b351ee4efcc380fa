// The captioner of the page: convolutions look at a scene, an LSTM says word after word and looks at places as it does
// (Xu and others, "Show, attend and tell", 2015).
import { concat, splitKey, type Tensor, tensor } from '@deep-recipe/core-tensor'
import { conv2d, maxPool2d } from '@deep-recipe/layers-cnn'
import {
  type Context,
  evaluation,
  type Layer,
  type Params,
  type ParamsByPosition,
  relu,
  sequential,
} from '@deep-recipe/layers-core'
import {
  additiveAttention,
  type DecoderSource,
  lstmCell,
  type SequenceModel,
  sequenceDecoder,
} from '@deep-recipe/layers-rnn'
import { maskedCrossEntropy } from '@deep-recipe/sequence-losses'

/** Side of a picture, and of the map that attention sees. */
export const SIZE = 32
export const MAP = 8
/** Words of a caption, the end mark included. */
export const STEPS = 16

export const PADDING = 0
export const START = 2
export const END = 3

const FILTERS = 48
const PIXELS = 3 * SIZE * SIZE

const blocks: Layer<ParamsByPosition> = sequential(
  conv2d(24, 5, { stride: 2, padding: 'same', activation: relu }),
  conv2d(FILTERS, 3, { padding: 'same', activation: relu }),
  maxPool2d(2),
  conv2d(FILTERS, 3, { padding: 'same', activation: relu }),
)

/** Bytes [batch, 3, SIZE, SIZE] → [batch, places, features]: each place with where it lies, from −1 to 1. */
function lookAt(params: Params, pictures: Tensor, context: Context): DecoderSource {
  const map = blocks.apply(params as ParamsByPosition, pictures.div(127.5).sub(1), context)
  const batch = map.shape[0] as number
  const places = map.transpose([0, 2, 3, 1]).reshape([batch, MAP * MAP, FILTERS])
  const where = Array.from({ length: MAP * MAP }, (_, place) =>
    [place % MAP, Math.floor(place / MAP)].map((line) => (2 * line) / (MAP - 1) - 1),
  )
  const memory = concat([places, tensor(where).broadcastTo([batch, MAP * MAP, 2])], -1)
  return { memory, summary: memory.max(1) }
}

/** A captioner for so many symbols. */
export function makeCaptioner(symbols: number): {
  /** For training: rows of PIXELS bytes and STEPS + 1 symbols → [batch], the loss. */
  readonly layer: Layer
  /** For searching. */
  readonly model: SequenceModel<Params, Tensor>
} {
  const decoder = sequenceDecoder({
    symbols,
    cell: lstmCell(96),
    embedding: 32,
    begin: 'summary',
    attention: additiveAttention(48),
  })
  const layer: Layer = {
    name: 'captioner',
    init: (key) => {
      const [blockKey, decoderKey] = splitKey(key)
      const widths = { memory: FILTERS + 2, summary: FILTERS + 2 }
      return { encoder: blocks.init(blockKey, [3, SIZE, SIZE]), decoder: decoder.init(decoderKey, widths) }
    },
    apply: (params, rows, context) => {
      const batch = rows.shape[0] as number
      const pictures = rows.slice([0, 0], [batch, PIXELS]).reshape([batch, 3, SIZE, SIZE])
      const words = rows.slice([0, PIXELS], [batch, STEPS + 1]).cast('int32')
      const read = words.slice([0, 0], [batch, STEPS])
      const wanted = words.slice([0, 1], [batch, STEPS])
      const source = lookAt(params.encoder as Params, pictures, context)
      const { logits } = decoder.run(params.decoder as Params, source, read, context)
      return maskedCrossEntropy(logits, wanted, { padding: PADDING, reduction: 'sequence-mean' })
    },
  }
  return {
    layer,
    model: {
      begin: (params, pictures) =>
        decoder.prepare(params.decoder as Params, lookAt(params.encoder as Params, pictures, evaluation)),
      step: (params, memory, state, said) => decoder.step(params.decoder as Params, memory, state, said),
    },
  }
}

/** Numbers of a row for training. */
export const ROW: number = PIXELS + STEPS + 1
