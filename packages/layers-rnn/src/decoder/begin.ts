// How a decoder begins: its first state, from what it is given of the source.
import { RecipeError, type Tensor, zeros } from '@deep-recipe/core-tensor'
import type { TensorRecord } from '@deep-recipe/layers-core'
import { checkInitialState } from '../run-recurrent.ts'
import type { DecoderSource, DecoderState } from './options.ts'
import type { DecoderParams, DecoderPlan } from './parameters.ts'

/** The state before the first step. */
export function beginDecoder(plan: DecoderPlan, params: DecoderParams, source: DecoderSource): DecoderState {
  const batch = batchOf(source)
  const cell = firstState(plan, params, source, batch)
  return { cell, ...(plan.feeds && { feed: zeros([batch, plan.features]) }) }
}

function firstState(plan: DecoderPlan, params: DecoderParams, source: DecoderSource, batch: number): TensorRecord {
  const { cell } = plan.options
  if (plan.begin === 'zero') return checkInitialState(cell, undefined, batch)
  if (plan.begin === 'state') return checkInitialState(cell, source.state ?? missing('state'), batch)
  const summary = plan.begin === 'mean' ? meanOfMemory(source) : (source.summary ?? missing('summary'))
  const parts = Object.entries(params.begin ?? {}).map(
    ([name, { weight, bias }]) => [name, summary.matmul(weight).add(bias).tanh()] as const,
  )
  return Object.fromEntries(parts)
}

/** Σ_j m_j / n over the real places; zeros where there is none. */
function meanOfMemory({ memory, mask }: DecoderSource): Tensor {
  const given = memory ?? missing('memory')
  if (!mask) return given.mean(1)
  const count = mask.cast('float32').sum(1, { keepDims: true }).maximum(1)
  return mask.expandDims(-1).where(given, 0).sum(1).div(count)
}

function batchOf({ memory, summary, state }: DecoderSource): number {
  return (memory ?? summary ?? state?.h ?? missing('memory')).shape[0] as number
}

/** Throws: the source lacks a part. */
export function missing(part: 'memory' | 'summary' | 'state'): never {
  throw new RecipeError({
    what: 'sequenceDecoder: source',
    expected: `a ${part}`,
    received: 'none',
    remedy: `Give the source with { ${part} }, or make a decoder that does without.`,
  })
}
