// The type of a simplification rule, and small questions that the rules ask.
import type { Node, NodeOf, Operation } from '../../trace/node.ts'

/** What a rule may ask about the graph around the node. */
export interface RuleContext {
  /** How often a node is read. A node that was just made counts as read once. */
  readonly uses: (node: Node) => number
}

/** A simpler node for the same value, or nothing when the node is simple already. The inputs are simplified. */
export type Rule<O extends Operation> = (node: NodeOf<O>, context: RuleContext) => Node | undefined

/** Rules of some operations. */
export type RulesOf<O extends Operation> = { readonly [Name in O]: Rule<Name> }

/** The input at a position. The builder has checked how many there are. */
export function inputOf(node: Node, position: number): Node {
  return node.inputs[position] as Node
}

/** The only input of a node of the given operation, else nothing: `under(x, 'neg')` is y for x = neg y. */
export function under(node: Node, operation: Operation): Node | undefined {
  return node.operation === operation ? node.inputs[0] : undefined
}
