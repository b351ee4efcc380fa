// Forced alignment: when a known sequence of labels was most probably said (Viterbi over the states of CTC).
import { type HostValue, ValueError } from '@deep-recipe/core-tensor'
import {
  type AlignedLabel,
  type Decoded,
  type DecodeOptions,
  largestProbability,
  logProbabilityOf,
} from './best-path.ts'
import { type Frames, readFrames } from './frames.ts'

/**
 * The likeliest single path that spells the labels, and so the steps of each.
 *
 * ```ts
 * const logits = [[0, 4], [0, 4], [4, 0], [0, 4]]
 * console.log(alignLabels(logits, [1, 1]).alignment.map(({ start, end }) => [start, end])) // [ [ 0, 2 ], [ 3, 4 ] ]
 * ```
 *
 * @param scores logits of one sequence, [time, classes].
 * @returns with the logarithm of the probability of the path.
 * @throws ValueError for labels that are no classes or the blank, and for labels that cannot be spelled in these steps.
 */
export function alignLabels(scores: HostValue, labels: readonly number[], options: DecodeOptions = {}): Decoded {
  const { blank = 0 } = options
  const frames = readFrames('alignLabels', scores, blank, options.length)
  const wrong = labels.find(
    (label) => !Number.isInteger(label) || label < 0 || label >= frames.classes || label === blank,
  )
  if (wrong !== undefined) {
    throw new ValueError({
      what: 'alignLabels: labels',
      expected: `class numbers from 0 to ${frames.classes - 1} other than the blank ${blank}`,
      received: String(wrong),
      remedy: 'Give labels as the network numbers them.',
    })
  }
  const decoded = alignFrames(frames, labels, blank)
  if (decoded.logProbability > Number.NEGATIVE_INFINITY) return decoded
  throw new ValueError({
    what: 'alignLabels',
    expected: 'labels that can be spelled: a step for each, one more between equal neighbours, none of them ruled out',
    received: `${labels.length} labels in ${frames.time} steps`,
    remedy: 'Check that recording and transcript belong together.',
  })
}

/**
 * v_t(s) = log y_t(l′_s) + max(v_{t−1}(s), v_{t−1}(s−1), v_{t−1}(s−2) where a blank may be left out); −∞ with an empty
 * alignment where there is no path.
 */
export function alignFrames(frames: Frames, labels: readonly number[], blank: number): Decoded {
  const states = 2 * labels.length + 1
  const labelOf = (s: number): number => (s % 2 === 1 ? (labels[(s - 1) / 2] as number) : blank)
  const maySkip = (s: number): boolean => s % 2 === 1 && s > 1 && labelOf(s) !== labelOf(s - 2)
  // How many states each best way came from behind, 0 … 2.
  const moves = new Uint8Array(frames.time * states)
  let values = new Float64Array(states).fill(Number.NEGATIVE_INFINITY)
  // Before the first step a path stands in the first blank.
  values[0] = 0
  for (let t = 0; t < frames.time; t++) {
    const next = new Float64Array(states)
    for (let s = 0; s < states; s++) {
      let move = 0
      if (s > 0 && (values[s - 1] as number) > (values[s] as number)) move = 1
      if (t > 0 && maySkip(s) && (values[s - 2] as number) > (values[s - move] as number)) move = 2
      moves[t * states + s] = move
      next[s] = (values[s - move] as number) + logProbabilityOf(frames, t, labelOf(s))
    }
    values = next
  }
  const beforeLast = states > 1 ? (values[states - 2] as number) : Number.NEGATIVE_INFINITY
  const logProbability = Math.max(values[states - 1] as number, beforeLast)
  if (logProbability === Number.NEGATIVE_INFINITY) return { labels, alignment: [], logProbability }

  const starts = new Array<number>(labels.length).fill(0)
  const ends = new Array<number>(labels.length).fill(0)
  let s = beforeLast > (values[states - 1] as number) ? states - 2 : states - 1
  for (let t = frames.time - 1; t >= 0; t--) {
    if (s % 2 === 1) {
      const place = (s - 1) / 2
      starts[place] = t
      if (ends[place] === 0) ends[place] = t + 1
    }
    s -= moves[t * states + s] as number
  }
  const alignment = labels.map((label, i): AlignedLabel => {
    const [start, end] = [starts[i] as number, ends[i] as number]
    return { label, start, end, confidence: largestProbability(frames, label, start, end) }
  })
  return { labels, alignment, logProbability }
}
