// Common subexpressions: nodes that compute the same value become one node. Tracing does not intern, this pass does.
import type { Graph, Node } from '../trace/node.ts'
import { NodeNumbering } from './structural-key.ts'
import { transformBodies, transformGraph } from './walk.ts'

/**
 * The graph with equal nodes made one, in bodies of scans too. Equal are nodes of the same operation and attributes over
 * the same inputs (in either order for add, mul, max, min), constants of up to 64 elements with the same content, larger
 * ones over the same data, and scans whose bodies compute the same. Of several equal nodes the first one stays.
 */
export function shareNodes(graph: Graph): Graph {
  const numbering = new NodeNumbering()
  const first = new Map<number, Node>()
  return transformGraph(transformBodies(graph, shareNodes), (node) => {
    const number = numbering.number(node)
    const known = first.get(number)
    if (known) return known
    first.set(number, node)
    return node
  })
}
