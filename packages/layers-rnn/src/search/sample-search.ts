// Greedy decoding and sampling: one symbol after the other, without looking back.
import {
  arange,
  type Backend,
  compile,
  type DeviceArray,
  foldInKey,
  randomKey,
  type Tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import { drawGumbel } from '../attention/attention.ts'
import { checkCount } from '../check.ts'
import type { DecoderMemory, DecoderState } from '../decoder/options.ts'
import { checkNumbers, checkSearch, disposeAll, forbid, repeatRows, rowsOf } from './device.ts'
import type { Hypothesis, Search, SearchOptions, SequenceModel } from './model.ts'
import { selectLargest } from './select-largest.ts'

/** Options of `sampleSearch`. */
export interface SampleSearchOptions extends SearchOptions {
  /** Logits are divided by it: below 1 for safer sequences, above for bolder ones. Default 1. */
  readonly temperature?: number
  /** Draw among this many most probable symbols only. Default all. */
  readonly topK?: number
  /** How many sequences for each source. Default 1. */
  readonly samples?: number
  /** The n-th call of searches with the same seed draws the same. Default 0. */
  readonly seed?: number
}

/** Chooses from logits [rows, symbols] a symbol for each row. */
type Choose = (logits: Tensor, key: Tensor) => Tensor

/** What a step gives, on the device. */
interface Stepped {
  readonly state: unknown
  readonly symbols: DeviceArray
  readonly logProbabilities: DeviceArray
  readonly weights?: DeviceArray
}

/** Says the most probable symbol at each step. Throws a ValueError for options that make no search. */
export function greedySearch<P, Source>(
  backend: Backend,
  model: SequenceModel<P, Source>,
  options: SearchOptions,
): Search<P, Source> {
  checkSearch('greedySearch', options)
  return followOne('greedySearch', backend, model, options, (logits) => logits.argMax(), { samples: 1, seed: 0 })
}

/**
 * Draws each symbol with the probability that the model gives it, softmax(logits / temperature), among the `topK` most
 * probable ones (Fan, Lewis and Dauphin, "Hierarchical neural story generation", 2018).
 *
 * @throws ValueError for options that make no search.
 */
export function sampleSearch<P, Source>(
  backend: Backend,
  model: SequenceModel<P, Source>,
  options: SampleSearchOptions,
): Search<P, Source> {
  const { temperature = 1, topK, samples = 1, seed = 0 } = options
  checkSearch('sampleSearch', options)
  checkCount('sampleSearch: samples', samples)
  if (topK !== undefined) checkCount('sampleSearch: topK', topK)
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new ValueError({
      what: 'sampleSearch: temperature',
      expected: 'a number above 0',
      received: String(temperature),
      remedy: 'Use greedySearch for the limit of 0.',
    })
  }
  const choose: Choose = (logits, key) => {
    const scaled = logits.div(temperature)
    const symbols = logits.shape[1] as number
    if (topK === undefined || topK >= symbols) return scaled.add(drawGumbel(key, scaled.shape)).argMax()
    const { values, places } = selectLargest(scaled, topK)
    const drawn = values.add(drawGumbel(key, values.shape)).argMax(-1)
    return arange(topK).equal(drawn.expandDims(1)).where(places, 0).sum(-1)
  }
  return followOne('sampleSearch', backend, model, options, choose, { samples, seed })
}

function followOne<P, Source>(
  what: string,
  backend: Backend,
  model: SequenceModel<P, Source>,
  options: SearchOptions,
  choose: Choose,
  { samples, seed }: { readonly samples: number; readonly seed: number },
): Search<P, Source> {
  const { start, end, maximumLength } = options
  const begin = compile(backend, (params: P, source: Source) => {
    const { memory, state } = model.begin(params, source)
    return { memory, state: repeatRows(state, samples) }
  })
  type Place = { readonly call: Tensor; readonly length: Tensor }
  const step = compile(
    backend,
    (params: P, memory: DecoderMemory, state: DecoderState, before: Tensor, { call, length }: Place) => {
      const next = model.step(params, memory, state, before)
      const allowed = forbid(next.logits, options)
      const symbols = choose(allowed, foldInKey(foldInKey(randomKey(seed), call), length))
      const marks = arange(allowed.shape[1] as number).equal(symbols.expandDims(1))
      const logProbabilities = marks.where(allowed.logSoftmax(), 0).sum(-1)
      return { state: next.state, symbols, logProbabilities, weights: next.weights }
    },
  )
  let calls = 0
  const search = async (params: unknown, source: unknown): Promise<Hypothesis[][]> => {
    const call = calls++
    const begun = await begin(...([params, source] as Parameters<typeof begin>))
    const { memory } = begun
    let state: unknown = begun.state
    try {
      const rows = rowsOf(state)
      const lines = Array.from({ length: rows }, () => new Line(end))
      let before: Int32Array = new Int32Array(rows).fill(start)
      for (let length = 1; length <= maximumLength && lines.some((line) => !line.ended); length++) {
        const place = { call: Int32Array.of(call), length: Int32Array.of(length) }
        const scalars = { call: scalar(place.call), length: scalar(place.length) }
        const given = [params, memory, state, before, scalars] as unknown as Parameters<typeof step>
        const next = (await step(...given)) as Stepped
        disposeAll(state)
        state = next.state
        before = Int32Array.from(await next.symbols.data())
        const logProbabilities = (await next.logProbabilities.data()) as Float32Array
        const weights = (await next.weights?.data()) as Float32Array | undefined
        disposeAll({ ...next, state: undefined })
        checkNumbers(what, logProbabilities)
        const width = (weights?.length ?? 0) / rows
        lines.forEach((line, row) => {
          const alpha = weights?.slice(row * width, (row + 1) * width)
          line.take(before[row] as number, logProbabilities[row] as number, alpha)
        })
      }
      return Array.from({ length: rows / samples }, (_, source) =>
        lines
          .slice(source * samples, (source + 1) * samples)
          .map((line) => line.toHypothesis())
          .sort((a, b) => b.score - a.score),
      )
    } finally {
      disposeAll(memory)
      disposeAll(state)
    }
  }
  const dispose = (): void => {
    begin.dispose()
    step.dispose()
  }
  return Object.assign(search, { dispose }) as Search<P, Source>
}

function scalar(data: Int32Array) {
  return { shape: [], dtype: 'int32' as const, data }
}

/** One sequence as it grows. */
class Line {
  readonly #end: number
  readonly #symbols: number[] = []
  readonly #weights: Float32Array[] = []
  #logProbability = 0
  ended = false

  constructor(end: number) {
    this.#end = end
  }

  take(symbol: number, logProbability: number, weights: Float32Array | undefined): void {
    if (this.ended) return
    this.#logProbability += logProbability
    if (weights) this.#weights.push(weights)
    if (symbol === this.#end) this.ended = true
    else this.#symbols.push(symbol)
  }

  toHypothesis(): Hypothesis {
    const logProbability = this.#logProbability
    const weights = this.#weights
    return { symbols: this.#symbols, logProbability, score: logProbability, ended: this.ended, weights }
  }
}
