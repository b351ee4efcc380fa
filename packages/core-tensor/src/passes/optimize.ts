// All passes in a sensible order, until nothing changes any more.
import type { Graph } from '../trace/node.ts'
import { dropUnused } from './drop-unused.ts'
import { foldConstants } from './fold-constants.ts'
import { hoistScan } from './hoist-scan.ts'
import { shareNodes } from './share-nodes.ts'
import { simplify } from './simplify.ts'

/** A second round finds what the first one laid bare; a fourth hardly ever finds anything. */
const mostRounds = 4

/**
 * The graph that computes the same with less work: equal nodes shared, algebra simplified, dead parts of scans dropped.
 * Inputs and outputs keep their order and types; NaN and infinities stay as they were, the sign of a zero may change,
 * and sums may be added in another order. Deterministic, and linear in the number of nodes.
 */
export function optimizeGraph(graph: Graph): Graph {
  let current = graph
  for (let round = 0; round < mostRounds; round++) {
    const before = current
    current = shareNodes(current)
    current = simplify(current)
    current = foldConstants(current)
    current = hoistScan(dropUnused(current))
    if (current === before) break
  }
  return current
}
