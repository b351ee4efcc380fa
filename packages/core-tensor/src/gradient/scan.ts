// The gradient of a scan is a scan the other way: backpropagation through time.
//
// The forward scan is replaced by one that also stacks what the way back needs (residuals). The backward scan
// carries ∂loss/∂carry from the last step to the first and adds up the gradients of the constants.
import { makeGraph, sortNodes } from '../graph/graph.ts'
import { replaceNodes } from '../graph/rewrite.ts'
import { zeros } from '../ops/create.ts'
import { makeInput, makeItem, makeNode } from '../trace/build.ts'
import type { Node, NodeOf, Operation } from '../trace/node.ts'
import { Tensor } from '../trace/tensor.ts'
import type { Backward } from './rule.ts'

/** The reverse walk, handed in by the module that calls this one. */
type Walk = (outputs: readonly (readonly [Node, Node])[], inputs: readonly Node[]) => Backward

/** What recomputing costs less than keeping: movement and cheap arithmetic. */
const cheap: ReadonlySet<Operation> = new Set<Operation>([
  ...(['neg', 'abs', 'sign', 'floor', 'cast', 'add', 'sub', 'mul', 'max', 'min', 'compare', 'select'] as const),
  ...(['reshape', 'permute', 'broadcast', 'slice', 'pad', 'concat', 'flip', 'stopGradient'] as const),
])

/** The forward scan that keeps residuals, and ∂loss/∂input for each input of the scan. */
export interface ScanGradient {
  readonly scan: Node
  readonly gradients: readonly (Tensor | undefined)[]
}

/** @param results ∂loss/∂result for each result of the scan; undefined means zero. */
export function differentiateScan(
  scan: NodeOf<'scan'>,
  results: readonly (Tensor | undefined)[],
  walk: Walk,
): ScanGradient {
  const { body, carries, sequences, length, reverse } = scan.attributes
  const isFloat = (node: Node): boolean => node.dtype === 'float32'
  const positions = (from: number, to: number): number[] =>
    body.inputs.flatMap((input, position) => (position >= from && position < to && isFloat(input) ? [position] : []))
  const carryPositions = positions(0, carries)
  const sequencePositions = positions(carries, carries + sequences)
  const constantPositions = positions(carries + sequences, body.inputs.length)
  const resultPositions = results.flatMap((gradient, position) => (position >= carries && gradient ? [position] : []))

  // One step back: ∂loss/∂(body inputs) from ∂loss/∂(body outputs).
  const outputAt = (position: number): Node => body.outputs[position] as Node
  const carryGradients = carryPositions.map((position) => makeInput(`gradient of carry${position}`, outputAt(position)))
  const resultGradients = resultPositions.map((position) =>
    makeInput(`gradient of result${position}`, outputAt(position)),
  )
  const wanted = [...carryPositions, ...sequencePositions, ...constantPositions]
  const step = walk(
    [
      ...carryPositions.map((position, i) => [outputAt(position), carryGradients[i] as Node] as const),
      ...resultPositions.map((position, i) => [outputAt(position), resultGradients[i] as Node] as const),
    ],
    wanted.map((position) => body.inputs[position] as Node),
  )
  const gradientOf = (i: number): Node =>
    step.gradients[i] ?? zeros((body.inputs[wanted[i] as number] as Node).shape).node
  const nextCarries = carryPositions.map((_, i) => gradientOf(i))
  const sequenceSteps = sequencePositions.map((_, i) => gradientOf(carryPositions.length + i))
  const accumulators = constantPositions.map((position) => makeInput(`sum${position}`, body.inputs[position] as Node))
  const sums = accumulators.map((sum, i) => {
    const part = step.gradients[carryPositions.length + sequencePositions.length + i]
    return part ? new Tensor(sum).add(new Tensor(part)).node : sum
  })

  // What the way back reads of the way forth: sequences and constants as they were, everything else stacked. Scans
  // inside the body are first replaced by those that keep their residuals.
  const back = [...nextCarries, ...sums, ...sequenceSteps]
  const outputs = replaceNodes([...back, ...body.outputs], step.replacements)
  const backOutputs = outputs.slice(0, back.length)
  const forwardOutputs = outputs.slice(back.length)
  const seeds = [...carryGradients, ...accumulators, ...resultGradients]
  const residuals = findResiduals(backOutputs, seeds, body.inputs)
  const bodyPosition = (node: Node): number => body.inputs.indexOf(node as NodeOf<'input'>)
  const kept = residuals.filter((node) => bodyPosition(node) < carries)
  const readSequences = residuals.filter((node) => {
    const position = bodyPosition(node)
    return position >= carries && position < carries + sequences
  })
  const readConstants = residuals.filter((node) => bodyPosition(node) >= carries + sequences)

  const forward = makeNode('scan', scan.inputs, {
    ...scan.attributes,
    body: makeGraph(body.inputs, [...forwardOutputs, ...kept]),
  })
  const keptInputs = kept.map((node, i) => makeInput(`residual${i}`, node))
  const replaced = new Map<Node, Node>(kept.map((node, i) => [node, keptInputs[i] as Node]))
  const backward = makeNode(
    'scan',
    [
      ...carryPositions.map((position) => (results[position] ?? zeros(outputAt(position).shape)).node),
      ...accumulators.map((sum) => zeros(sum.shape).node),
      ...resultPositions.map((position) => (results[position] as Tensor).node),
      ...kept.map((_, i) => makeItem(forward, body.outputs.length + i)),
      ...readSequences.map((node) => scan.inputs[bodyPosition(node)] as Node),
      ...readConstants.map((node) => scan.inputs[bodyPosition(node)] as Node),
    ],
    {
      length,
      body: makeGraph(
        [...seeds, ...keptInputs, ...(readSequences as NodeOf<'input'>[]), ...(readConstants as NodeOf<'input'>[])],
        replaceNodes(backOutputs, replaced),
      ),
      carries: carryPositions.length + accumulators.length,
      sequences: resultPositions.length + kept.length + readSequences.length,
      reverse: !reverse,
    },
  )
  const gradients = new Array<Tensor | undefined>(scan.inputs.length).fill(undefined)
  const order = [...carryPositions, ...constantPositions, ...sequencePositions]
  order.forEach((position, item) => {
    gradients[position] = new Tensor(makeItem(backward, item))
  })
  return { scan: forward, gradients }
}

/**
 * The forward values that the way back reads: nodes that do not depend on `seeds` but are read by nodes that do.
 * Cheap ones are computed again from what they are made of; what depends on constants only is not listed.
 */
function findResiduals(outputs: readonly Node[], seeds: readonly Node[], inputs: readonly Node[]): Node[] {
  const nodes = sortNodes([], outputs)
  const onTheWayBack = new Set<Node>(seeds)
  const known = new Set<Node>()
  for (const node of nodes) {
    if (node.inputs.some((input) => onTheWayBack.has(input))) onTheWayBack.add(node)
    else if (node.operation !== 'input' && node.inputs.every((input) => known.has(input))) known.add(node)
  }
  const own = new Set<Node>(inputs)
  const residuals = new Set<Node>()
  const seen = new Set<Node>()
  const pending: Node[] = [...outputs]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node) || known.has(node)) continue
    seen.add(node)
    const keep = !onTheWayBack.has(node) && (own.has(node) || !cheap.has(node.operation))
    if (keep) residuals.add(node)
    else pending.push(...node.inputs)
  }
  return [...residuals]
}
