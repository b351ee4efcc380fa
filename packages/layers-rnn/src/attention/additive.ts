// Additive attention (Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate", 2015).
import { splitKey, type Tensor } from '@deep-recipe/core-tensor'
import { glorotUniform, type Initializer, zerosInitializer } from '@deep-recipe/layers-core'
import { checkCount } from '../check.ts'
import type { Attention } from './attention.ts'

/** Parameters of additive attention. */
export type AdditiveAttentionParams = {
  /** W: [query, units]. */
  readonly queryWeight: Tensor
  /** U: [memory, units]. */
  readonly memoryWeight: Tensor
  /** b: [units]. */
  readonly bias: Tensor
  /** v: [units, 1]. */
  readonly score: Tensor
}

/** Options of `additiveAttention`. */
export interface AdditiveAttentionOptions {
  /** Default Glorot uniform. */
  readonly initializer?: Initializer
}

/**
 * A score by a small network:  e_j = vᵀ tanh(q W + m_j U + b).  The products m_j U are computed once.
 *
 * @param units width of the network.
 * @throws ValueError unless `units` is a positive whole number.
 */
export function additiveAttention(
  units: number,
  options: AdditiveAttentionOptions = {},
): Attention<AdditiveAttentionParams> {
  checkCount('additiveAttention: units', units)
  const { initializer = glorotUniform } = options
  return {
    name: `additiveAttention(${units})`,
    init: (key, { query, memory }) => {
      const [queryKey, memoryKey, scoreKey] = splitKey(key, 3)
      return {
        queryWeight: initializer(queryKey, [query, units], { fanIn: query, fanOut: units }),
        memoryWeight: initializer(memoryKey, [memory, units], { fanIn: memory, fanOut: units }),
        bias: zerosInitializer(key, [units], { fanIn: memory, fanOut: units }),
        score: initializer(scoreKey, [units, 1], { fanIn: units, fanOut: 1 }),
      }
    },
    prepare: ({ memoryWeight, bias }, memory) => memory.matmul(memoryWeight).add(bias),
    score: ({ queryWeight, score }, keys, queries) => {
      const [batch, places] = keys.shape as readonly [number, number, number]
      const asked = queries.matmul(queryWeight)
      const hidden = keys.expandDims(1).add(asked.expandDims(2)).tanh()
      return hidden.matmul(score).reshape([batch, queries.shape[1] as number, places])
    },
  }
}
