// Attention: the contract of a score, and how queries read a memory by it.
//
// A memory is whatever can be looked at: the words of a sentence, the positions of a feature map, the frames of a film.
import { formatShape, oneHot, randomUniform, ShapeError, type Tensor } from '@deep-recipe/core-tensor'
import type { TensorRecord } from '@deep-recipe/layers-core'
import { checkType } from '../check.ts'

/** Widths that the weights of an attention depend on. */
export interface AttentionWidths {
  /** Of what asks. */
  readonly query: number
  /** Of what is looked at. */
  readonly memory: number
}

/** A score: how well each place of a memory answers a query. */
export interface Attention<P extends TensorRecord = TensorRecord> {
  /** For summaries and messages, e.g. `additiveAttention(128)`. */
  readonly name: string
  /** First parameters. Throws a ValueError for widths that do not fit together. */
  init(key: Tensor, widths: AttentionWidths): P
  /** What the score takes from the memory alone, computed once: [batch, places, features] → [batch, places, width]. */
  prepare(params: P, memory: Tensor): Tensor
  /** [batch, places, width] and queries [batch, queries, units] → scores [batch, queries, places]. */
  score(params: P, keys: Tensor, queries: Tensor): Tensor
}

/** A memory made ready for being read. */
export type AttentionMemory = {
  /** What scores are computed from, [batch, places, width]. */
  readonly keys: Tensor
  /** What is read, [batch, places, features]. */
  readonly values: Tensor
  /** Which places are real, bool [batch, places]; all if it is not there. */
  readonly mask?: Tensor
}

/** What queries read. */
export interface AttentionReading {
  /** [batch, queries, features]. */
  readonly context: Tensor
  /** α: where it comes from, [batch, queries, places]. Each row adds up to 1; padded places have exactly 0. */
  readonly weights: Tensor
  /** Of hard attention: the place that was looked at, 1-of-N, [batch, queries, places]. */
  readonly chosen?: Tensor
}

/** How to read. */
export interface AttendOptions {
  /**
   * Soft: the mean of all places, weighted by α (Bahdanau and others, 2015). Hard: one place, drawn with the
   * probabilities α, or without noise the most probable one (Xu and others, 2015). Default soft.
   */
  readonly reading?: 'soft' | 'hard'
  /** For drawing places: what `drawGumbel` gives, [batch, queries, places]. */
  readonly noise?: Tensor
}

/** Lower than any score, and finite: a row of nothing but padding has a softmax. */
const lowest = -1e30

/**
 * Makes a memory ready: what does not depend on queries is computed here, outside any loop. What the memory holds at padded
 * places, NaN included, changes nothing.
 *
 * @param memory [batch, places, features].
 * @param mask bool [batch, places].
 * @throws ShapeError for other shapes.
 */
export function prepareMemory<P extends TensorRecord>(
  attention: Attention<P>,
  params: P,
  memory: Tensor,
  mask?: Tensor,
): AttentionMemory {
  const [batch, places] = readMemoryShape(attention.name, memory)
  if (!mask) return { keys: attention.prepare(params, memory), values: memory }
  checkType(`${attention.name}: mask`, mask, 'bool', [batch, places], 'Give one truth value for each place.')
  const values = mask.expandDims(-1).where(memory, 0)
  return { keys: attention.prepare(params, values), values, mask }
}

/** Throws unless a memory is [batch, places, features]. */
export function readMemoryShape(
  what: string,
  { shape }: Tensor,
): readonly [batch: number, places: number, features: number] {
  const [batch, places, features] = shape
  if (shape.length === 3 && batch !== undefined && places !== undefined && features !== undefined) {
    return [batch, places, features]
  }
  throw new ShapeError({
    what: `${what}: memory`,
    expected: 'a memory [batch, places, features]',
    received: formatShape(shape),
    remedy: 'Flatten feature maps [batch, channels, height, width] with featureMapMemory.',
  })
}

/**
 * Reads a memory. With e the scores of the places j,
 *
 *   α_j = exp(e_j) / Σ_k exp(e_k)        c = Σ_j α_j m_j
 *
 * All queries of an example share its memory, so the steps of a sentence, or the beams of a search, are one product.
 *
 * @param queries [batch, queries, units].
 */
export function attend<P extends TensorRecord>(
  attention: Attention<P>,
  params: P,
  memory: AttentionMemory,
  queries: Tensor,
  options: AttendOptions = {},
): AttentionReading {
  const { keys, values, mask } = memory
  const real = mask?.expandDims(1)
  const scores = attention.score(params, keys, queries)
  const masked = real ? real.where(scores, lowest) : scores
  const softmax = masked.softmax()
  const weights = real ? real.where(softmax, 0) : softmax
  if (options.reading !== 'hard') return { context: weights.matmul(values), weights }
  // Gumbel's trick: argmax (e + g) is a draw from softmax e.
  const place = (options.noise ? masked.add(options.noise) : masked).argMax()
  const chosen = oneHot(place, values.shape[1] as number)
  return { context: chosen.matmul(values), weights, chosen }
}

/** Gumbel noise −log(−log u), of which the largest of `scores + noise` is a draw from softmax(scores). */
export function drawGumbel(key: Tensor, shape: readonly number[]): Tensor {
  // u in (0, 1): both logarithms stay finite.
  const u = randomUniform(key, shape)
    .mul(1 - 2 ** -23)
    .add(2 ** -24)
  return u.log().neg().log().neg()
}

/** Positions of a feature map as a memory: [batch, channels, height, width] → [batch, height · width, channels]. */
export function featureMapMemory(map: Tensor): Tensor {
  const [batch, channels, height, width] = map.shape
  if (map.rank !== 4) {
    throw new ShapeError({
      what: 'featureMapMemory',
      expected: 'feature maps [batch, channels, height, width]',
      received: formatShape(map.shape),
      remedy: 'Give the output of a convolution.',
    })
  }
  return map.reshape([batch as number, channels as number, (height as number) * (width as number)]).transpose([0, 2, 1])
}
