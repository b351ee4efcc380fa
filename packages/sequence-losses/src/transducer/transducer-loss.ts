// The loss of the recurrent neural network transducer (Graves 2012): −log of the probability that a network which reads steps and
// writes labels, as many as it likes at each step, writes a sequence of labels.
import {
  arange,
  asTensor,
  concat,
  formatType,
  full,
  oneHot,
  ShapeError,
  scan,
  type Tensor,
  type TensorLike,
} from '@deep-recipe/core-tensor'
import { checkClass, checkScores, readWholeNumbers } from '../check.ts'
import { impossible } from '../ctc/extended-labels.ts'
import { type Reduction, reduceLosses } from '../reduction.ts'
import { skew } from './skew.ts'

/** Options of `transducerLoss`. */
export interface TransducerOptions {
  /** How many steps of each input are real, int32 [batch]. Default all. */
  readonly inputLengths?: TensorLike
  /** How many labels each sequence has, int32 [batch]. Default: those before the padding with negative numbers. */
  readonly labelLengths?: TensorLike
  /** The class that says "on to the next step". Default 0. */
  readonly blank?: number
  /** Default `mean`: the mean over the batch of loss ÷ number of labels. */
  readonly reduction?: Reduction
}

/**
 * −log p(labels | logits). Node (t, u) stands for having read t steps and written u labels; from there the blank leads to
 * (t + 1, u), label u + 1 to (t, u + 1), with the probabilities y = softmax(logits[t, u]). With β(t, u) for the probability
 * to get from there to the end,
 *
 *   β(t, u) = y(t, u)[blank] β(t + 1, u) + y(t, u)[label u + 1] β(t, u + 1),   β(T, U) = 1,   p(labels) = β(0, 0)
 *
 * in logarithms, one diagonal t + u at a time: T + U steps of a scan, whose gradient is the other half of forward–backward.
 *
 * ```ts
 * const logits = randomNormal(randomKey(1), [2, 20, 4, 28]) // of 20 steps and 3 labels
 * const loss = transducerLoss(logits, [[3, 1, 20], [1, 14, -1]], { inputLengths: [20, 17] })
 * ```
 *
 * @param logits [batch, time, labels + 1, classes] before softmax, usually of a joint network over what encoder and predictor give.
 * @param labels int32 [batch, labels].
 * @returns a scalar, or [batch] with `reduction: 'none'`. The loss of labels that cannot be written is ∞, with gradient 0: class
 *   numbers out of range, the blank among them, or no step to write them in.
 * @throws ShapeError for other shapes; ValueError for lengths, labels or a blank out of range, as far as they are known when
 *   the graph is built.
 */
export function transducerLoss(logits: Tensor, labels: TensorLike, options: TransducerOptions = {}): Tensor {
  const { blank = 0, reduction = 'mean', inputLengths, labelLengths } = options
  checkScores('transducerLoss: logits', logits, ['batch', 'time', 'labels + 1', 'classes'])
  const [batch, time, nodes, classes] = logits.shape as [number, number, number, number]
  checkClass('transducerLoss: blank', blank, classes)
  const count = nodes - 1
  if (count < 0) throw missingNode(logits)
  const wanted = readWholeNumbers('transducerLoss: labels', labels, [batch, count], [-(2 ** 31), classes - 1])
  const steps = readWholeNumbers(
    'transducerLoss: inputLengths',
    inputLengths ?? full([batch], time, 'int32'),
    [batch],
    [0, time],
  )
  const lengths =
    labelLengths === undefined
      ? wanted.greaterEqual(0).cast('int32').sum(1)
      : readWholeNumbers('transducerLoss: labelLengths', labelLengths, [batch], [0, count])

  const moves = readMoves(logits, wanted, { steps, lengths, blank })
  const logProbability = sumOverLattice(moves)
  const isLabel = wanted.greaterEqual(0).and(wanted.less(classes)).and(wanted.notEqual(blank))
  const isWritten = arange(count).less(lengths.expandDims(1))
  const writable = isWritten.and(isLabel.not()).cast('int32').sum(1).equal(0)
  // A comparison that NaN does not pass: it shall reach the loss.
  const hopeless = logProbability.less(impossible / 10).or(writable.not())
  return reduceLosses(
    'transducerLoss',
    hopeless.where(Number.POSITIVE_INFINITY, logProbability.neg()),
    lengths,
    reduction,
  )
}

/** Logarithms of probabilities to move, [labels + 1, time + 1, batch]: read the next step, or write the next label. */
interface Moves {
  readonly read: Tensor
  readonly write: Tensor
}

function readMoves(
  logits: Tensor,
  labels: Tensor,
  { steps, lengths, blank }: { readonly steps: Tensor; readonly lengths: Tensor; readonly blank: number },
): Moves {
  const [batch, time, nodes, classes] = logits.shape as [number, number, number, number]
  const place = (size: number, axis: number): Tensor =>
    arange(size).reshape([0, 1, 2].map((i) => (i === axis ? size : 1)))
  const [u, t] = [place(nodes, 0), place(time, 1)]
  const isRead = t.less(steps)
  const inside = isRead.and(u.lessEqual(lengths))
  // Zeros where nothing real stands: otherwise NaN there would reach the gradient as 0 · NaN.
  const clean = inside.transpose([2, 1, 0]).expandDims(-1).where(logits, 0)
  const logProbabilities = clean.logSoftmax()
  const toNodes = (scores: Tensor): Tensor => scores.transpose([2, 1, 0]).maximum(impossible)
  const ofBlank = toNodes(logProbabilities.at(blank, 3))
  // A choice rather than a product, because 0 · −∞ is not 0.
  const next = concat([labels, full([batch, 1], blank, 'int32')], 1)
  const isNext = oneHot(next, classes).greater(0).expandDims(1)
  const ofLabel = toNodes(isNext.where(logProbabilities, 0).sum(-1))

  // Past the last step of a sequence its last node is passed on at no cost; past the last step of all, so are nodes that lie beyond
  // its last label. So every path ends in the same corner.
  const read = inside.where(ofBlank, isRead.or(u.notEqual(lengths)).where(impossible, full([1, 1, 1], 0)))
  const write = isRead.and(u.less(lengths)).where(ofLabel, impossible)
  const beyond = u.greaterEqual(lengths).and(u.less(nodes - 1))
  const along = beyond.where(0, full([1, 1, 1], impossible)).broadcastTo([nodes, 1, batch])
  return { read: concat([read, full([nodes, 1, batch], impossible)], 1), write: concat([write, along], 1) }
}

/** log β(0, 0). */
function sumOverLattice({ read, write }: Moves): Tensor {
  const [nodes, times, batch] = read.shape as [number, number, number]
  const diagonals = nodes + times - 2
  const toDiagonals = (moves: Tensor): Tensor => skew(moves, impossible).slice([0, 0, 0], [diagonals, nodes, batch])
  const corner = arange(nodes)
    .equal(nodes - 1)
    .expandDims(1)
  // Each diagonal is measured from the likeliest node of the one after it, so that the numbers stay near 0.
  const [first, origins] = scan(
    (after: Tensor, moves: { read: Tensor; write: Tensor }): readonly [Tensor, Tensor] => {
      const origin = after.max(0).stopGradient()
      const further = after.slice([1, 0], [nodes - 1, batch]).pad(
        [
          [0, 1],
          [0, 0],
        ],
        impossible,
      )
      const ways = [after.add(moves.read), further.add(moves.write)] as [Tensor, Tensor]
      const largest = ways[0].maximum(ways[1]).stopGradient()
      const sum = ways[0].sub(largest).exp().add(ways[1].sub(largest).exp())
      return [sum.log().add(largest.sub(origin)), origin]
    },
    corner.where(0, full([nodes, batch], impossible)),
    { read: toDiagonals(read), write: toDiagonals(write) },
    { length: diagonals, reverse: true },
  )
  return first.at(0).add(origins.sum(0))
}

function missingNode(logits: Tensor): ShapeError {
  return new ShapeError({
    what: 'transducerLoss: logits',
    expected: 'float32[batch, time, labels + 1, classes]',
    received: formatType(asTensor(logits)),
    remedy: 'The third axis counts the labels written so far, 0 included.',
  })
}
