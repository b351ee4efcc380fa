// Maxout: units that learn their activation (Goodfellow and others, "Maxout networks", 2013).
import type { Layer, TensorRecord } from '../layer.ts'
import { checkCount, type DenseOptions, dense } from './dense.ts'

/**
 * y_i = max_j (x W_ij + b_ij): each unit is the largest of `pieces` linear functions, so a learned convex activation.
 *
 * [batch, ..., inputs] → [batch, ..., units].
 */
export function maxout(units: number, pieces = 2, options: Omit<DenseOptions, 'activation'> = {}): Layer<TensorRecord> {
  checkCount('maxout: units', units)
  checkCount('maxout: pieces', pieces)
  const linearPieces = dense(units * pieces, options)
  return {
    name: `maxout(${units} × ${pieces})`,
    init: linearPieces.init,
    apply: (params, input, context) => {
      const values = linearPieces.apply(params, input, context)
      return values.reshape([...values.shape.slice(0, -1), units, pieces]).max(-1)
    },
  }
}
