// Dead code. What no output needs is left out by `makeGraph` already; this pass looks into scans, where a whole result,
// carry, sequence or constant may be needless.
import { makeGraph } from '../graph/graph.ts'
import { inlineGraph } from '../graph/rewrite.ts'
import { makeItem } from '../trace/build.ts'
import type { Graph, Node, NodeOf } from '../trace/node.ts'
import { makeLike, transformBodies, transformGraph } from './walk.ts'

/**
 * The graph without needless parts of scans:
 * results that nothing reads; results that repeat another one, or a sequence as it came; carries that only keep
 * themselves going; carries that never change (they become constants); inputs that the body ignores; inputs given twice.
 */
export function dropUnused(graph: Graph): Graph {
  const inner = transformBodies(graph, dropUnused)
  const used = findUsedResults(inner)
  const trimmed = new Map<Node, TrimmedScan>()
  return transformGraph(inner, (node, original) => {
    if (node.operation === 'scan') {
      const scan = trimScan(node, used.get(original) ?? new Set())
      if (scan) trimmed.set(node, scan)
    } else if (node.operation === 'item') {
      return trimmed.get(node.inputs[0] as Node)?.results.get(node.attributes.index) ?? node
    }
    return node
  })
}

function findUsedResults(graph: Graph): Map<Node, Set<number>> {
  const used = new Map<Node, Set<number>>()
  for (const node of graph.nodes) {
    if (node.operation !== 'item') continue
    const scan = node.inputs[0] as Node
    const indices = used.get(scan) ?? new Set()
    used.set(scan, indices.add(node.attributes.index))
  }
  return used
}

interface TrimmedScan {
  /** What stands for each used result of the scan from now on. */
  readonly results: ReadonlyMap<number, Node>
}

function trimScan(scan: NodeOf<'scan'>, used: ReadonlySet<number>): TrimmedScan | undefined {
  const { body, carries, sequences, length, reverse } = scan.attributes
  const lastSequence = carries + sequences
  const isFixed = (position: number): boolean => body.outputs[position] === body.inputs[position]
  const isSequence = (output: Node): boolean => {
    const position = body.inputs.indexOf(output as NodeOf<'input'>)
    return position >= carries && position < lastSequence
  }

  // Results that are worth keeping: one for each distinct output, and none that is a sequence as it came.
  const results = new Map<number, Node>()
  const keptResult = new Map<Node, number>()
  for (const index of [...used].sort((a, b) => a - b)) {
    const output = body.outputs[index] as Node
    if (index < carries) continue
    if (isSequence(output)) results.set(index, scan.inputs[body.inputs.indexOf(output as NodeOf<'input'>)] as Node)
    else if (!keptResult.has(output)) keptResult.set(output, index)
  }

  const needed = findNeededInputs(body, carries, [...keptResult.keys()], used)
  const keptCarries: number[] = []
  for (let position = 0; position < carries; position++) {
    if (isFixed(position)) {
      if (used.has(position)) results.set(position, scan.inputs[position] as Node)
    } else if (needed.has(position)) keptCarries.push(position)
  }

  // Inputs: a fixed carry turns into a constant; what is given twice comes in once.
  const keptSequences: number[] = []
  const keptConstants: number[] = []
  const standIn = new Map<number, number>()
  const seen = new Map<string, Map<Node, number>>()
  body.inputs.forEach((_, position) => {
    const isCarry = position < carries
    if (!needed.has(position) || (isCarry && !isFixed(position))) return
    const kind = !isCarry && position < lastSequence ? 'sequence' : 'constant'
    const firsts = seen.get(kind) ?? new Map<Node, number>()
    seen.set(kind, firsts)
    const value = scan.inputs[position] as Node
    const first = firsts.get(value)
    if (first !== undefined) standIn.set(position, first)
    else {
      firsts.set(value, position)
      if (kind === 'sequence') keptSequences.push(position)
      else keptConstants.push(position)
    }
  })

  const keptInputs = [...keptCarries, ...keptSequences, ...keptConstants]
  const keptOutputs = [...keptCarries, ...keptResult.values()]
  const unchanged = keptInputs.length === body.inputs.length && keptOutputs.length === body.outputs.length
  if (unchanged && results.size === 0) return undefined

  const inlined = inlineGraph(
    body,
    body.inputs.map((_, position) => body.inputs[standIn.get(position) ?? position] as Node),
  )
  const next = makeLike(
    scan,
    'scan',
    keptInputs.map((position) => scan.inputs[position] as Node),
    {
      length,
      reverse,
      carries: keptCarries.length,
      sequences: keptSequences.length,
      body: makeGraph(
        keptInputs.map((position) => body.inputs[position] as NodeOf<'input'>),
        keptOutputs.map((position) => inlined[position] as Node),
      ),
    },
  )
  const items = keptOutputs.map((_, place) => makeItem(next as Node, place))
  for (const index of used) {
    if (results.has(index)) continue
    const kept = index < carries ? index : keptResult.get(body.outputs[index] as Node)
    results.set(index, items[keptOutputs.indexOf(kept as number)] as Node)
  }
  return { results }
}

/** Positions of body inputs that reach a kept result or a used carry, through however many steps. */
function findNeededInputs(
  body: Graph,
  carries: number,
  results: readonly Node[],
  used: ReadonlySet<number>,
): Set<number> {
  const positions = new Map<Node, number>(body.inputs.map((input, position) => [input, position]))
  const needed = new Set<number>()
  const reached = new Set<Node>()
  const stack: Node[] = [...results]
  for (let position = 0; position < carries; position++) {
    if (used.has(position) && body.outputs[position] !== body.inputs[position]) needCarry(position)
  }
  function needCarry(position: number): void {
    if (needed.has(position)) return
    needed.add(position)
    stack.push(body.outputs[position] as Node)
  }
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (reached.has(node)) continue
    reached.add(node)
    const position = positions.get(node)
    if (position === undefined) stack.push(...node.inputs)
    else if (position < carries) needCarry(position)
    else needed.add(position)
  }
  return needed
}
