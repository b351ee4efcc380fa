// Beam search on the host, for one source: which sequences go on, which are done. It never sees a tensor.
import type { Hypothesis } from './model.ts'

/** How sequences are compared. */
export interface BeamRules {
  readonly beams: number
  readonly end: number
  readonly maximumLength: number
  /** α of the length normalisation. */
  readonly lengthNormalization: number
}

/** One way to go on: which beam, with which symbol, and log p of all it would have said. */
export interface Candidate {
  readonly parent: number
  readonly symbol: number
  readonly logProbability: number
}

/** A sequence as a chain, last symbol first; beams share their beginnings. */
interface Link {
  readonly symbol: number
  readonly weights: Float32Array | undefined
  readonly before: Link | undefined
  readonly length: number
}

interface Beam {
  readonly last: Link | undefined
  readonly logProbability: number
}

/**
 * log p / ((5 + length) / 6)^α (Wu and others, "Google's neural machine translation system", 2016). With α = 0 it is log p,
 * which prefers short sequences.
 */
export function normalizeByLength(logProbability: number, length: number, alpha: number): number {
  return logProbability / ((5 + length) / 6) ** alpha
}

/** The sequences of one source. */
export class BeamState {
  readonly #rules: BeamRules
  #beams: readonly Beam[] = [{ last: undefined, logProbability: 0 }]
  #finished: Hypothesis[] = []

  constructor(rules: BeamRules) {
    this.#rules = rules
  }

  /** Whether nothing that could still be said would be better than what is finished. */
  get done(): boolean {
    const best = this.#beams[0]
    if (!best) return true
    const worst = this.#finished[this.#rules.beams - 1]
    if (!worst) return false
    // log p only falls, and the greatest length divides it by most.
    const { lengthNormalization, maximumLength } = this.#rules
    return normalizeByLength(best.logProbability, maximumLength, lengthNormalization) <= worst.score
  }

  /**
   * Takes one step.
   *
   * @param candidates best first, at least two for each beam: should all beams come to their end, as many go on.
   * @param weights α of each beam's step.
   * @param cut whether the greatest length is reached: what is not finished is finished as it is.
   * @returns the beams that go on, best first.
   */
  advance(
    candidates: readonly Candidate[],
    weights: readonly (Float32Array | undefined)[],
    cut: boolean,
  ): readonly Candidate[] {
    const { beams, end } = this.#rules
    const going: Candidate[] = []
    const next: Beam[] = []
    for (const [rank, candidate] of candidates.entries()) {
      const parent = this.#beams[candidate.parent]
      if (!parent || candidate.logProbability < -1e29) continue
      const { symbol, logProbability } = candidate
      const last = {
        symbol,
        weights: weights[candidate.parent],
        before: parent.last,
        length: (parent.last?.length ?? 0) + 1,
      }
      const ends = symbol === end
      // An end mark counts only if it is among the best: else it would crowd out what goes on.
      if (ends && rank < beams) this.#finish(last, logProbability, true)
      else if (!ends && next.length < beams) {
        next.push({ last, logProbability })
        going.push(candidate)
      }
    }
    if (cut) for (const { last, logProbability } of next) this.#finish(last as Link, logProbability, false)
    this.#beams = cut ? [] : next
    return cut ? [] : going
  }

  /** The best sequences, best first. */
  best(count: number): Hypothesis[] {
    return this.#finished.slice(0, count)
  }

  #finish(last: Link, logProbability: number, ended: boolean): void {
    const links: Link[] = []
    for (let link: Link | undefined = last; link; link = link.before) links.push(link)
    links.reverse()
    const symbols = links.map((link) => link.symbol)
    const hypothesis: Hypothesis = {
      symbols: ended ? symbols.slice(0, -1) : symbols,
      logProbability,
      score: normalizeByLength(logProbability, last.length, this.#rules.lengthNormalization),
      ended,
      weights: links.flatMap((link) => (link.weights ? [link.weights] : [])),
    }
    const place = this.#finished.findIndex((other) => other.score < hypothesis.score)
    this.#finished.splice(place < 0 ? this.#finished.length : place, 0, hypothesis)
    this.#finished.length = Math.min(this.#finished.length, this.#rules.beams)
  }
}
