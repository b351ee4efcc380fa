// Which arithmetic at the end of a graph is done outside ONNX Runtime: parameter updates, number by number. The runtime
// goes through memory once per operator and copies each result out; a loop of our own goes through it once, and leaves the
// results where the donated arrays or the gradients were. bench/onnx/README.md has the times.
import { type Graph, makeGraph, type Node, type Shape, sizeOf } from '@deep-recipe/core-tensor'
import { inputNode, uniformValue } from '../lower/lowering.ts'
import { binaryCodes, type Instruction, unaryCodes } from './update-module.ts'

/** Smaller arrays are not worth a call. */
const leastSize = 64
/** More arithmetic than this is no update, and would not fit into one function for ever. */
const mostNodes = 1000

/** One loop over arrays of the same shape. */
export interface Update {
  readonly shape: Shape
  /** Arrays that it reads: positions in the outputs of the graph that is left. */
  readonly arrays: readonly number[]
  /** Single numbers that it reads: positions likewise. */
  readonly scalars: readonly number[]
  readonly instructions: readonly Instruction[]
  /** Numbers of the instructions whose values are wanted. */
  readonly results: readonly number[]
}

/** Where an output of the whole graph is found. */
export type UpdatedOutput = { readonly output: number } | { readonly update: number; readonly result: number }

/** A graph without its updates, and the updates. */
export interface UpdatePlan {
  /** What is left for the runtime: the other outputs first, then what updates read. */
  readonly graph: Graph
  readonly outputs: readonly UpdatedOutput[]
  readonly updates: readonly Update[]
}

/** Splits a graph. Where nothing is worth it, the plan has no updates and the graph is the one given. */
export function planUpdates(graph: Graph, least: number = leastSize): UpdatePlan {
  const groups = groupNodes(findMovable(graph, least)).filter((group) => isWorth(graph, group))
  const moved = new Set(groups.flat())
  const wanted: Node[] = []
  const place = (node: Node): number => {
    const known = wanted.indexOf(node)
    return known >= 0 ? known : wanted.push(node) - 1
  }
  for (const output of graph.outputs) if (!moved.has(output)) place(output)
  const plans = groups.map((group) => writeUpdate(graph, group, place))
  const outputs = graph.outputs.map((node): UpdatedOutput => {
    if (!moved.has(node)) return { output: place(node) }
    const update = groups.findIndex((group) => group.includes(node))
    return { update, result: (plans[update] as Plan).outputs.indexOf(node) }
  })
  return {
    graph: plans.length === 0 ? graph : makeGraph(graph.inputs, wanted),
    outputs: plans.length === 0 ? graph.outputs.map((_, output) => ({ output })) : outputs,
    updates: plans.map(({ update }) => update),
  }
}

/** Nodes of elementwise arithmetic that nothing but such nodes reads. */
function findMovable(graph: Graph, least: number): Node[] {
  const held = new Set<Node>()
  const movable: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    const moves = !held.has(node) && isArithmetic(node, least)
    if (moves) movable.push(node)
    else for (const input of node.inputs) held.add(input)
  }
  return movable.reverse()
}

function isArithmetic(node: Node, least: number): boolean {
  if (node.dtype !== 'float32' || sizeOf(node.shape) < least) return false
  if (!(node.operation in unaryCodes || node.operation in binaryCodes)) return false
  return node.inputs.every((input) => input.operation !== 'broadcast' || scalarSource(input) !== undefined)
}

/** The node of one element that a value repeats. */
function scalarSource(node: Node): Node | undefined {
  let current = node
  while (current.operation === 'broadcast' || current.operation === 'reshape') current = inputNode(current, 0)
  return sizeOf(current.shape) === 1 ? current : undefined
}

/** Nodes that read each other or the same arrays, together: all are of one shape, and one loop does for them. */
function groupNodes(nodes: readonly Node[]): Node[][] {
  const parents = new Map<Node, Node>()
  const root = (node: Node): Node => {
    let current = node
    for (let next = parents.get(current); next && next !== current; next = parents.get(current)) {
      parents.set(current, parents.get(next) ?? next)
      current = next
    }
    return current
  }
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (scalarSource(input) === undefined && uniformValue(input) === undefined) parents.set(root(input), root(node))
    }
  }
  const groups = new Map<Node, Node[]>()
  for (const node of nodes) {
    const key = root(node)
    const group = groups.get(key)
    if (group) group.push(node)
    else groups.set(key, [node])
  }
  return [...groups.values()]
}

/** Whether the runtime hands out no more arrays than before. */
function isWorth(graph: Graph, group: readonly Node[]): boolean {
  if (group.length > mostNodes) return false
  const members = new Set(group)
  const read = new Set(
    group.flatMap((node) =>
      node.inputs.filter(
        (input) => !members.has(input) && scalarSource(input) === undefined && uniformValue(input) === undefined,
      ),
    ),
  )
  const computed = [...read].filter((node) => !['input', 'constant'].includes(node.operation))
  return computed.length <= new Set(graph.outputs.filter((output) => members.has(output))).size
}

interface Plan {
  readonly update: Update
  readonly outputs: readonly Node[]
}

function writeUpdate(graph: Graph, group: readonly Node[], place: (node: Node) => number): Plan {
  const arrays: number[] = []
  const scalars: number[] = []
  const instructions: Instruction[] = []
  const numbers = new Map<Node, number>()
  const list = (positions: number[], node: Node): number => {
    const position = place(node)
    const known = positions.indexOf(position)
    return known >= 0 ? known : positions.push(position) - 1
  }
  const read = (node: Node): Instruction => {
    const value = uniformValue(node)
    if (value !== undefined) return { constant: value }
    const scalar = scalarSource(node)
    return scalar ? { scalar: list(scalars, scalar) } : { array: list(arrays, node) }
  }
  const numberOf = (node: Node): number => {
    const known = numbers.get(node)
    if (known !== undefined) return known
    const number = instructions.push(read(node)) - 1
    numbers.set(node, number)
    return number
  }
  for (const node of group) {
    const operands = node.inputs.map(numberOf)
    numbers.set(node, instructions.push({ operation: node.operation as keyof typeof binaryCodes, operands }) - 1)
  }
  const members = new Set(group)
  const outputs = [...new Set(graph.outputs.filter((output) => members.has(output)))]
  const results = outputs.map((output) => numbers.get(output) as number)
  const { shape } = group[0] as Node
  return { update: { shape, arrays, scalars, instructions, results }, outputs }
}
