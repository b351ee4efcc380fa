// Reverse mode: one walk from the outputs back to the inputs, which adds the gradient's nodes to the graph.
import { sortNodes } from '../graph/graph.ts'
import type { Node, NodeOf, Primitive } from '../trace/node.ts'
import { inheritOrigin } from '../trace/origin.ts'
import { Tensor } from '../trace/tensor.ts'
import { elementwiseGradients } from './elementwise.ts'
import { movementGradients } from './movement.ts'
import { productGradients } from './products.ts'
import type { Backward, GradientRule, GradientRulesOf } from './rule.ts'
import { differentiateScan } from './scan.ts'

/** Gradient rules of every primitive with a single result; scan has its own, `differentiateScan`. */
const gradientRules: GradientRulesOf<Exclude<Primitive, 'scan'>> = {
  ...elementwiseGradients,
  ...movementGradients,
  ...productGradients,
}

/**
 * Walks back from outputs with known gradients to the given inputs.
 *
 * @param outputs pairs of a node and ∂loss/∂node.
 */
export function backward(outputs: readonly (readonly [Node, Node])[], inputs: readonly Node[]): Backward {
  const sorted = sortNodes(
    [],
    outputs.map(([node]) => node),
  )
  const involved = findDependents(sorted, inputs)
  const gradients = new Map<Node, Tensor>()
  const itemGradients = new Map<Node, (Tensor | undefined)[]>()
  const replacements = new Map<Node, Node>()
  const accumulate = (node: Node, gradient: Tensor): void => {
    const sum = gradients.get(node)
    gradients.set(node, sum ? sum.add(gradient) : gradient)
  }
  for (const [node, gradient] of outputs) if (involved.has(node)) accumulate(node, new Tensor(gradient))

  for (let position = sorted.length - 1; position >= 0; position--) {
    const node = sorted[position] as Node
    if (!involved.has(node)) continue
    if (node.operation === 'scan') {
      const results = itemGradients.get(node) ?? []
      // The node itself stands for its first result.
      const first = gradients.get(node)
      if (first) results[0] = results[0]?.add(first) ?? first
      if (!results.some(Boolean)) continue
      const { scan, gradients: toInputs } = differentiateScan(node, results, backward)
      replacements.set(node, scan)
      passOn(node, toInputs, involved, accumulate)
      continue
    }
    const gradient = gradients.get(node)
    if (!gradient) continue
    if (node.operation === 'item') {
      const scan = node.inputs[0] as Node
      const results = itemGradients.get(scan) ?? new Array<Tensor | undefined>(scan.results.length).fill(undefined)
      results[node.attributes.index] = gradient
      itemGradients.set(scan, results)
    } else if (node.operation !== 'input' && node.operation !== 'constant') {
      passOn(node, applyRule(node, gradient), involved, accumulate)
    }
  }
  return { gradients: inputs.map((input) => gradients.get(input)?.node), replacements }
}

function applyRule(node: Exclude<Node, NodeOf<'scan'>>, gradient: Tensor): readonly (Tensor | undefined)[] {
  // The table is total; the compiler cannot follow that the rule and the attributes belong to one primitive.
  const rule = gradientRules[node.operation as keyof typeof gradientRules] as GradientRule<Primitive>
  const inputs = node.inputs.map((input) => new Tensor(input))
  return inheritOrigin(node.origin, `the gradient of ${node.operation}`, () =>
    rule({ inputs, output: new Tensor(node), gradient, attributes: node.attributes as never }),
  )
}

function passOn(
  node: Node,
  gradients: readonly (Tensor | undefined)[],
  involved: ReadonlySet<Node>,
  accumulate: (node: Node, gradient: Tensor) => void,
): void {
  node.inputs.forEach((input, position) => {
    const gradient = gradients[position]
    if (gradient && involved.has(input)) accumulate(input, gradient)
  })
}

/** The float32 nodes (and scans) among `sorted` that depend on any of the roots, roots included. */
function findDependents(sorted: readonly Node[], roots: readonly Node[]): Set<Node> {
  const dependents = new Set<Node>(roots)
  for (const node of sorted) {
    const carriesGradient = node.operation === 'scan' || node.dtype === 'float32'
    if (carriesGradient && node.inputs.some((input) => dependents.has(input))) dependents.add(node)
  }
  return dependents
}
