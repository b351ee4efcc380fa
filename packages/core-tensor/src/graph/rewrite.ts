// Rewriting graphs: one walk in topological order that replaces nodes and rebuilds what stood on them.
import { remakeNode } from '../trace/build.ts'
import type { Graph, Node } from '../trace/node.ts'
import { makeGraph, sortNodes } from './graph.ts'

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

/**
 * The roots with some of their ancestors (or themselves) replaced. A replacement stands over the same inputs as what
 * it replaces, or over none of the nodes that are walked; its own inputs are replaced as well.
 */
export function replaceNodes(roots: readonly Node[], replacements: ReadonlyMap<Node, Node>): Node[] {
  const known = new Map<Node, Node>()
  for (const node of sortNodes([], roots)) {
    const base = replacements.get(node) ?? node
    const rebuilt =
      known.get(base) ??
      remakeNode(
        base,
        base.inputs.map((input) => known.get(input) ?? input),
      )
    known.set(base, rebuilt)
    known.set(node, rebuilt)
  }
  return roots.map((root) => known.get(root) ?? root)
}

function rewriteNodes(nodes: readonly Node[], known: Map<Node, Node>, replace: Replace): Map<Node, Node> {
  for (const node of nodes) {
    if (known.has(node)) continue
    const inputs = node.inputs.map((input) => known.get(input) ?? input)
    known.set(node, replace(remakeNode(node, inputs)))
  }
  return known
}
