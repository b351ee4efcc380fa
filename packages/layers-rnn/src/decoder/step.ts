// One step of a decoder: ask the memory, run the cell, put out. What training and decoding share.
import { concat, type Tensor } from '@deep-recipe/core-tensor'
import { attend } from '../attention/attention.ts'
import type { CellState } from '../cell.ts'
import type { DecoderMemory, DecoderState } from './options.ts'
import type { DecoderParams, DecoderPlan } from './parameters.ts'

/** What queries of any number find in the memory, [batch, queries, …]. */
export interface Found {
  readonly context?: Tensor
  readonly weights?: Tensor
  readonly chosen?: Tensor
}

/** What the output of a step is made from: [..., width] each. */
export interface StepFeatures {
  readonly h: Tensor
  readonly context: Tensor | undefined
  readonly embedded: Tensor
}

/** What a step gives, rows first. */
export interface StepResult {
  readonly state: DecoderState
  readonly features: StepFeatures
  readonly found: Found
}

/** What a step is given beside its symbols. */
export interface StepExtras {
  /** Recurrent dropout, [rows, units]. */
  readonly keep?: Tensor | undefined
  /** For hard attention, [rows, places]. */
  readonly noise?: Tensor | undefined
}

/** Reads the memory, if there is attention; h is [batch, queries, units]. */
export function readMemory(
  plan: DecoderPlan,
  params: DecoderParams,
  memory: DecoderMemory,
  h: Tensor,
  noise?: Tensor,
): Found {
  const { attention, reading = 'soft' } = plan.options
  if (!attention || !memory.attention) return {}
  const found = attend(attention, params.attention ?? {}, memory.attention, h, { reading, ...(noise && { noise }) })
  if (!params.gate) return { ...found }
  const beta = h.matmul(params.gate.weight).add(params.gate.bias).sigmoid()
  return { ...found, context: found.context.mul(beta) }
}

/** As `readMemory`, for rows of which several may belong to one source. */
function readRows(
  plan: DecoderPlan,
  params: DecoderParams,
  memory: DecoderMemory,
  h: Tensor,
  noise: Tensor | undefined,
): Found {
  const batch = memory.attention?.values.shape[0]
  if (batch === undefined) return {}
  const [rows, units] = h.shape as readonly [number, number]
  const perSource = (part: Tensor): Tensor => part.reshape([batch, rows / batch, part.shape[1] as number])
  const found = readMemory(plan, params, memory, h.reshape([batch, rows / batch, units]), noise && perSource(noise))
  const flat = (part: Tensor): Tensor => part.reshape([rows, part.shape[2] as number])
  return {
    ...(found.context && { context: flat(found.context) }),
    ...(found.weights && { weights: flat(found.weights) }),
    ...(found.chosen && { chosen: flat(found.chosen) }),
  }
}

/**
 * One step.
 *
 *   before:  c_t = read(h_{t−1})      h_t = cell([y_{t−1}; c_t], h_{t−1})
 *   after:   h_t = cell([y_{t−1}; h̃_{t−1} if fed], h_{t−1})      c_t = read(h_t)
 *
 * @param embedded vectors of the symbols before, [rows, embedding].
 */
export function stepDecoder(
  plan: DecoderPlan,
  params: DecoderParams,
  memory: DecoderMemory,
  state: DecoderState,
  embedded: Tensor,
  { keep, noise }: StepExtras = {},
): StepResult {
  const { cell } = plan.options
  const before = state.cell as CellState
  const asked = plan.asksBefore ? readRows(plan, params, memory, before.h, noise) : undefined
  const parts = [embedded, asked?.context, state.feed].filter((part) => part !== undefined)
  const next = cell.step(params.cell, cell.takesParts ? parts : concat(parts, -1), before, keep)
  const found = asked ?? readRows(plan, params, memory, next.h, noise)
  const features = { h: next.h, context: found.context, embedded }
  const feed = plan.feeds ? readOut(plan, params, features) : undefined
  return { state: { cell: next, ...(feed && { feed }) }, features, found }
}

/**
 * The features of the output layer. With attention h̃ = tanh([h; c] W + b) (Luong and others, 2015); where the cell has read
 * c itself, y_{t−1} as well, as in a deep output (Pascanu and others, 2014; Bahdanau and others, 2015). Without: h.
 */
export function readOut(plan: DecoderPlan, params: DecoderParams, { h, context, embedded }: StepFeatures): Tensor {
  if (!params.readout) return h
  const parts = [h, context, plan.asksBefore ? embedded : undefined].filter((part) => part !== undefined)
  return concat(parts, -1).matmul(params.readout.weight).add(params.readout.bias).tanh()
}

/** Logits of the symbols, from features [..., width]. */
export function say({ output, embedding }: DecoderParams, features: Tensor): Tensor {
  return features.matmul(output.weight ?? embedding.table.transpose()).add(output.bias)
}
