// Multiplicative attention (Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation", 2015).
import { type Tensor, ValueError } from '@deep-recipe/core-tensor'
import { glorotUniform, type Initializer } from '@deep-recipe/layers-core'
import type { Attention } from './attention.ts'

/** Options of `dotAttention`. */
export interface DotAttentionOptions {
  /** Divide by the root of the width, so that scores of wide vectors stay moderate (Vaswani and others, 2017). Default false. */
  readonly scaled?: boolean
}

/** Parameters of an attention that has none. */
export type NoParams = { readonly [name: string]: never }

/** A score without parameters:  e_j = q · m_j.  Queries and memory have one width. */
export function dotAttention(options: DotAttentionOptions = {}): Attention<NoParams> {
  const { scaled = false } = options
  return {
    name: scaled ? 'dotAttention(scaled)' : 'dotAttention',
    init: (_key, { query, memory }) => {
      if (query !== memory) {
        throw new ValueError({
          what: 'dotAttention',
          expected: 'queries and memory of one width',
          received: `${query} and ${memory}`,
          remedy: 'Give them one width, or use generalAttention, whose matrix leads from one to the other.',
        })
      }
      return {}
    },
    prepare: (_params, memory) => memory,
    score: (_params, keys, queries) => {
      const asked = scaled ? queries.div(Math.sqrt(keys.shape[2] as number)) : queries
      return asked.matmul(keys.transpose([0, 2, 1]))
    },
  }
}

/** Options of `generalAttention`. */
export interface GeneralAttentionOptions {
  /** Default Glorot uniform. */
  readonly initializer?: Initializer
}

/** A score by a matrix:  e_j = qᵀ W m_j.  The products W m_j are computed once. */
export function generalAttention(options: GeneralAttentionOptions = {}): Attention<{ readonly weight: Tensor }> {
  const { initializer = glorotUniform } = options
  return {
    name: 'generalAttention',
    init: (key, { query, memory }) => ({
      weight: initializer(key, [memory, query], { fanIn: memory, fanOut: query }),
    }),
    prepare: ({ weight }, memory) => memory.matmul(weight),
    score: (_params, keys, queries) => queries.matmul(keys.transpose([0, 2, 1])),
  }
}
