// The loss of connectionist temporal classification (Graves, Fernández, Gomez, Schmidhuber 2006): −log of the probability
// that a network spells a sequence of labels, at whatever times.
import {
  arange,
  asTensor,
  concat,
  formatType,
  full,
  ShapeError,
  scan,
  type Tensor,
  type TensorLike,
} from '@deep-recipe/core-tensor'
import { checkClass, checkScores, readWholeNumbers } from '../check.ts'
import { type Reduction, reduceLosses } from '../reduction.ts'
import { impossible, interleave, type Labelling, logSkips, readLabelling } from './extended-labels.ts'

/** Options of `ctcLoss`. */
export interface CtcOptions {
  /** How many steps of each output are real, int32 [batch]; padding comes after them. Default all. */
  readonly inputLengths?: TensorLike
  /** How many labels each sequence has, int32 [batch]. Default: those before the padding with negative numbers. */
  readonly labelLengths?: TensorLike
  /** The class that says "no label". Default 0. */
  readonly blank?: number
  /** Default `mean`: the mean over the batch of loss ÷ number of labels, as PyTorch has it. */
  readonly reduction?: Reduction
  /** Loss 0 instead of ∞ where labels cannot be spelled in the given steps. Their gradient is 0 either way. Default false. */
  readonly zeroInfinity?: boolean
}

/**
 * −log p(labels | logits), summed over all ways to spell the labels: each as often as one likes, with blanks between them where one
 * likes, and at least one blank between two equal ones.
 *
 * ```ts
 * const logits = randomNormal(randomKey(1), [2, 50, 28]) // [batch, time, classes]
 * const loss = ctcLoss(logits, [[8, 5, 12, 12, 15], [8, 9, -1, -1, -1]], { inputLengths: [50, 31] })
 * ```
 *
 * Let l′ be the labels with blanks around them, y_t(k) = softmax(logits_t)[k], and β_t(s) the probability to spell what l′ has from s on,
 * in the steps from t on. Then
 *
 *   β_t(s) = y_t(l′_s) · (β_{t+1}(s) + β_{t+1}(s+1) + [l′_s is a label other than l′_{s+2}] β_{t+1}(s+2))
 *   p(labels) = β_0(0) + β_0(1)
 *
 * computed in logarithms from the last step to the first. Backpropagation through this is the other half of the
 * forward–backward algorithm, in shares of the whole probability instead of α: ∂loss/∂log y_t(l′_s) is minus the probability of
 * being in s at t given the labels. So ∂loss/∂logits_t = y_t − these probabilities, and further derivatives exist.
 *
 * Only the scores of the labels' classes are taken out of the logits: memory beside them is some [time, states, batch] arrays.
 *
 * @param logits [batch, time, classes] before softmax (log-probabilities do as well: their softmax is what they are). They may be −∞.
 * @param labels int32 [batch, labels]. A sequence may have none.
 * @returns a scalar, or [batch] with `reduction: 'none'`. The loss of labels that cannot be spelled is ∞, with gradient 0: too many for
 *   the steps, class numbers out of range, or the blank among them.
 * @throws ShapeError for other shapes; ValueError for lengths, labels or a blank out of range, as far as they are known when
 *   the graph is built.
 */
export function ctcLoss(logits: Tensor, labels: TensorLike, options: CtcOptions = {}): Tensor {
  const { blank = 0, reduction = 'mean', zeroInfinity = false } = options
  checkScores('ctcLoss: logits', logits, ['batch', 'time', 'classes'])
  const [batch, time, classes] = logits.shape as [number, number, number]
  checkClass('ctcLoss: blank', blank, classes)
  const given = asTensor(labels, 'int32')
  const count = readLabelCount(given)
  const wanted = readWholeNumbers('ctcLoss: labels', labels, [batch, count], [-(2 ** 31), classes - 1])
  const { inputLengths, labelLengths } = options
  const lengths =
    labelLengths === undefined
      ? undefined
      : readWholeNumbers('ctcLoss: labelLengths', labelLengths, [batch], [0, count])
  const labelling = readLabelling(wanted, lengths, { classes, blank })
  const steps =
    inputLengths === undefined ? undefined : readWholeNumbers('ctcLoss: inputLengths', inputLengths, [batch], [0, time])

  const real = steps && arange(time).less(steps.expandDims(1))
  // Zeros where nothing real stands: otherwise NaN there would reach the gradient as 0 · NaN.
  const clean = real ? real.expandDims(-1).where(logits, 0) : logits
  const scores = pickLogProbabilities(clean, labelling.labels, blank)
  const logProbability = sumOverPaths(maskPadding(scores, real?.transpose()), labelling)

  // A comparison that NaN does not pass: it shall reach the loss.
  const hopeless = logProbability.less(impossible / 10).or(labelling.spellable.not())
  const losses = hopeless.where(zeroInfinity ? 0 : Number.POSITIVE_INFINITY, logProbability.neg())
  return reduceLosses('ctcLoss', losses, labelling.lengths, reduction)
}

function readLabelCount(labels: Tensor): number {
  if (labels.rank === 2) return labels.shape[1] as number
  throw new ShapeError({
    what: 'ctcLoss: labels',
    expected: 'int32[batch, labels]',
    received: formatType(labels),
    remedy: 'Give one row of class numbers for each sequence, padded to one length.',
  })
}

/** What a step gives to the states: log y_t of the blank, [time, batch], and of each label, [time, labels, batch]. */
interface StateScores {
  readonly blanks: Tensor
  readonly labels: Tensor
}

/** log softmax of the logits at the blank and at the labels' classes. */
function pickLogProbabilities(logits: Tensor, labels: Tensor, blank: number): StateScores {
  const [batch, time, classes] = logits.shape as [number, number, number]
  const count = labels.shape[0] as number
  // Relative to the largest before anything is rounded: x − (log Σ eˣ) would lose the digits that a large x has before its point.
  const shifted = logits.sub(logits.max(-1, { keepDims: true }).stopGradient())
  const logSum = shifted.exp().sum(-1).log().transpose().expandDims(1)
  // Rows of time steps, one for each sequence and class.
  const rows = shifted.transpose([0, 2, 1]).reshape([batch * classes, time])
  const wanted = concat([full([1, batch], blank, 'int32'), labels]).add(arange(batch).mul(classes))
  const picked = rows.gather(wanted).transpose([2, 0, 1]).sub(logSum)
  return { blanks: picked.at(0, 1), labels: picked.slice([0, 1, 0], [time, count, batch]) }
}

/** Padded steps keep a path in the blank at no cost, and let it nowhere else; −∞ becomes finite. */
function maskPadding({ blanks, labels }: StateScores, real: Tensor | undefined): StateScores {
  const finite = blanks.maximum(impossible)
  const ruledOut = labels.less(impossible)
  if (!real) return { blanks: finite, labels: ruledOut.where(impossible, labels) }
  const hidden = ruledOut.or(real.not().expandDims(1))
  return { blanks: real.where(finite, 0), labels: hidden.where(impossible, labels) }
}

/** log Σ p(path) over all paths through the states, from the last blank back to the first state. */
function sumOverPaths(scores: StateScores, { labels, lengths }: Labelling): Tensor {
  const [time, count, batch] = scores.labels.shape as [number, number, number]
  const states = 2 * count + 1
  const blanks = scores.blanks.expandDims(1)
  const skips = logSkips(labels)
  const start = arange(states)
    .expandDims(1)
    .equal(lengths.mul(2))
    .where(0, full([states, batch], impossible))
  // One step of the equation above, as log Σ eˣ over the three ways. Each is measured from the likeliest state of the step after
  // it, so that the numbers of long sequences stay near 0, where float32 is fine.
  const [first, origins] = scan(
    (stay: Tensor, score: Tensor): readonly [Tensor, Tensor] => {
      const origin = stay.max(0).stopGradient()
      const padded = stay.pad(
        [
          [0, 2],
          [0, 0],
        ],
        impossible,
      )
      const next = padded.slice([1, 0], [states, batch])
      const skip = padded.slice([2, 0], [states, batch]).add(skips)
      const largest = stay.maximum(next).maximum(skip).stopGradient()
      const powers = [stay, next, skip].map((way) => way.sub(largest).exp()) as [Tensor, Tensor, Tensor]
      const sum = powers[0].add(powers[1]).add(powers[2])
      return [sum.log().add(largest.add(score.sub(origin))), origin]
    },
    start,
    interleave(blanks.broadcastTo([time, count, batch]), scores.labels, blanks),
    { length: time, reverse: true },
  )
  const ends = first.slice([0, 0], [Math.min(2, states), batch])
  return ends.logSumExp(0).add(origins.sum(0))
}
