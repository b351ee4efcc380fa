// Prefix beam search (Hannun, Maas, Jurafsky, Ng 2014): the likeliest labels by all paths that spell them, with a word list
// and language models if there are any.
import { type HostValue, ValueError } from '@deep-recipe/core-tensor'
import { alignFrames } from './align-labels.ts'
import { type Decoded, type DecodeOptions, logProbabilityOf } from './best-path.ts'
import { type Frames, readFrames } from './frames.ts'
import { addLogarithms, type Extension, Prefix } from './prefix-tree.ts'
import { type LanguageOptions, scoreEnd, scoreToken, WordList, type WordOptions } from './word-list.ts'

/** Options of `decodePrefixBeam`. */
export interface PrefixBeamOptions extends DecodeOptions {
  /** Prefixes that are followed at each step. Default 25. */
  readonly beamWidth?: number
  /** Only so many classes, the likeliest of each step, may lengthen a prefix. Default 50. */
  readonly labelsPerStep?: number
  /** How many outputs are wanted, the best first. Default 1. */
  readonly results?: number
  /** A language model whose tokens are the labels. */
  readonly language?: LanguageOptions
  /** Only these words may be spelled. */
  readonly words?: WordOptions
}

/** One output of the search. */
export interface BeamResult extends Decoded {
  /** log p of the labels by all paths that were followed, plus what language models add: the best comes first by this. */
  readonly score: number
}

/**
 * Looks for the labels l with the largest
 *
 *   log p(l | scores) + α log p(l | language model) + β (number of labels or words)
 *
 * Paths that spell the same are added up while they are walked: each prefix carries the probability of those that end in its last
 * label and of those that end in the blank, for only after a blank can the same label be spelled again.
 *
 * ```ts
 * // Each step alone prefers the blank, but more paths spell [1].
 * const scores = [[0.6, 0.4], [0.6, 0.4]].map((row) => row.map(Math.log))
 * console.log(decodeBestPath(scores).labels, decodePrefixBeam(scores)[0]?.labels) // [] [ 1 ]
 * ```
 *
 * Time grows with steps × beam width × labels per step; memory with steps × beam width.
 *
 * @param scores logits of one sequence, [time, classes].
 * @returns up to `results` outputs with the times and confidences of their likeliest paths; none where the word list allows none.
 *   `logProbability` is of all paths that were followed.
 * @throws ShapeError and ValueError for scores that cannot be read, and options out of range.
 */
export function decodePrefixBeam(scores: HostValue, options: PrefixBeamOptions = {}): BeamResult[] {
  const { blank = 0, beamWidth = 25, labelsPerStep = 50, results = 1, language } = options
  const frames = readFrames('decodePrefixBeam', scores, blank, options.length)
  checkCount('beamWidth', beamWidth)
  checkCount('labelsPerStep', labelsPerStep)
  checkCount('results', results)
  const words = options.words && new WordList(options.words)
  const search = new Search(frames, { blank, language, words })

  let beam = [search.root]
  for (let t = 0; t < frames.time; t++) beam = search.advance(beam, t, { beamWidth, labelsPerStep })
  return beam
    .flatMap((prefix) => search.finish(prefix) ?? [])
    .sort((a, b) => b.score - a.score)
    .slice(0, results)
    .map(({ labels, score, logProbability }) => {
      const { alignment } = alignFrames(frames, labels, blank)
      return { labels, alignment, logProbability, score }
    })
}

/** Probabilities that a prefix is about to get. */
interface Gain extends Extension {
  readonly parent: Prefix
  readonly label: number
  blankEnd: number
  labelEnd: number
}

class Search {
  readonly root: Prefix
  readonly #frames: Frames
  readonly #blank: number
  readonly #language: LanguageOptions | undefined
  readonly #words: WordList | undefined

  constructor(
    frames: Frames,
    rules: { blank: number; language: LanguageOptions | undefined; words: WordList | undefined },
  ) {
    this.#frames = frames
    this.#blank = rules.blank
    this.#language = rules.language
    this.#words = rules.words
    this.root = new Prefix(undefined, -1, 0, rules.words?.start)
    this.root.blankEnd = 0
  }

  /** The best prefixes after one more step. */
  advance(beam: readonly Prefix[], t: number, limits: { beamWidth: number; labelsPerStep: number }): Prefix[] {
    const gains = new Map<Prefix, Gain>()
    const fresh: Gain[] = []
    const labels = this.#chooseLabels(t, limits.labelsPerStep)
    const logBlank = logProbabilityOf(this.#frames, t, this.#blank)
    for (const prefix of beam) prefix.step = t
    for (const prefix of beam) {
      const { total } = prefix
      const own = gains.get(prefix) ?? stay(prefix)
      gains.set(prefix, own)
      own.blankEnd = addLogarithms(own.blankEnd, total + logBlank)
      if (prefix.parent) {
        const again = prefix.labelEnd + logProbabilityOf(this.#frames, t, prefix.label)
        own.labelEnd = addLogarithms(own.labelEnd, again)
      }
      for (const label of labels) {
        // The last label again is a new one only after a blank.
        const before = prefix.parent && label === prefix.label ? prefix.blankEnd : total
        const gain = before + logProbabilityOf(this.#frames, t, label)
        if (gain === Number.NEGATIVE_INFINITY) continue
        const child = prefix.children.get(label)
        if (child?.step === t) {
          const known = gains.get(child) ?? stay(child)
          known.labelEnd = addLogarithms(known.labelEnd, gain)
          gains.set(child, known)
        } else {
          const longer = this.#lengthen(prefix, label)
          if (longer)
            fresh.push({ parent: prefix, label, ...longer, blankEnd: Number.NEGATIVE_INFINITY, labelEnd: gain })
        }
      }
    }
    const kept = selectBest(gains, fresh, limits.beamWidth)
    const followed = new Set(kept)
    for (const prefix of beam) if (!followed.has(prefix)) prefix.extensions.clear()
    return kept
  }

  /** A whole output with its score, or undefined where it may not end here. */
  finish(prefix: Prefix): { labels: number[]; logProbability: number; score: number } | undefined {
    const ofWords = prefix.words ? this.#words?.finish(prefix.words) : 0
    if (ofWords === undefined) return undefined
    const { labels, total } = prefix
    return {
      labels,
      logProbability: total,
      score: total + prefix.language + ofWords + scoreEnd(this.#language, labels),
    }
  }

  /** What a prefix becomes with one more label, or undefined where the word list forbids it. Language models are asked once. */
  #lengthen(prefix: Prefix, label: number): Extension | undefined {
    if (prefix.extensions.has(label)) return prefix.extensions.get(label)
    const followed = prefix.words && this.#words?.follow(prefix.words, label)
    const ofLabel = this.#language ? scoreToken(this.#language, label, prefix.labels) : 0
    const extension =
      prefix.words && !followed
        ? undefined
        : { language: prefix.language + ofLabel + (followed?.score ?? 0), words: followed?.state }
    prefix.extensions.set(label, extension)
    return extension
  }

  /** The likeliest classes of a step, the blank left out. */
  #chooseLabels(t: number, count: number): number[] {
    const score = (k: number): number => logProbabilityOf(this.#frames, t, k)
    // Sorted, the likeliest first; most classes are worse than its last and cost one comparison.
    const best: number[] = []
    for (let k = 0; k < this.#frames.classes; k++) {
      if (k === this.#blank || (best.length === count && score(k) <= score(best[count - 1] as number))) continue
      const worse = best.findIndex((other) => score(other) < score(k))
      best.splice(worse < 0 ? best.length : worse, 0, k)
      if (best.length > count) best.pop()
    }
    return best
  }
}

/** The best prefixes, with their new probabilities. */
function selectBest(gains: ReadonlyMap<Prefix, Gain>, fresh: readonly Gain[], count: number): Prefix[] {
  const all = [
    ...[...gains].map(([prefix, gain]) => ({ prefix, gain })),
    ...fresh.map((gain) => ({ prefix: undefined, gain })),
  ]
  return all
    .map((each) => ({ ...each, score: addLogarithms(each.gain.blankEnd, each.gain.labelEnd) + each.gain.language }))
    .filter(({ score }) => score > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ prefix, gain }) => {
      const kept = prefix ?? adopt(gain)
      kept.blankEnd = gain.blankEnd
      kept.labelEnd = gain.labelEnd
      return kept
    })
}

/** The gain of a prefix that is followed already. */
function stay({ parent, label, language, words }: Prefix): Gain {
  const none = Number.NEGATIVE_INFINITY
  // The root has no parent; it never needs one here.
  return { parent: parent as Prefix, label, language, words, blankEnd: none, labelEnd: none }
}

/** The prefix of a gain, in the tree from now on. */
function adopt({ parent, label, language, words }: Gain): Prefix {
  const prefix = parent.children.get(label) ?? new Prefix(parent, label, language, words)
  parent.children.set(label, prefix)
  return prefix
}

function checkCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new ValueError({
    what: `decodePrefixBeam: ${name}`,
    expected: 'a positive whole number',
    received: String(value),
    remedy: 'Leave it out for the usual value.',
  })
}
