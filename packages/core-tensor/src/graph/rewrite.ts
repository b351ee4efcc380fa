// Rewriting graphs: one walk in topological order that replaces nodes and rebuilds what stood on them.
import { remakeNode } from '../trace/build.ts'
import type { Graph, Node } from '../trace/node.ts'
import { makeGraph } from './graph.ts'

/** Gives the node to put in place of `node`, whose inputs are replaced already. */
export type Replace = (node: Node) => Node

/** The graph with every node passed through `replace`, in topological order. The declared inputs stay. */
export function rewriteGraph(graph: Graph, replace: Replace): Graph {
  const replaced = rewriteNodes(graph.nodes, new Map(), replace)
  return makeGraph(
    graph.inputs,
    graph.outputs.map((output) => replaced.get(output) ?? output),
  )
}

/** The outputs of a graph with other nodes in place of its inputs. */
export function inlineGraph(graph: Graph, args: readonly Node[]): Node[] {
  const known = new Map<Node, Node>()
  graph.inputs.forEach((input, position) => {
    const arg = args[position]
    if (!arg) throw new RangeError(`A graph of ${graph.inputs.length} inputs was inlined with ${args.length}`)
    known.set(input, arg)
  })
  const replaced = rewriteNodes(graph.nodes, known, (node) => node)
  return graph.outputs.map((output) => replaced.get(output) ?? output)
}

function rewriteNodes(nodes: readonly Node[], known: Map<Node, Node>, replace: Replace): Map<Node, Node> {
  for (const node of nodes) {
    if (known.has(node)) continue
    const inputs = node.inputs.map((input) => known.get(input) ?? input)
    known.set(node, replace(remakeNode(node, inputs)))
  }
  return known
}
