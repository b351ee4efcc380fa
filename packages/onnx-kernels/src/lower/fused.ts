// Operators of ONNX that stand for several primitives: softmax, layer normalisation, GELU. They are used where nothing else
// reads what happens inside, which is where nothing is trained: a gradient reads it.
import type { Graph, Node } from '@deep-recipe/core-tensor'
import type { OnnxAttributes } from '../model/attributes.ts'
import { uniformValue } from './lowering.ts'

/** One operator in the place of the node that it is found at. */
export interface FusedOperator {
  readonly operator: 'Softmax' | 'LayerNormalization' | 'Gelu'
  readonly inputs: readonly Node[]
  readonly attributes: OnnxAttributes
}

/** A pattern that fits, with the nodes inside it that cost something. */
interface Match extends FusedOperator {
  readonly inside: readonly Node[]
}

/** The nodes of a graph, and of the loops in it, that one operator can stand for. */
export function findFusedOperators(graph: Graph): Map<Node, FusedOperator> {
  const found = new Map<Node, FusedOperator>()
  const graphs = [graph]
  for (let current = graphs.pop(); current; current = graphs.pop()) {
    const readers = findReaders(current)
    for (const node of current.nodes) {
      if (node.operation === 'scan') graphs.push(node.attributes.body)
      const match = matchSoftmax(node) ?? matchLayerNormalization(node) ?? matchGelu(node)
      if (!match || current.outputs.some((output) => match.inside.includes(output))) continue
      const own = new Set<Node>([node, ...match.inside])
      if (match.inside.every((inner) => (readers.get(inner) ?? []).every((reader) => own.has(reader)))) {
        found.set(node, match)
      }
    }
  }
  return found
}

/** Which nodes read a node, past those that only bring it into another shape. */
function findReaders(graph: Graph): Map<Node, Node[]> {
  const readers = new Map<Node, Node[]>()
  for (let position = graph.nodes.length - 1; position >= 0; position--) {
    const node = graph.nodes[position] as Node
    // The readers of a reshaped value are known already: they stand after it.
    const through = isShaping(node) && !graph.outputs.includes(node) ? (readers.get(node) ?? []) : [node]
    for (const input of new Set(node.inputs)) {
      const known = readers.get(input)
      if (known) known.push(...through)
      else readers.set(input, [...through])
    }
  }
  return readers
}

const isShaping = (node: Node): boolean => node.operation === 'broadcast' || node.operation === 'reshape'

/** The node below reshapes and broadcasts. */
function strip(node: Node): Node {
  let current = node
  while (isShaping(current)) current = current.inputs[0] as Node
  return current
}

/** The inputs of a node of an operation; both ways round where their order does not matter. */
function operands(node: Node, operation: 'add' | 'sub' | 'mul' | 'div'): readonly (readonly [Node, Node])[] {
  if (node.operation !== operation) return []
  const [a, b] = node.inputs as [Node, Node]
  return operation === 'add' || operation === 'mul' ? [[a, b] as const, [b, a] as const] : [[a, b] as const]
}

/** The other input of a sum or product with a constant near `value`. */
function without(node: Node, operation: 'add' | 'mul', value: number): Node | undefined {
  const isIt = (constant: number | undefined): boolean =>
    constant !== undefined && Math.abs(constant - value) <= 1e-6 * Math.abs(value)
  return operands(node, operation).find(([, constant]) => isIt(uniformValue(constant)))?.[0]
}

/** x of a reduction over one axis. */
function reduced(node: Node, operation: 'sum' | 'maxReduce', axis?: number): { x: Node; axis: number } | undefined {
  const inner = strip(node)
  if (inner.operation !== operation) return undefined
  const [only, ...others] = inner.attributes.axes
  const x = inner.inputs[0] as Node
  if (only === undefined || others.length > 0 || (axis !== undefined && axis !== only)) return undefined
  // The result must have come back over the same axis: [a, 1, c] of [a, b, c].
  const kept = x.shape.map((size, place) => (place === only ? 1 : size))
  return comesBack(node, kept) ? { x, axis: only } : undefined
}

/** Whether a node has `shape`, or is a broadcast of what has it. */
function comesBack(node: Node, shape: readonly number[]): boolean {
  const source = node.operation === 'broadcast' ? (node.inputs[0] as Node) : node
  return source.shape.length === shape.length && source.shape.every((size, axis) => size === shape[axis])
}

/** e / Σ e with e = exp(x − max x). */
function matchSoftmax(node: Node): Match | undefined {
  for (const [e, total] of operands(node, 'div')) {
    const sum = reduced(total, 'sum')
    if (e.operation !== 'exp' || sum?.x !== e) continue
    const shifted = e.inputs[0] as Node
    for (const [x, largest] of operands(shifted, 'sub')) {
      if (reduced(largest, 'maxReduce', sum.axis)?.x !== x) continue
      const inside = [e, shifted, strip(total), strip(largest)]
      return { operator: 'Softmax', inputs: [x], attributes: { axis: { int: sum.axis } }, inside }
    }
  }
  return undefined
}

/** Σ x / n over the last axis. */
function matchMean(node: Node): { x: Node; inside: Node[] } | undefined {
  const scaled = strip(node)
  for (const [total, share] of operands(scaled, 'mul')) {
    const sum = reduced(total, 'sum')
    if (!sum || sum.axis !== sum.x.shape.length - 1) continue
    const count = sum.x.shape.at(-1) as number
    const constant = uniformValue(share)
    if (constant === undefined || Math.abs(constant * count - 1) > 1e-6) continue
    return { x: sum.x, inside: [scaled, strip(total)] }
  }
  return undefined
}

/** (x − μ) / √(σ² + ε) · γ + β over the last axis. */
function matchLayerNormalization(node: Node): Match | undefined {
  for (const [scaled, beta] of operands(node, 'add')) {
    for (const [normal, gamma] of operands(scaled, 'mul')) {
      for (const [centred, deviation] of operands(normal, 'div')) {
        const root = strip(deviation)
        if (root.operation !== 'sqrt' || !comesBack(deviation, [...centred.shape.slice(0, -1), 1])) continue
        for (const [variance, small] of operands(root.inputs[0] as Node, 'add')) {
          const epsilon = uniformValue(small)
          const squares = matchMean(variance)
          const isSquare = squares?.x.operation === 'mul' && squares.x.inputs.every((input) => input === centred)
          if (epsilon === undefined || !squares || !isSquare || centred.operation !== 'sub') continue
          const x = centred.inputs[0] as Node
          const mean = matchMean(centred.inputs[1] as Node)
          const [scale, offset] = [vectorOf(gamma, x), vectorOf(beta, x)]
          if (mean?.x !== x || !scale || !offset) continue
          const inside = [scaled, normal, centred, root, root.inputs[0] as Node, squares.x]
          return {
            operator: 'LayerNormalization',
            inputs: [x, scale, offset],
            attributes: { axis: { int: -1 }, epsilon: { float: epsilon } },
            inside: [...inside, ...squares.inside, ...mean.inside],
          }
        }
      }
    }
  }
  return undefined
}

/** The vector that a node repeats along all axes of x but the last. */
function vectorOf(node: Node, x: Node): Node | undefined {
  const vector = strip(node)
  const size = x.shape.at(-1) as number
  const isRow = comesBack(node, [...new Array<number>(x.shape.length - 1).fill(1), size])
  return vector.shape.length === 1 && vector.shape[0] === size && isRow ? vector : undefined
}

/** x · (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2. */
function matchGelu(node: Node): Match | undefined {
  for (const [x, half] of operands(node, 'mul')) {
    const sum = without(half, 'mul', 0.5)
    const tanh = sum && without(sum, 'add', 1)
    if (tanh?.operation !== 'tanh') continue
    const inner = tanh.inputs[0] as Node
    const polynomial = without(inner, 'mul', Math.sqrt(2 / Math.PI))
    for (const [, cubic] of polynomial ? operands(polynomial, 'add').filter(([first]) => first === x) : []) {
      const power = without(cubic, 'mul', 0.044715)
      if (power?.operation !== 'pow' || power.inputs[0] !== x || uniformValue(power.inputs[1] as Node) !== 3) continue
      const inside = [half, sum as Node, tanh, inner, polynomial as Node, cubic, power]
      return { operator: 'Gelu', inputs: [x], attributes: { approximate: { string: 'tanh' } }, inside }
    }
  }
  return undefined
}
