// Algebraic simplification: rules per operation, applied from the inputs to the outputs until none fires.
import type { Graph, Node, Operation } from '../trace/node.ts'
import { sizeOf } from '../trace/types.ts'
import { arithmeticRules, elementwise } from './simplify/arithmetic.ts'
import { sinkBroadcast } from './simplify/broadcasts.ts'
import { joinPaddedTerms, joinRules } from './simplify/joins.ts'
import { logicRules } from './simplify/logic.ts'
import { movementRules } from './simplify/movement.ts'
import { reductionRules } from './simplify/reductions.ts'
import type { Rule, RuleContext } from './simplify/rule.ts'
import { unrollShortScan } from './simplify/scans.ts'
import { makeSplat, smallConstant, uniformValue } from './splat.ts'
import { countUses, transformBodies, transformGraph } from './walk.ts'

const rules: { readonly [O in Operation]?: Rule<O> } = {
  ...arithmeticRules,
  ...logicRules,
  ...reductionRules,
  ...movementRules,
  ...joinRules,
  add: (node, context) => arithmeticRules.add(node, context) ?? joinPaddedTerms(node, context),
  constant: (node) => {
    const { value } = node.attributes
    const uniform = value.data.length > smallConstant ? uniformValue(value) : undefined
    return uniform === undefined ? undefined : makeSplat(node, node, uniform, value)
  },
}

/** A node is rewritten at most this often in a walk: a fence, far above what the rules need. */
const mostRewrites = 64
const mostRounds = 8

/**
 * The graph with simpler nodes for the same values. Values stay the same to the last bit, but for two liberties:
 * the sign of a zero may change (x + 0 = x), and merged sums add in another order.
 */
export function simplify(graph: Graph): Graph {
  let current = transformBodies(graph, simplify)
  for (let round = 0; round < mostRounds; round++) {
    const next = simplifyOnce(current)
    if (next === current) return current
    current = next
  }
  return current
}

function simplifyOnce(graph: Graph): Graph {
  const uses = countUses(graph)
  const unrolled = new Map<Node, readonly Node[]>()
  const context: RuleContext = { uses: (node) => uses.get(node) ?? 1 }
  return transformGraph(graph, (node, original) => {
    if (node.operation === 'scan') {
      const results = unrollShortScan(node)
      if (results) unrolled.set(node, results)
      return node
    }
    if (node.operation === 'item') return unrolled.get(node.inputs[0] as Node)?.[node.attributes.index] ?? node
    const simple = simplifyNode(node, context)
    if (simple !== original) uses.set(simple, (uses.get(simple) ?? 0) + (uses.get(original) ?? 0))
    return simple
  })
}

function simplifyNode(node: Node, context: RuleContext): Node {
  let current = node
  for (let rewrites = 0; rewrites < mostRewrites; rewrites++) {
    const next = applyRule(current, context)
    if (!next) return current
    current = next
  }
  return current
}

function applyRule(node: Node, context: RuleContext): Node | undefined {
  if (isEmptyComputation(node)) return makeSplat(node, node, 0)
  // The table holds each operation's rule under its own name; the compiler can not follow that across the lookup.
  const rule = rules[node.operation] as Rule<Operation> | undefined
  return rule?.(node as never, context) ?? (elementwise.has(node.operation) ? sinkBroadcast(node) : undefined)
}

/** A value without elements takes no computation. */
function isEmptyComputation(node: Node): boolean {
  if (sizeOf(node.shape) !== 0 || node.inputs.length === 0) return false
  if (node.operation === 'item' || node.operation === 'scan') return false
  return !(node.operation === 'broadcast' && (node.inputs[0] as Node).operation === 'constant')
}
