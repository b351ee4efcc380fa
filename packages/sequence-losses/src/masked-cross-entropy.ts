// Cross-entropy of sequences of tokens, padding left out, with label smoothing and focal weights.
import {
  arange,
  formatShape,
  formatType,
  oneHot,
  ShapeError,
  sameShape,
  type Tensor,
  type TensorLike,
  ValueError,
} from '@deep-recipe/core-tensor'
import { checkScores, readWholeNumbers } from './check.ts'

/**
 * What becomes of the losses of tokens: `none` leaves them, [batch, time], 0 at padding; `sequence-sum` and `sequence-mean` give one number for each
 * sequence, [batch]: −log p(sequence), or that by its number of tokens; `sum` and `mean` (of all real tokens of the
 * batch) one number in all.
 */
export type TokenReduction = 'none' | 'sequence-sum' | 'sequence-mean' | 'sum' | 'mean'

/** Options of `maskedCrossEntropy`. */
export interface MaskedCrossEntropyOptions {
  /** Which tokens are real: bool [batch, time]. */
  readonly mask?: Tensor
  /** In place of a mask: how many tokens of each sequence are real, int32 [batch]; padding comes after them. */
  readonly lengths?: TensorLike
  /** In place of both: the class number that means padding. By default a negative number does. */
  readonly padding?: number
  /** ε: targets are (1 − ε) of the right class and ε of all classes alike (Szegedy et al. 2016). Default 0. */
  readonly labelSmoothing?: number
  /** γ: each class k counts (1 − p_k)^γ of itself, so that what is easy counts little (Lin et al. 2017). Default 0. */
  readonly focal?: number
  /** Default `mean`. */
  readonly reduction?: TokenReduction
}

/**
 * Σ over real tokens of −Σ_k q_k (1 − p_k)^γ log p_k, p = softmax(logits), q = (1 − ε) [k = target] + ε / classes.
 *
 * ```ts
 * const logits = zeros([2, 3, 10])
 * const loss = maskedCrossEntropy(logits, [[4, 1, 7], [2, 0, 0]], { padding: 0 })
 * console.log(Math.exp(await loss.item()).toFixed(2)) // 10.00
 * ```
 *
 * What the logits hold at padding, NaN included, changes nothing. For `fit`, which wants one number per sequence:
 * `loss: (logits, targets) => maskedCrossEntropy(logits, targets, { padding: 0, reduction: 'sequence-mean' })`.
 *
 * @param logits [batch, time, classes]. They may be −∞ where a class is ruled out (with label smoothing the loss is ∞ then).
 * @param targets int32 [batch, time]. A class number out of range that is not padding has the probability 0, so its loss is ∞.
 * @returns see `TokenReduction`. The mean of no tokens is 0.
 * @throws ShapeError for other shapes; ValueError for options out of range, for more than one of mask, lengths and padding, and
 *   for targets beyond the classes, as far as they are known when the graph is built.
 */
export function maskedCrossEntropy(
  logits: Tensor,
  targets: TensorLike,
  options: MaskedCrossEntropyOptions = {},
): Tensor {
  const { labelSmoothing: smoothing = 0, focal = 0, reduction = 'mean' } = options
  checkScores('maskedCrossEntropy: logits', logits, ['batch', 'time', 'classes'])
  const [batch, time, classes] = logits.shape as [number, number, number]
  checkOption(
    'labelSmoothing',
    smoothing,
    smoothing >= 0 && smoothing < 1,
    'a share from 0 up to, but not including, 1',
  )
  checkOption('focal', focal, focal >= 0 && Number.isFinite(focal), 'a finite number, 0 or more')
  const highest = Math.max(classes - 1, options.padding ?? 0)
  const wanted = readWholeNumbers('maskedCrossEntropy: targets', targets, [batch, time], [-(2 ** 31), highest])
  const real = findReal(wanted, options)

  // Zeros where nothing real stands: otherwise NaN there would reach the gradient as 0 · NaN.
  const clean = real.expandDims(-1).where(logits, 0)
  const { ofTarget, ofAll } =
    focal > 0 ? focalLosses(clean.logSoftmax(), wanted, focal) : plainLosses(clean, wanted, smoothing > 0)
  const smoothed = ofAll && smoothing > 0 ? ofTarget.mul(1 - smoothing).add(ofAll.mul(smoothing)) : ofTarget
  return reduceTokens(real.where(smoothed, 0), real, reduction)
}

/** What a token costs: of its right class, and on average of all classes. */
type TokenLosses = { readonly ofTarget: Tensor; readonly ofAll?: Tensor }

/**
 * −log p of the right class is log Σ eˣ − x of one place. Looked up so, the classes are gone through as rarely as can be: a
 * log softmax of all classes, or a mark for each, would cost most of a step where there are thousands.
 */
function plainLosses(logits: Tensor, targets: Tensor, averages: boolean): TokenLosses {
  const [batch, time, classes] = logits.shape as [number, number, number]
  // Shifted first: a large x would lose its digits behind the point.
  const shifted = logits.sub(logits.max(-1, { keepDims: true }).stopGradient())
  const total = shifted.exp().sum(-1).log()
  const known = targets.greaterEqual(0).and(targets.less(classes))
  const places = arange(batch * time)
    .mul(classes)
    .add(known.where(targets, 0).reshape([batch * time]))
  const chosen = shifted
    .reshape([batch * time * classes])
    .gather(places)
    .reshape([batch, time])
  // Of a class that is not there, the probability is 0.
  const ofTarget = known.where(total.sub(chosen), Number.POSITIVE_INFINITY)
  return averages ? { ofTarget, ofAll: total.sub(shifted.mean(-1)) } : { ofTarget }
}

function focalLosses(logProbabilities: Tensor, targets: Tensor, focal: number): TokenLosses {
  const losses = weighFocally(logProbabilities, focal)
  const isTarget = oneHot(targets, logProbabilities.shape[2] as number).greater(0)
  // A choice, because 0 · ∞ is not 0; log 0 = −∞ for a class that is not there.
  const ofTarget = isTarget.where(losses, 0).sum(-1).sub(isTarget.cast('float32').sum(-1).log())
  return { ofTarget, ofAll: losses.mean(-1) }
}

/** −(1 − p)^γ log p. Where p rounds to 1, it counts as just below, so that the gradient stays finite for γ < 1. */
function weighFocally(logProbabilities: Tensor, focal: number): Tensor {
  const remaining = logProbabilities
    .exp()
    .neg()
    .add(1)
    .maximum(2 ** -24)
  return remaining.pow(focal).mul(logProbabilities).neg()
}

function findReal(targets: Tensor, { mask, lengths, padding }: MaskedCrossEntropyOptions): Tensor {
  const given = [mask, lengths, padding].filter((option) => option !== undefined)
  if (given.length > 1) {
    throw new ValueError({
      what: 'maskedCrossEntropy',
      expected: 'one of mask, lengths and padding',
      received: `${given.length} of them`,
      remedy: 'Leave out all but one.',
    })
  }
  const [batch, time] = targets.shape as [number, number]
  if (lengths !== undefined) {
    const counts = readWholeNumbers('maskedCrossEntropy: lengths', lengths, [batch], [0, time])
    return arange(time).less(counts.expandDims(1))
  }
  if (!mask) return padding === undefined ? targets.greaterEqual(0) : targets.notEqual(padding)
  if (mask.dtype === 'bool' && sameShape(mask.shape, targets.shape)) return mask
  throw new ShapeError({
    what: 'maskedCrossEntropy: mask',
    expected: `bool${formatShape(targets.shape)}`,
    received: formatType(mask),
    remedy: 'Give one truth value for each token.',
  })
}

function reduceTokens(losses: Tensor, real: Tensor, reduction: TokenReduction): Tensor {
  const count = (axes?: number): Tensor => real.cast('float32').sum(axes).maximum(1)
  if (reduction === 'none') return losses
  if (reduction === 'sequence-sum') return losses.sum(1)
  if (reduction === 'sequence-mean') return losses.sum(1).div(count(1))
  if (reduction === 'sum') return losses.sum()
  if (reduction === 'mean') return losses.sum().div(count())
  throw new ValueError({
    what: 'maskedCrossEntropy: reduction',
    expected: "'none', 'sequence-sum', 'sequence-mean', 'sum' or 'mean'",
    received: String(reduction),
    remedy: "Take 'mean' for the mean over all real tokens.",
  })
}

function checkOption(name: string, value: number, isRight: boolean, expected: string): void {
  if (isRight) return
  throw new ValueError({
    what: `maskedCrossEntropy: ${name}`,
    expected,
    received: String(value),
    remedy: 'Leave it out for plain cross-entropy.',
  })
}
