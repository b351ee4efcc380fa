// The reference interpreter's table: every primitive, how it is computed. A missing entry is a compile error.
import type { Primitive } from '../../trace/node.ts'
import { convolutionRules } from './convolution.ts'
import { elementwiseRules } from './elementwise.ts'
import { indexingRules } from './indexing.ts'
import type { ReferenceRule } from './kernel.ts'
import { placingRules, viewRules } from './movement.ts'
import { poolingRules } from './pooling.ts'
import { matmulRules } from './products.ts'
import { randomRules } from './random-draws.ts'
import { reductionRules } from './reductions.ts'

/** One rule for each primitive. */
export type ReferenceKernels = { readonly [P in Primitive]: ReferenceRule<P> }

export const referenceKernels: ReferenceKernels = {
  ...elementwiseRules,
  ...reductionRules,
  ...viewRules,
  ...placingRules,
  ...matmulRules,
  ...convolutionRules,
  ...poolingRules,
  ...indexingRules,
  ...randomRules,
  scan: { kind: 'scan' },
}
