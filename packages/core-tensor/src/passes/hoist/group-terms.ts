// Regrouping sums in the body of a loop: (x·W + h·U) + b becomes (x·W + b) + h·U, so that the bias can leave the loop
// together with the product of the input. Additions change their order, no more.
import type { Graph, Node, NodeOf } from '../../trace/node.ts'
import { makeLike, transformGraph } from '../walk.ts'
import { type BodyFacts, findBodyFacts } from './body-facts.ts'

/** The scan with the terms of each sum that are known before the loop added up first; itself if there is nothing to do. */
export function groupTerms(scan: NodeOf<'scan'>): NodeOf<'scan'> {
  const facts = findBodyFacts(scan)
  const { body } = scan.attributes
  const next = groupBody(body, facts)
  return next === body ? scan : makeLike(scan, 'scan', scan.inputs, { ...scan.attributes, body: next })
}

function groupBody(body: Graph, { levelOf, uses }: BodyFacts): Graph {
  const isInnerSum = (node: Node): boolean => node.operation === 'add' && levelOf(node) === 'inner'
  // Sums that are read by one other sum alone are part of that one.
  const parts = new Set<Node>()
  for (const node of body.nodes) {
    if (!isInnerSum(node)) continue
    for (const input of node.inputs) if (isInnerSum(input) && uses.get(input) === 1) parts.add(input)
  }
  const replaced = new Map<Node, Node>()
  const current = (node: Node): Node => replaced.get(node) ?? node
  return transformGraph(body, (node, original) => {
    const grouped =
      isInnerSum(original) && !parts.has(original) ? groupSum(original, parts, levelOf, current) : undefined
    replaced.set(original, grouped ?? node)
    return grouped ?? node
  })
}

function groupSum(
  sum: Node,
  parts: ReadonlySet<Node>,
  levelOf: BodyFacts['levelOf'],
  current: (node: Node) => Node,
): Node | undefined {
  const terms: Node[] = []
  const stack = [...sum.inputs].reverse()
  for (let term = stack.pop(); term; term = stack.pop()) {
    if (parts.has(term)) stack.push(...[...term.inputs].reverse())
    else terms.push(term)
  }
  const rank = { fixed: 0, step: 1, inner: 2 } as const
  const known = terms.filter((term) => levelOf(term) !== 'inner').sort((a, b) => rank[levelOf(a)] - rank[levelOf(b)])
  const inner = terms.filter((term) => levelOf(term) === 'inner')
  if (known.length < 2) return undefined
  const add = (a: Node, b: Node): Node => makeLike(sum, 'add', [a, b], {})
  return add(inner.map(current).reduce(add), known.map(current).reduce(add))
}
