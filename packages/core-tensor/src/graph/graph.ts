// Sealing graphs: from output nodes to a list in which every node stands once, after its inputs.
import type { Graph, Node, NodeOf } from '../trace/node.ts'

/** The graph of everything that `outputs` need. `inputs` gives the calling order. */
export function makeGraph(inputs: readonly NodeOf<'input'>[], outputs: readonly Node[]): Graph {
  return { inputs, outputs, nodes: sortNodes(inputs, outputs) }
}

/** Nodes that the roots need, each after its inputs; an explicit stack, because unrolled graphs are deep. */
export function sortNodes(first: readonly Node[], roots: readonly Node[]): Node[] {
  const done = new Set<Node>(first)
  const sorted: Node[] = [...first]
  const stack: { node: Node; next: number }[] = []
  for (const root of roots) {
    if (done.has(root)) continue
    stack.push({ node: root, next: 0 })
    done.add(root)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++]
      if (input === undefined) {
        sorted.push(top.node)
        stack.pop()
      } else if (!done.has(input)) {
        done.add(input)
        stack.push({ node: input, next: 0 })
      }
    }
  }
  return sorted
}

/** Free inputs of a graph: `input` nodes that it reads but does not declare. */
export function findUndeclaredInputs(graph: Graph): NodeOf<'input'>[] {
  const declared = new Set<Node>(graph.inputs)
  return graph.nodes.filter((node): node is NodeOf<'input'> => node.operation === 'input' && !declared.has(node))
}
