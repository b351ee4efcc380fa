// The decoder: a recurrent network that says symbol after symbol, with or without attention.
import { prepareMemory } from '../attention/attention.ts'
import { checkCount, checkRate, checkSymbols } from '../check.ts'
import { beginDecoder, missing } from './begin.ts'
import type { DecoderOptions, DecoderSource, PreparedSource, SequenceDecoder } from './options.ts'
import { type DecoderParams, type DecoderPlan, initDecoder, planDecoder, readParams } from './parameters.ts'
import { runDecoder } from './run-decoder.ts'
import { readOut, say, stepDecoder } from './step.ts'

/**
 * A decoder over any memory: the words of a sentence, the positions of a feature map, the frames of a film.
 *
 * ```ts
 * const decoder = sequenceDecoder({ symbols: 50, cell: lstmCell(32), attention: additiveAttention(32) })
 * const params = decoder.init(randomKey(1), { memory: 8 })
 * const source = { memory: randomNormal(randomKey(2), [4, 49, 8]) }
 * const { logits, weights } = decoder.run(params, source, zeros([4, 10], 'int32'), evaluation)
 * console.log(logits.shape, weights?.shape) // [4, 10, 50] [4, 10, 49]
 * ```
 *
 * @throws ValueError for options that contradict each other.
 */
export function sequenceDecoder(options: DecoderOptions): SequenceDecoder {
  const { symbols, cell, attention, dropout = 0, recurrentDropout = 0 } = options
  checkCount('sequenceDecoder: symbols', symbols)
  if (options.embedding !== undefined) checkCount('sequenceDecoder: embedding', options.embedding)
  checkRate('sequenceDecoder: dropout', dropout)
  checkRate('sequenceDecoder: recurrentDropout', recurrentDropout)
  const plan = planDecoder(options)
  return {
    name: `sequenceDecoder(${[symbols, cell.name, attention?.name].filter(Boolean).join(', ')})`,
    symbols,
    cell,
    begin: plan.begin,
    init: (key, widths) => initDecoder(plan, key, widths),
    prepare: (params, source) => prepareSource(plan, readParams(params), source),
    run: (params, source, given, context, runOptions = {}) => {
      const right = checkSymbols('sequenceDecoder: symbols', given, 2, 'int32[batch, steps]')
      const own = readParams(params)
      return runDecoder(plan, own, prepareSource(plan, own, source), right, context, runOptions)
    },
    step: (params, memory, state, given) => {
      const said = checkSymbols('sequenceDecoder: symbols', given, 1, 'int32[rows]')
      const own = readParams(params)
      const next = stepDecoder(plan, own, memory, state, own.embedding.table.gather(said))
      const logits = say(own, readOut(plan, own, next.features))
      return { logits, state: next.state, ...(next.found.weights && { weights: next.found.weights }) }
    },
  }
}

function prepareSource(plan: DecoderPlan, params: DecoderParams, source: DecoderSource): PreparedSource {
  const { attention } = plan.options
  const state = beginDecoder(plan, params, source)
  if (!attention) return { memory: {}, state }
  const memory = source.memory ?? missing('memory')
  return { memory: { attention: prepareMemory(attention, params.attention ?? {}, memory, source.mask) }, state }
}
