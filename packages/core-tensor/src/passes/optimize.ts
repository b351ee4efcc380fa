// All passes in a sensible order, until nothing changes any more.
import type { Graph } from '../trace/node.ts'
import { dropUnused } from './drop-unused.ts'
import { foldConstants } from './fold-constants.ts'
import { hoistScan } from './hoist-scan.ts'
import { shareNodes } from './share-nodes.ts'
import { simplify } from './simplify.ts'

/** What to leave out. */
export interface OptimizeOptions {
  /** Move work out of loops (see `hoistScan`). Default true. */
  readonly hoist?: boolean
}

/** A second round finds what the first one laid bare; later ones hardly ever find anything. */
const mostRounds = 5

/**
 * The graph that computes the same with less work: equal nodes shared, algebra simplified, constants folded, dead parts of
 * scans dropped, and work moved out of loops.
 *
 * Inputs and outputs keep their order and types. NaN and infinities stay as they were; the sign of a zero may change, and
 * sums may be added in another order. Deterministic, and linear in the number of nodes.
 */
export function optimizeGraph(graph: Graph, { hoist = true }: OptimizeOptions = {}): Graph {
  let current = graph
  for (let round = 0; round < mostRounds; round++) {
    const before = current
    // Sharing comes first, for the rules tell equal nodes by identity; folding comes after simplification, which leaves
    // less to fold.
    for (const pass of [shareNodes, simplify, foldConstants, dropUnused]) current = pass(current)
    if (hoist) current = hoistScan(current)
    if (current === before) break
  }
  return current
}
