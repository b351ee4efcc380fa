// What a decoder is made of, and what it takes and gives.
import type { Tensor } from '@deep-recipe/core-tensor'
import type { Context, Initializer, Params, TensorRecord } from '@deep-recipe/layers-core'
import type { Attention, AttentionMemory } from '../attention/attention.ts'
import type { CellState, RecurrentCell } from '../cell.ts'

/** What a decoder begins with, made from the source's own. */
export type DecoderBegin = 'summary' | 'mean' | 'state' | 'zero'

/** Options of `sequenceDecoder`. */
export interface DecoderOptions {
  /** Number of symbols it can read and say. */
  readonly symbols: number
  readonly cell: RecurrentCell
  /** Width of the symbols' vectors. Default: the cell's units. */
  readonly embedding?: number
  /** How it looks at the memory. Without it, all it knows of the source is its first state (Sutskever and others, 2014). */
  readonly attention?: Attention
  /**
   * Whether the state before a step asks, and the cell reads the answer (`before`: Bahdanau and others, 2015; Xu and
   * others, 2015; Yao and others, 2015), or the state after it (`after`: Luong and others, 2015). Then attention waits
   * for no loop, unless there is input feeding: all steps are one product. Default `before`.
   */
  readonly attend?: 'before' | 'after'
  /** For `after`: the cell also reads what the step before it put out, h̃ (Luong and others, 2015). Default false. */
  readonly inputFeeding?: boolean
  /** Soft attention, or hard (Xu and others, 2015). Default soft. */
  readonly reading?: 'soft' | 'hard'
  /** What is read of the memory is multiplied by a gate β = σ(h w + b) (Xu and others, 2015). Default false. */
  readonly gate?: boolean
  /**
   * The first state: tanh of a linear function of the source's `summary`, or of the `mean` of its memory; the given
   * `state` as it is (Sutskever and others, 2014); or zeros. Default: `mean` with attention, else `summary`.
   */
  readonly begin?: DecoderBegin
  /** The output layer's weight is the table of the symbols' vectors (Press and Wolf, 2017; Inan and others, 2017). Default false. */
  readonly tieWeights?: boolean
  /** Share of the symbols' vectors and of the last features left out while training. Default 0. */
  readonly dropout?: number
  /** Share of h that the recurrent products do not see while training, the same in every step. Default 0. */
  readonly recurrentDropout?: number
  /** Of the symbols' vectors. Default uniform over ±0.05. */
  readonly embeddingInitializer?: Initializer
}

/** Widths of the sources that a decoder is for. */
export interface SourceWidths {
  /** Features of the memory. Needed for attention, and for the begin `mean`. */
  readonly memory?: number
  /** Needed for the begin `summary`. */
  readonly summary?: number
}

/** What a decoder is given of the source. */
export type DecoderSource = {
  /** Of shape [batch, places, features]: words, positions of a feature map, frames. */
  readonly memory?: Tensor
  /** Which places are real, bool [batch, places]. Default all. */
  readonly mask?: Tensor
  /** [batch, width]. */
  readonly summary?: Tensor
  /** For the begin `state`: of the decoder's cell, each part [batch, units]. */
  readonly state?: CellState
}

/** What a decoder carries from step to step. */
export type DecoderState = {
  /** Of the cell. */
  readonly cell: TensorRecord
  /** With input feeding: what the step before put out, [rows, width]. */
  readonly feed?: Tensor
}

/** What does not change while a source is decoded. */
export type DecoderMemory = { readonly attention?: AttentionMemory }

/** A source, made ready. */
export type PreparedSource = { readonly memory: DecoderMemory; readonly state: DecoderState }

/** What one step gives. */
export type DecoderStep = {
  /** Of shape [rows, symbols]: of what comes next. */
  readonly logits: Tensor
  readonly state: DecoderState
  /** [rows, places], if there is attention. */
  readonly weights?: Tensor
}

/** What a decoder gives for whole sequences. */
export interface DecoderRun {
  /** [batch, steps, symbols]. */
  readonly logits: Tensor
  /** α, [batch, steps, places], if there is attention. */
  readonly weights?: Tensor
  /** Of hard attention: the places that were looked at, 1-of-N, [batch, steps, places]. */
  readonly chosen?: Tensor
}

/** Options of `run`. */
export interface DecoderRunOptions {
  /**
   * Scheduled sampling (Bengio and others, 2015): the probability with which the decoder reads, in place of the right
   * symbol, one that it says itself. A number, or a scalar that grows while training. Default 0: teacher forcing.
   */
  readonly sampling?: Tensor | number
  /** For sampling: draw from the softmax, or take the most probable. Default `draw`. */
  readonly sample?: 'draw' | 'best'
}

/** A recurrent network that says symbol after symbol, looking at a source. Rows of a step may be several for each source. */
export interface SequenceDecoder {
  readonly name: string
  readonly symbols: number
  readonly cell: RecurrentCell
  readonly begin: DecoderBegin
  /** First parameters. */
  init(key: Tensor, widths: SourceWidths): Params
  /** Computes once what all steps need. */
  prepare(params: Params, source: DecoderSource): PreparedSource
  /**
   * For training: what it says after each of the given symbols.
   *
   * @param symbols int32 [batch, steps]: the sequence's beginning mark, then its symbols but the last.
   */
  run(params: Params, source: DecoderSource, symbols: Tensor, context: Context, options?: DecoderRunOptions): DecoderRun
  /**
   * For decoding: one step.
   *
   * @param symbols int32 [rows]; rows are batch × k, those of one source beside each other.
   */
  step(params: Params, memory: DecoderMemory, state: DecoderState, symbols: Tensor): DecoderStep
}
