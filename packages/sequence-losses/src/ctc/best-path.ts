// Best-path decoding of CTC: the likeliest class of each step, then trimming.
import type { HostValue } from '@deep-recipe/core-tensor'
import { type Frames, readFrames } from './frames.ts'

/** One label of a decoded or aligned sequence. */
export interface AlignedLabel {
  readonly label: number
  /** The first step at which the label is on. */
  readonly start: number
  /** The step after the last one. */
  readonly end: number
  /** The largest probability that the network gives the label in these steps, 0 … 1. */
  readonly confidence: number
}

/** What decoding gives. */
export interface Decoded {
  readonly labels: readonly number[]
  /** The same labels with times and confidences. */
  readonly alignment: readonly AlignedLabel[]
  /** Natural logarithm of the probability; of what, is said by the decoder. */
  readonly logProbability: number
}

/** Options of decoders. */
export interface DecodeOptions {
  /** The class that says "no label". Default 0. */
  readonly blank?: number
  /** How many steps of the scores are real. Default all. */
  readonly length?: number
}

/**
 * Trimming: equal neighbours become one, then blanks go.
 *
 * ```ts
 * console.log(collapsePath([...'好好好棒棒棒棒棒']).join('')) // 好棒
 * console.log(collapsePath([...'好好∅棒∅棒棒棒'], '∅').join('')) // 好棒棒
 * ```
 *
 * Without a blank no label could ever stand beside itself.
 */
export function collapsePath<Label>(path: readonly Label[], blank?: Label): Label[] {
  return path.filter((label, t) => label !== path[t - 1] && (blank === undefined || label !== blank))
}

/**
 * The labels on the likeliest single path. Fast, and often right where a network is sure; many paths together may spell something
 * likelier, which `decodePrefixBeam` looks for.
 *
 * @param scores logits of one sequence, [time, classes].
 * @returns with the logarithm of the probability of the path.
 * @throws ShapeError and ValueError for scores that cannot be read.
 */
export function decodeBestPath(scores: HostValue, options: DecodeOptions = {}): Decoded {
  const { blank = 0 } = options
  const frames = readFrames('decodeBestPath', scores, blank, options.length)
  const path = Array.from({ length: frames.time }, (_, t) => findLargest(frames, t))
  const logProbability = path.reduce((sum, label, t) => sum + logProbabilityOf(frames, t, label), 0)
  const alignment = alignPath(frames, path, blank)
  return { labels: alignment.map(({ label }) => label), alignment, logProbability }
}

function findLargest({ classes, logProbabilities }: Frames, t: number): number {
  let best = 0
  for (let k = 1; k < classes; k++) {
    if ((logProbabilities[t * classes + k] as number) > (logProbabilities[t * classes + best] as number)) best = k
  }
  return best
}

/** log y_t(label). */
export function logProbabilityOf({ classes, logProbabilities }: Frames, t: number, label: number): number {
  return logProbabilities[t * classes + label] as number
}

/** The runs of equal labels on a path, with their times and confidences. */
function alignPath(frames: Frames, path: readonly number[], blank: number): AlignedLabel[] {
  const runs: AlignedLabel[] = []
  for (let start = 0; start < path.length; ) {
    const label = path[start] as number
    let end = start
    while (end < path.length && path[end] === label) end++
    if (label !== blank) runs.push({ label, start, end, confidence: largestProbability(frames, label, start, end) })
    start = end
  }
  return runs
}

/** max over the steps start … end − 1 of the label's probability. */
export function largestProbability(frames: Frames, label: number, start: number, end: number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let t = start; t < end; t++) largest = Math.max(largest, logProbabilityOf(frames, t, label))
  return Math.exp(largest)
}
