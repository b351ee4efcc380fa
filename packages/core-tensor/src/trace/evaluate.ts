// Eager reading: the number behind a tensor that depends on constants only.
import { runGraphOnHost } from '../backend/reference/run-on-host.ts'
import { RecipeError } from '../errors.ts'
import { findUndeclaredInputs, makeGraph } from '../graph/graph.ts'
import type { HostArray } from '../host/host-array.ts'
import { optimizeGraph } from '../passes/optimize.ts'
import type { Node } from './node.ts'

/** The value of a node without free inputs, computed by the reference interpreter. */
export function evaluateOnHost(node: Node): HostArray {
  const graph = makeGraph([], [node])
  const free = findUndeclaredInputs(graph)[0]
  if (free) {
    throw new RecipeError({
      what: 'Reading a tensor',
      expected: 'one that depends on known values only',
      received: `one that depends on the traced input ${free.attributes.name}`,
      remedy: 'Return it from the traced function and read the result.',
    })
  }
  return runGraphOnHost(optimizeGraph(graph), [])[0] as HostArray
}
