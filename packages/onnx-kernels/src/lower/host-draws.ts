// Which random draws the host can make before a run: those whose key depends on inputs and constants through integer
// arithmetic alone, such as keys split from a seed. Drawing there is several times faster than in ONNX operators.
import { type Graph, makeGraph, type Node, type NodeOf, type Primitive, sizeOf } from '@deep-recipe/core-tensor'

/** Integers up to this many per node are worth computing on the host. */
const largestSeed = 4096

/** Operations on integers and booleans whose results are exact everywhere. */
const exact: ReadonlySet<Primitive> = new Set<Primitive>([
  ...(['neg', 'abs', 'sign', 'stopGradient', 'add', 'sub', 'mul', 'max', 'min', 'compare', 'select'] as const),
  ...(['reshape', 'permute', 'broadcast', 'slice', 'pad', 'concat', 'flip', 'gather', 'sum', 'maxReduce'] as const),
  'random',
])

/** One draw of the host. */
export interface HostDraw {
  readonly node: NodeOf<'random'>
  /** Positions of its key and its offset among the outputs of `seeds`. */
  readonly key: number
  readonly offset: number
}

/** The draws of a graph that the host makes, and the small graph that computes their keys. */
export interface HostDraws {
  readonly draws: readonly HostDraw[]
  /** Inputs: some of the graph's inputs. Outputs: keys and offsets. */
  readonly seeds: Graph
  /** Positions of the inputs of `seeds` among the graph's inputs. */
  readonly inputs: readonly number[]
}

/** Finds the draws that the host can make; those in bodies of scans are not among them. */
export function planHostDraws(graph: Graph): HostDraws {
  const known = findIntegerNodes(graph)
  const outputs: Node[] = []
  const positions = new Map<Node, number>()
  const place = (node: Node): number => {
    const position = positions.get(node) ?? outputs.push(node) - 1
    positions.set(node, position)
    return position
  }
  const draws: HostDraw[] = []
  for (const node of graph.nodes) {
    if (node.operation !== 'random' || sizeOf(node.shape) === 0) continue
    const [key, offset] = node.inputs as [Node, Node]
    if (known.has(key) && known.has(offset)) draws.push({ node, key: place(key), offset: place(offset) })
  }
  const read = new Set<Node>(makeGraph([], outputs).nodes)
  const inputs = graph.inputs.flatMap((input, position) => (read.has(input) ? [position] : []))
  const leaves = inputs.map((position) => graph.inputs[position] as NodeOf<'input'>)
  return { draws, seeds: makeGraph(leaves, outputs), inputs }
}

function findIntegerNodes(graph: Graph): Set<Node> {
  const known = new Set<Node>()
  for (const node of graph.nodes) {
    if (node.dtype === 'float32' || sizeOf(node.shape) > largestSeed) continue
    const isLeaf = node.operation === 'input' || node.operation === 'constant'
    const isExact = exact.has(node.operation as Primitive) && node.inputs.every((input) => known.has(input))
    if (isLeaf || isExact) known.add(node)
  }
  return known
}
