// Constant folding: what depends on known values only is computed now, by the reference interpreter.
import { runGraphOnHost } from '../backend/reference/run-on-host.ts'
import { makeGraph } from '../graph/graph.ts'
import type { Precision } from '../host/host-array.ts'
import { makeConstant } from '../trace/build.ts'
import type { Graph, Node } from '../trace/node.ts'
import { sizeOf } from '../trace/types.ts'
import { transformBodies, transformGraph } from './walk.ts'

/** Larger values are computed when the graph runs. */
const mostElements = 65_536
/** A folded value may always be this large; a larger one must not be larger than the constants that it is made from. */
const smallElements = 1024
/** Multiply-adds that one product may take while folding. */
const mostWork = 1e7

const neverFolded: ReadonlySet<string> = new Set([
  ...['input', 'constant', 'item', 'scan', 'random'],
  ...['conv2d', 'convInputGradient', 'convFilterGradient'],
])

/** What is known of a node whose value could be computed now. */
interface Known {
  /** Elements of the constants that hold the value at present; one for the broadcast of a scalar. */
  readonly stored: number
  /** Whether folding would put more elements into the graph than it takes out. */
  readonly grows: boolean
}

/**
 * The graph with constants for nodes that depend on constants only, in bodies of scans too. Random draws and scans are
 * left alone, and so is everything that would make the graph bigger: the broadcast of a number stays a broadcast.
 */
export function foldConstants(graph: Graph): Graph {
  const inner = transformBodies(graph, foldConstants)
  const known = new Map<Node, Known>()
  for (const node of inner.nodes) {
    const facts = describeNode(node, known)
    if (facts) known.set(node, facts)
  }
  const wanted = findWanted(inner, known)
  if (wanted.length === 0) return inner
  const work = makeGraph([], wanted)
  const values = runGraphOnHost(work, [], { precision: precisionOf(work) })
  const folded = new Map<Node, Node>()
  wanted.forEach((node, position) => {
    const value = values[position]
    if (value) folded.set(node, makeConstant(value))
  })
  return transformGraph(inner, (node, original) => folded.get(original) ?? node)
}

/** Double precision only where a constant was given in it, for the reference backend's double precision. */
function precisionOf(graph: Graph): Precision {
  const isDouble = (node: Node): boolean =>
    node.operation === 'constant' && node.attributes.value.data instanceof Float64Array
  return graph.nodes.some(isDouble) ? 'double' : 'single'
}

function describeNode(node: Node, known: ReadonlyMap<Node, Known>): Known | undefined {
  if (node.operation === 'constant') return { stored: sizeOf(node.shape), grows: false }
  if (neverFolded.has(node.operation) || sizeOf(node.shape) > mostElements) return undefined
  if (node.operation === 'matmul' && sizeOf(node.shape) * (node.inputs[0]?.shape.at(-1) ?? 1) > mostWork) {
    return undefined
  }
  let stored = 0
  for (const input of node.inputs) {
    const facts = known.get(input)
    if (!facts) return undefined
    stored += facts.stored
  }
  const size = sizeOf(node.shape)
  // A broadcast never holds more than its source, whoever computes it.
  const grows = size > (node.operation === 'broadcast' ? stored : Math.max(smallElements, stored))
  return { stored: Math.min(size, stored), grows }
}

/** Known nodes to compute: those that the rest of the graph, or a known node that must stay, reads. */
function findWanted(graph: Graph, known: ReadonlyMap<Node, Known>): Node[] {
  const wanted = new Set<Node>()
  const seen = new Set<Node>()
  const stack: Node[] = [...graph.outputs]
  for (const node of graph.nodes) if (!known.has(node)) stack.push(...node.inputs)
  for (let node = stack.pop(); node; node = stack.pop()) {
    const facts = known.get(node)
    if (!facts || node.operation === 'constant' || seen.has(node)) continue
    seen.add(node)
    if (facts.grows) stack.push(...node.inputs)
    else wanted.add(node)
  }
  return [...wanted]
}
