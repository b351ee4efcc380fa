// What is known of each node in the body of a loop: on what it depends, and what it costs to keep its value.
import type { Graph, Node, NodeOf, Operation } from '../../trace/node.ts'
import { sizeOf } from '../../trace/types.ts'
import { canVectorize } from './vectorize.ts'

/**
 * `fixed`: the same in every step. `step`: differs from step to step, but all steps can be computed outside the loop.
 * `inner`: depends on a carry, or has no vectorized form.
 */
export type Level = 'fixed' | 'step' | 'inner'

/** Facts about the nodes of a body. */
export interface BodyFacts {
  readonly body: Graph
  readonly carries: number
  readonly length: number
  readonly levelOf: (node: Node) => Level
  /** Whether the node can be done for all steps at once, given its inputs in the form in which they come. */
  readonly isVectorizable: (node: Node) => boolean
  /** How often body nodes and body outputs read the node. */
  readonly uses: ReadonlyMap<Node, number>
  /** Elements of the values that a cheap node is really made of: a broadcast counts as its source. */
  readonly basisOf: (node: Node) => number
  /** Whether a costly node that can leave the loop lies on the way to this one (or is this one). */
  readonly isFed: (node: Node) => boolean
}

/** Work that pays for leaving a loop by itself: products, lookups and reductions. */
export const costly: ReadonlySet<Operation> = new Set<Operation>([
  ...(['matmul', 'conv2d', 'convInputGradient', 'convFilterGradient', 'gather', 'scatterAdd'] as const),
  ...(['maxPool', 'maxPoolGradient', 'avgPool', 'avgPoolGradient'] as const),
  ...(['sum', 'maxReduce', 'argMax', 'random', 'item'] as const),
])

/** Index arithmetic: worth nothing by itself. */
export const movement: ReadonlySet<Operation> = new Set<Operation>([
  ...(['reshape', 'permute', 'broadcast', 'slice', 'pad', 'concat', 'flip'] as const),
])

/** Looks at the body of a scan. */
export function findBodyFacts(scan: NodeOf<'scan'>): BodyFacts {
  const { body, carries, sequences, length } = scan.attributes
  const levels = new Map<Node, Level>()
  const basis = new Map<Node, number>()
  const fed = new Set<Node>()
  const uses = new Map<Node, number>()
  const levelOf = (node: Node): Level => levels.get(node) ?? 'fixed'
  const isVectorizable = (node: Node): boolean =>
    canVectorize(
      node,
      node.inputs.map((input) => levelOf(input) !== 'fixed'),
    )
  body.inputs.forEach((input, position) => {
    levels.set(input, position < carries ? 'inner' : position < carries + sequences ? 'step' : 'fixed')
  })
  for (const node of body.nodes) {
    for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1)
    const size = sizeOf(node.shape)
    if (node.inputs.length === 0) {
      basis.set(node, size)
      continue
    }
    const inputs = [...new Set(node.inputs)].map((input) => ({ input, level: levelOf(input) }))
    const varying = inputs.filter(({ level }) => level !== 'fixed')
    const level =
      varying.length === 0
        ? 'fixed'
        : varying.every((entry) => entry.level === 'step') && isVectorizable(node)
          ? 'step'
          : 'inner'
    levels.set(node, level)
    const made = (varying.length > 0 ? varying : inputs).map(({ input }) => input)
    const isCostly = costly.has(node.operation)
    const sum = made.reduce((total, input) => total + (basis.get(input) as number), 0)
    basis.set(node, isCostly ? size : Math.min(size, sum))
    if (level !== 'inner' && (isCostly || made.some((input) => fed.has(input)))) fed.add(node)
  }
  for (const output of body.outputs) uses.set(output, (uses.get(output) ?? 0) + 1)
  return {
    body,
    carries,
    length,
    levelOf,
    isVectorizable,
    uses,
    basisOf: (node) => basis.get(node) as number,
    isFed: (node) => fed.has(node),
  }
}

/** Elements of the varying (or, if there are none, of all) inputs that a node is made of. */
export function basisOfInputs(node: Node, { levelOf, basisOf }: BodyFacts): number {
  const inputs = [...new Set(node.inputs)]
  const varying = inputs.filter((input) => levelOf(input) !== 'fixed')
  return (varying.length > 0 ? varying : inputs).reduce((total, input) => total + basisOf(input), 0)
}
