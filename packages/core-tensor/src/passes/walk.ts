// The walk that all passes share: node by node in topological order, with the original beside the rebuilt node.
import { makeGraph } from '../graph/graph.ts'
import { makeNode, remakeNode } from '../trace/build.ts'
import type { Graph, Node, NodeOf, Primitive, PrimitiveAttributes } from '../trace/node.ts'

/** Gives the node to put in place of `node`: `original` over inputs that are replaced already. */
export type ReplaceNode = (node: Node, original: Node) => Node

/** The graph with every node replaced; the very same graph when nothing changed, so that passes can see it. */
export function transformGraph(graph: Graph, replace: ReplaceNode): Graph {
  const known = new Map<Node, Node>()
  for (const original of graph.nodes) {
    const inputs = original.inputs.map((input) => known.get(input) ?? input)
    known.set(original, replace(remakeNode(original, inputs), original))
  }
  const outputs = graph.outputs.map((output) => known.get(output) ?? output)
  return outputs.every((output, position) => output === graph.outputs[position])
    ? graph
    : makeGraph(graph.inputs, outputs)
}

/** The graph with `pass` applied to the body of every scan (which sees to scans within the bodies itself). */
export function transformBodies(graph: Graph, pass: (body: Graph) => Graph): Graph {
  if (!graph.nodes.some((node) => node.operation === 'scan')) return graph
  const done = new Map<Graph, Graph>()
  return transformGraph(graph, (node) => {
    if (node.operation !== 'scan') return node
    const { body } = node.attributes
    const next = done.get(body) ?? pass(body)
    done.set(body, next)
    return next === body ? node : makeLike(node, 'scan', node.inputs, { ...node.attributes, body: next })
  })
}

/** Makes a node that stands for `original` from now on, and so inherits its origin. */
export function makeLike<P extends Primitive>(
  original: Node,
  operation: P,
  inputs: readonly Node[],
  attributes: PrimitiveAttributes[P],
): NodeOf<P> {
  const node = makeNode(operation, inputs, attributes) as unknown as NodeOf<P>
  return original.origin ? { ...node, origin: original.origin } : node
}

/** How often each node is read: by other nodes, and by the outputs. */
export function countUses(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>()
  const count = (node: Node): void => {
    uses.set(node, (uses.get(node) ?? 0) + 1)
  }
  for (const node of graph.nodes) node.inputs.forEach(count)
  graph.outputs.forEach(count)
  return uses
}
