// Padding: which steps of sequences are real, where that comes from, and the last real step.
import {
  arange,
  asTensor,
  formatShape,
  formatType,
  ShapeError,
  type Tensor,
  type TensorLike,
} from '@deep-recipe/core-tensor'
import { type Layer, makeLayer, type Params } from '@deep-recipe/layers-core'
import { checkType, readSequenceShape } from './check.ts'

/**
 * The mask of sequences with padding after them: true for the first `lengths[i]` of `time` steps.
 *
 * @param lengths int32 [batch].
 * @returns bool [batch, time].
 * @throws ShapeError for anything but one whole number for each sequence.
 */
export function lengthsToMask(lengths: TensorLike, time: number): Tensor {
  const counts = asTensor(lengths, 'int32')
  if (counts.rank !== 1 || counts.dtype !== 'int32') {
    throw new ShapeError({
      what: 'lengths',
      expected: 'int32[batch]',
      received: formatType(counts),
      remedy: 'Give the number of real steps of each sequence.',
    })
  }
  return arange(time).less(counts.expandDims(1))
}

/** Options of `masked`. */
export interface MaskedOptions {
  /** What padded steps hold: the symbol, or the number in every feature. Default 0. */
  readonly padding?: number
}

/**
 * Tells a layer, and all those inside it, which steps are padded: those that hold nothing but the padding.
 *
 * ```ts
 * const tagger = masked(sequential(embedding(1000, 32), bidirectional(lstm(64)), dense(20)))
 * console.log(tagger.apply(tagger.init(randomKey(1), [12]), zeros([4, 12], 'int32'), evaluation).shape) // [4, 12, 20]
 * ```
 *
 * @param layer takes symbols [batch, time], or features [batch, time, features].
 */
export function masked<P extends Params>(layer: Layer<P>, options: MaskedOptions = {}): Layer<P> {
  const { padding = 0 } = options
  return {
    name: `masked(${layer.name})`,
    init: (key, inputShape) => layer.init(key, inputShape),
    apply: (params, input, context) => layer.apply(params, input, { ...context, mask: findReal(input, padding) }),
  }
}

function findReal(input: Tensor, padding: number): Tensor {
  const real = input.notEqual(padding)
  if (input.rank === 2) return real
  if (input.rank === 3) return real.cast('int32').max(-1).greater(0)
  throw new ShapeError({
    what: 'masked: input',
    expected: 'symbols [batch, time] or features [batch, time, features]',
    received: formatShape(input.shape),
    remedy: 'Put masked around the layer that takes the sequences.',
  })
}

/**
 * The last real step of each sequence: [batch, time, features] → [batch, features]. Zeros for a sequence without any.
 *
 * After a recurrent layer that walks forward this is what `output: 'last'` gives.
 */
export function lastStep(): Layer {
  return makeLayer('lastStep', (input, { mask }) => {
    const [batch, time] = readSequenceShape('lastStep', input)
    if (!mask) return input.at(-1, 1)
    checkType('lastStep: mask', mask, 'bool', [batch, time], 'The mask must belong to these sequences.')
    // 1 + the place of the last real step; padded steps count as 0.
    const places = arange(time).add(1)
    const last = mask.where(places, 0).max(-1, { keepDims: true })
    const chosen = places.equal(last).expandDims(-1)
    return chosen.where(input, 0).sum(1)
  })
}
