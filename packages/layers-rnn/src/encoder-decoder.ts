// Sequence to sequence: an encoder reads a sentence, a decoder says another (Sutskever, Vinyals and Le, 2014).
import { concat, flattenTree, splitKey, type Tensor, ValueError, zeros } from '@deep-recipe/core-tensor'
import { type Context, embedding, evaluation, type Initializer, type Params } from '@deep-recipe/layers-core'
import { checkCount, checkRate, checkSymbols } from './check.ts'
import type {
  DecoderRun,
  DecoderRunOptions,
  DecoderSource,
  DecoderState,
  PreparedSource,
  SequenceDecoder,
} from './decoder/options.ts'
import { drawKept, keyOf } from './dropout.ts'
import type { RecurrentLayer } from './recurrent.ts'
import type { SequenceModel } from './search/model.ts'

/** Options of `encoderDecoder`. */
export interface EncoderDecoderOptions {
  /** Number of symbols of the source. */
  readonly symbols: number
  /** Width of the source symbols' vectors. Default 128. */
  readonly embedding?: number
  /** Reads the source; it gives all steps, e.g. `bidirectional(gru(128))`. */
  readonly encoder: RecurrentLayer
  readonly decoder: SequenceDecoder
  /**
   * Read the source from its last symbol to its first, so that the beginnings of both sentences are near each other
   * (Sutskever and others, 2014). What attention sees keeps its places. Default false.
   */
  readonly reverseSource?: boolean
  /** What padded places of the source hold. Default 0. */
  readonly padding?: number
  /** Share of the source symbols' vectors left out while training. Default 0. */
  readonly dropout?: number
  /** Of the source symbols' vectors. Default uniform over ±0.05. */
  readonly embeddingInitializer?: Initializer
}

/** Parameters of the two halves. */
export type EncoderDecoderParams = {
  readonly source: Params
  readonly encoder: Params
  readonly decoder: Params
}

/** A model from sentences to sentences. It can be decoded as it is. */
export interface EncoderDecoder extends SequenceModel<EncoderDecoderParams, Tensor> {
  readonly name: string
  init(key: Tensor): EncoderDecoderParams
  /** Reads sources, int32 [batch, words]. */
  encode(params: EncoderDecoderParams, source: Tensor, context: Context): DecoderSource
  /**
   * For training: what it says after each of the given symbols.
   *
   * @param source int32 [batch, words], padded.
   * @param symbols int32 [batch, steps]: the beginning mark, then the right answer but its last symbol.
   */
  run(
    params: EncoderDecoderParams,
    source: Tensor,
    symbols: Tensor,
    context: Context,
    options?: DecoderRunOptions,
  ): DecoderRun
}

/**
 * A model that reads a sentence and says another.
 *
 * What the encoder ends with, forwards and backwards beside each other, is the decoder's `summary`; its steps are the memory;
 * for a decoder with the begin `state`, its last state is handed over as it is.
 *
 * ```ts
 * const decoder = sequenceDecoder({ symbols: 90, cell: gruCell(32), attention: additiveAttention(32), begin: 'summary' })
 * const model = encoderDecoder({ symbols: 80, embedding: 16, encoder: bidirectional(gru(32)), decoder })
 * const params = model.init(randomKey(1))
 * const { logits } = model.run(params, ones([4, 7], 'int32'), ones([4, 9], 'int32'), evaluation)
 * console.log(logits.shape) // [4, 9, 90]
 * ```
 *
 * @throws ValueError for an encoder that gives its last step alone.
 */
export function encoderDecoder(options: EncoderDecoderOptions): EncoderDecoder {
  const { symbols, decoder, reverseSource = false, padding = 0, dropout = 0 } = options
  const width = options.embedding ?? 128
  checkCount('encoderDecoder: symbols', symbols)
  checkCount('encoderDecoder: embedding', width)
  checkRate('encoderDecoder: dropout', dropout)
  if (options.encoder.output === 'last') {
    throw new ValueError({
      what: 'encoderDecoder: encoder',
      expected: 'a recurrent layer that gives all steps',
      received: "one with { output: 'last' }",
      remedy: 'Leave that option out.',
    })
  }
  const encoder = reverseSource ? options.encoder.reversed() : options.encoder
  const { embeddingInitializer: initializer } = options
  const lookUp = embedding(symbols, width, initializer ? { initializer } : {})

  const encode = (params: EncoderDecoderParams, given: Tensor, context: Context): DecoderSource => {
    const source = checkSymbols('encoderDecoder: source', given, 2, 'int32[batch, words]')
    const drops = context.training && dropout > 0
    const [vectorKey, encoderKey] = drops
      ? splitKey(keyOf('encoderDecoder with dropout', context))
      : [undefined, context.key]
    const vectors = lookUp.apply(params.source as { table: Tensor }, source, context)
    const mask = source.notEqual(padding)
    const seen = vectorKey ? vectors.mul(drawKept(vectorKey, dropout, vectors.shape)) : vectors
    const inner = { ...context, mask, ...(encoderKey && { key: encoderKey }) }
    const { output, lastState } = encoder.run(params.encoder, seen, inner)
    return {
      memory: output,
      mask,
      summary: summarize(lastState),
      ...(decoder.begin === 'state' && {
        state: lastState as DecoderState['cell'] as NonNullable<DecoderSource['state']>,
      }),
    }
  }
  return {
    name: `encoderDecoder(${encoder.name}, ${decoder.name})`,
    init: (key) => {
      const [sourceKey, encoderKey, decoderKey] = splitKey(key, 3)
      const params = {
        source: lookUp.init(sourceKey, [1]),
        encoder: encoder.init(encoderKey, [1, width]),
        decoder: {},
      }
      const { memory, summary } = encode(params, zeros([1, 1], 'int32'), evaluation)
      const widths = { memory: memory?.shape[2] as number, summary: summary?.shape[1] as number }
      return { ...params, decoder: decoder.init(decoderKey, widths) }
    },
    encode,
    run: (params, source, given, context, runOptions) => {
      const [encoderKey, decoderKey] = context.key ? splitKey(context.key) : []
      const keyed = (key: Tensor | undefined): Context => ({ ...context, ...(key && { key }) })
      const read = encode(params, source, keyed(encoderKey))
      return decoder.run(params.decoder, read, given, keyed(decoderKey), runOptions)
    },
    begin: (params, source): PreparedSource => decoder.prepare(params.decoder, encode(params, source, evaluation)),
    step: (params, memory, state, given) => decoder.step(params.decoder, memory, state, given),
  }
}

/** What each walk ended with, its h, beside each other. */
function summarize(lastState: Params): Tensor {
  const { leaves, paths } = flattenTree<Tensor>(lastState)
  return concat(
    leaves.filter((_, i) => /(^|\.)h$/.test(paths[i] as string)),
    -1,
  )
}
