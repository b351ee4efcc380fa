// Training a decoder: all steps of the right answer in one graph, with as little as possible inside the loop over time.
import {
  arange,
  mapTree,
  randomBernoulli,
  randomBits,
  scan,
  splitKey,
  type Tensor,
  zeros,
} from '@deep-recipe/core-tensor'
import type { Context } from '@deep-recipe/layers-core'
import { drawGumbel } from '../attention/attention.ts'
import type { CellState } from '../cell.ts'
import { drawKept, keyOf } from '../dropout.ts'
import { runRecurrent } from '../run-recurrent.ts'
import type { DecoderRun, DecoderRunOptions, DecoderState, PreparedSource } from './options.ts'
import type { DecoderParams, DecoderPlan } from './parameters.ts'
import { type Found, readMemory, readOut, type StepFeatures, say, stepDecoder } from './step.ts'

/** What is drawn for a run: nothing where nothing is left to chance. */
interface Draws {
  /** For the symbols' vectors, [batch, steps, embedding]. */
  readonly vectors?: Tensor | undefined
  /** For the last features, [batch, steps, features]. */
  readonly features?: Tensor | undefined
  /** For the state, [batch, units]. */
  readonly keep?: Tensor | undefined
  /** For hard attention, [batch, steps, places]. */
  readonly noise?: Tensor | undefined
  /** For scheduled sampling. */
  readonly samplingKey?: Tensor | undefined
}

/** One step of what the loop reads, batch first. */
type Step = {
  readonly symbol: Tensor | undefined
  readonly embedded: Tensor | undefined
  readonly vectors: Tensor | undefined
  readonly noise: Tensor | undefined
  readonly key: Tensor | undefined
  readonly number: Tensor
}

/** What it carries. */
type Carry = { readonly state: DecoderState; readonly said: Tensor | undefined }

/** Runs a decoder over the right symbols, [batch, steps]. */
export function runDecoder(
  plan: DecoderPlan,
  params: DecoderParams,
  prepared: PreparedSource,
  symbols: Tensor,
  context: Context,
  options: DecoderRunOptions,
): DecoderRun {
  const [batch, steps] = symbols.shape as readonly [number, number]
  const sampling = options.sampling ?? 0
  const samples = context.training && sampling !== 0
  const draws = drawAll(plan, prepared, [batch, steps], context, samples)
  const loops = samples || plan.asksBefore || plan.feeds
  const { features, found } = loops
    ? walk(plan, params, prepared, symbols, draws, options)
    : walkAtOnce(plan, params, prepared, embed(params, symbols, draws.vectors), draws)
  const read = readOut(plan, params, features)
  const logits = say(params, draws.features ? read.mul(draws.features) : read)
  return {
    logits,
    ...(found.weights && { weights: found.weights }),
    ...(found.chosen && { chosen: found.chosen }),
  }
}

function drawAll(
  { options, embedding, units, features }: DecoderPlan,
  { memory }: PreparedSource,
  [batch, steps]: readonly [number, number],
  context: Context,
  samples: boolean,
): Draws {
  const { dropout = 0, recurrentDropout = 0, reading } = options
  const draws = reading === 'hard' || dropout > 0 || recurrentDropout > 0 || samples
  if (!context.training || !draws) return {}
  const key = keyOf('sequenceDecoder with dropout, sampling or hard attention', context)
  const [vectorKey, featureKey, stateKey, placeKey, samplingKey] = splitKey(key, 5)
  const places = memory.attention?.values.shape[1] as number
  return {
    vectors: dropout > 0 ? drawKept(vectorKey, dropout, [batch, steps, embedding]) : undefined,
    features: dropout > 0 ? drawKept(featureKey, dropout, [batch, steps, features]) : undefined,
    keep: recurrentDropout > 0 ? drawKept(stateKey, recurrentDropout, [batch, units]) : undefined,
    noise: reading === 'hard' ? drawGumbel(placeKey, [batch, steps, places]) : undefined,
    samplingKey: samples ? samplingKey : undefined,
  }
}

/** Vectors of symbols [...] → [..., embedding]. */
function embed({ embedding }: DecoderParams, symbols: Tensor, kept: Tensor | undefined): Tensor {
  const vectors = embedding.table.gather(symbols)
  return kept ? vectors.mul(kept) : vectors
}

/** Where no step waits for what another found: the cell's loop, then all questions at once. */
function walkAtOnce(
  plan: DecoderPlan,
  params: DecoderParams,
  { memory, state }: PreparedSource,
  embedded: Tensor,
  { keep, noise }: Draws,
): { readonly features: StepFeatures; readonly found: Found } {
  const { outputs: h } = runRecurrent(plan.options.cell, params.cell, embedded, {
    initialState: state.cell as CellState,
    ...(keep && { keep }),
  })
  const found = readMemory(plan, params, memory, h, noise)
  return { features: { h, context: found.context, embedded }, found }
}

/** Step by step: where the cell reads what attention found, or what it said itself. */
function walk(
  plan: DecoderPlan,
  params: DecoderParams,
  { memory, state }: PreparedSource,
  symbols: Tensor,
  { vectors, keep, noise, samplingKey }: Draws,
  { sampling = 0, sample = 'draw' }: DecoderRunOptions,
): { readonly features: StepFeatures; readonly found: Found } {
  const [batch, steps] = symbols.shape as readonly [number, number]
  // Symbols that are known are looked up at once; with sampling they are not known.
  const known = samplingKey ? undefined : embed(params, symbols, vectors)
  const sequences: Step = {
    symbol: samplingKey && symbols.transpose(),
    embedded: known?.transpose([1, 0, 2]),
    vectors: samplingKey && vectors?.transpose([1, 0, 2]),
    noise: noise?.transpose([1, 0, 2]),
    key: samplingKey && randomBits(samplingKey, [steps, 2]),
    number: arange(steps),
  }
  const initial: Carry = { state, said: samplingKey && zeros([batch], 'int32') }
  const body = (carry: Carry, step: Step): readonly [Carry, { features: StepFeatures; found: Found }] => {
    const [coinKey, drawKey] = step.key ? splitKey(step.key) : []
    const chooses = (): Tensor => {
      const coin = randomBernoulli(coinKey as Tensor, sampling, [batch]).and(step.number.greater(0))
      return coin.where(carry.said as Tensor, step.symbol as Tensor)
    }
    const embedded = step.embedded ?? embed(params, chooses(), step.vectors)
    const next = stepDecoder(plan, params, memory, carry.state, embedded, { keep, noise: step.noise })
    const said = drawKey && chooseSymbol(say(params, readOut(plan, params, next.features)), sample, drawKey)
    return [
      { state: next.state, said },
      { features: next.features, found: next.found },
    ]
  }
  const [, results] = scan(body, initial, sequences, { length: steps })
  const batchFirst = mapTree(results, (part) => (part as Tensor).transpose([1, 0, 2])) as typeof results
  return known ? { ...batchFirst, features: { ...batchFirst.features, embedded: known } } : batchFirst
}

/** What a decoder says itself: no gradient flows through the choice. */
function chooseSymbol(logits: Tensor, sample: 'draw' | 'best', key: Tensor): Tensor {
  const fixed = logits.stopGradient()
  return (sample === 'draw' ? fixed.add(drawGumbel(key, logits.shape)) : fixed).argMax()
}
