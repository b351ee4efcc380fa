// Beam search: the step is one compiled function for all sources and beams, and only the best candidates leave the device.
import { type Backend, compile, type DeviceArray, mapTree, type Tensor } from '@deep-recipe/core-tensor'
import { checkCount } from '../check.ts'
import type { DecoderMemory, DecoderState } from '../decoder/options.ts'
import { BeamState, type Candidate } from './beam.ts'
import { checkNumbers, checkSearch, disposeAll, forbid, repeatRows, rowsOf } from './device.ts'
import type { Hypothesis, Search, SearchOptions, SequenceModel } from './model.ts'
import { selectLargest } from './select-largest.ts'

/** Options of `beamSearch`. */
export interface BeamSearchOptions extends SearchOptions {
  /** How many sequences are followed at once. Default 5. */
  readonly beams?: number
  /** How many to return, up to `beams`. Default 1. */
  readonly best?: number
  /** α by which longer sequences are excused for being less probable; 0 compares probabilities. Default 0.6. */
  readonly lengthNormalization?: number
}

/** Where the beams come from, what they say, and log p so far: one entry for each row. */
type Chosen<Value> = { readonly parents: Value; readonly symbols: Value; readonly scores: Value }

/** What a step gives, on the device. */
interface Stepped {
  readonly state: unknown
  readonly candidates: { readonly scores: DeviceArray; readonly parents: DeviceArray; readonly symbols: DeviceArray }
  readonly weights?: DeviceArray
}

/** Log of a probability of 0 that is still a number. */
const impossible = -1e30

/**
 * Searches the most probable sequences: of all ways to go on, the best `beams` are followed.
 *
 * One step for all sources of a batch and all their beams is compiled once; parameters and memory stay on the device.
 * A source is done when nothing that is still open can become better than what is finished.
 *
 * @throws ValueError for options that make no search; NonFiniteError from the search when the model says NaN.
 */
export function beamSearch<P, Source>(
  backend: Backend,
  model: SequenceModel<P, Source>,
  options: BeamSearchOptions,
): Search<P, Source> {
  const { beams = 5, best = 1, lengthNormalization = 0.6, start, end, maximumLength } = options
  checkSearch('beamSearch', options)
  checkCount('beamSearch: beams', beams)
  checkCount('beamSearch: best', best)
  const rules = { beams, end, maximumLength, lengthNormalization }

  const begin = compile(backend, (params: P, source: Source) => {
    const { memory, state } = model.begin(params, source)
    return { memory, state: repeatRows(state, beams) }
  })
  const step = compile(backend, (params: P, memory: DecoderMemory, state: DecoderState, chosen: Chosen<Tensor>) => {
    const before = mapTree(state, (part) => (part as Tensor).gather(chosen.parents)) as DecoderState
    const next = model.step(params, memory, before, chosen.symbols)
    const [rows, symbols] = next.logits.shape as readonly [number, number]
    const all = forbid(next.logits, options).logSoftmax().add(chosen.scores.expandDims(1))
    const width = beams * symbols
    const { values, places } = selectLargest(all.reshape([rows / beams, width]), Math.min(2 * beams, width))
    const parents = places.div(symbols)
    const candidates = { scores: values, parents, symbols: places.sub(parents.mul(symbols)) }
    return { state: next.state, candidates, weights: next.weights }
  })

  const search = async (params: unknown, source: unknown): Promise<Hypothesis[][]> => {
    const begun = await begin(...([params, source] as Parameters<typeof begin>))
    const { memory } = begun
    let state: unknown = begun.state
    try {
      const rows = rowsOf(state)
      const states = Array.from({ length: rows / beams }, () => new BeamState(rules))
      const chosen = firstChoice(rows, beams, start)
      for (let length = 1; length <= maximumLength && states.some((one) => !one.done); length++) {
        const next = (await step(...([params, memory, state, chosen] as unknown as Parameters<typeof step>))) as Stepped
        disposeAll(state)
        state = next.state
        const read = await readStep(next, rows, beams)
        states.forEach((one, i) => {
          chosen.scores.fill(impossible, i * beams, (i + 1) * beams)
          if (one.done) return
          const going = one.advance(read.candidates(i), read.weights(i), length === maximumLength)
          for (const [beam, { parent, symbol, logProbability }] of going.entries()) {
            const row = i * beams + beam
            chosen.parents[row] = i * beams + parent
            chosen.symbols[row] = symbol
            chosen.scores[row] = logProbability
          }
        })
      }
      return states.map((one) => one.best(best))
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

/** At the beginning all beams of a source are alike: one of them counts. */
function firstChoice(rows: number, beams: number, start: number) {
  return {
    parents: Int32Array.from({ length: rows }, (_, row) => row),
    symbols: new Int32Array(rows).fill(start),
    scores: Float32Array.from({ length: rows }, (_, row) => (row % beams === 0 ? 0 : impossible)),
  } satisfies Chosen<Int32Array | Float32Array>
}

/** Reads what a step found, source by source. */
async function readStep({ candidates, weights }: Stepped, rows: number, beams: number) {
  const scores = (await candidates.scores.data()) as Float32Array
  const parents = await candidates.parents.data()
  const symbols = await candidates.symbols.data()
  const alpha = (await weights?.data()) as Float32Array | undefined
  disposeAll({ candidates, weights })
  checkNumbers('beamSearch', scores)
  const each = (scores.length * beams) / rows
  const places = alpha ? alpha.length / rows : 0
  return {
    candidates: (source: number): Candidate[] =>
      Array.from({ length: each }, (_, rank) => {
        const at = source * each + rank
        const logProbability = scores[at] as number
        return { parent: parents[at] as number, symbol: symbols[at] as number, logProbability }
      }),
    weights: (source: number): (Float32Array | undefined)[] =>
      Array.from({ length: beams }, (_, beam) => {
        const row = source * beams + beam
        return alpha?.slice(row * places, (row + 1) * places)
      }),
  }
}
