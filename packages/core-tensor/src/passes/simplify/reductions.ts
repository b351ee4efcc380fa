// Reductions: fewer, over fewer elements. Merged sums add in another order, so their rounding may differ.
import type { Node, NodeOf } from '../../trace/node.ts'
import { makeSplat } from '../splat.ts'
import { makeLike } from '../walk.ts'
import { inputOf, type RuleContext, type RulesOf } from './rule.ts'

type Reduction = NodeOf<'sum'> | NodeOf<'maxReduce'>

export const reductionRules: RulesOf<'sum' | 'maxReduce' | 'argMax'> = {
  sum: (node, context) => dropShortAxes(node) ?? mergeReductions(node, context) ?? sumBroadcast(node),
  maxReduce: (node, context) => dropShortAxes(node) ?? mergeReductions(node, context) ?? maxBroadcast(node),
  // The first of one, of course.
  argMax: (node) => (inputOf(node, 0).shape[node.attributes.axis] === 1 ? makeSplat(node, node, 0) : undefined),
}

/** Axes of length 1 hold nothing to reduce. */
function dropShortAxes(node: Reduction): Node | undefined {
  const x = inputOf(node, 0)
  const { axes } = node.attributes
  const long = axes.filter((axis) => x.shape[axis] !== 1)
  if (axes.length === 0) return x
  if (long.length === axes.length) return undefined
  const reduced = long.length === 0 ? x : makeLike(node, node.operation, [x], { axes: long })
  return makeLike(node, 'reshape', [reduced as Node], { shape: node.shape })
}

/** A reduction of a reduction, unless the inner one is needed anyway. */
function mergeReductions(node: Reduction, { uses }: RuleContext): Node | undefined {
  const inner = inputOf(node, 0)
  if (inner.operation !== node.operation || uses(inner) > 1) return undefined
  const x = inputOf(inner, 0)
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !inner.attributes.axes.includes(axis))
  const outer = node.attributes.axes.map((axis) => kept[axis] as number)
  const axes = [...inner.attributes.axes, ...outer].sort((a, b) => a - b)
  return makeLike(node, node.operation, [x], { axes })
}

/** Which of the reduced axes only repeat one element, and the value with these axes left at length 1. */
function narrowBroadcast(node: Reduction): { readonly narrow: Node; readonly count: number } | undefined {
  const x = inputOf(node, 0)
  if (x.operation !== 'broadcast') return undefined
  const source = inputOf(x, 0)
  const repeated = node.attributes.axes.filter((axis) => source.shape[axis] === 1 && (x.shape[axis] as number) > 1)
  if (repeated.length === 0) return undefined
  const shape = x.shape.map((length, axis) => (repeated.includes(axis) ? 1 : length))
  const count = repeated.reduce((product, axis) => product * (x.shape[axis] as number), 1)
  return { narrow: makeLike(node, 'broadcast', [source], { shape }), count }
}

/** The sum of n equal numbers is n times the number. */
function sumBroadcast(node: NodeOf<'sum'>): Node | undefined {
  const parts = narrowBroadcast(node)
  if (!parts) return undefined
  const sum = makeLike(node, 'sum', [parts.narrow], node.attributes)
  return makeLike(node, 'mul', [sum, makeSplat(node, node, parts.count)], {})
}

function maxBroadcast(node: NodeOf<'maxReduce'>): Node | undefined {
  const parts = narrowBroadcast(node)
  return parts && makeLike(node, 'maxReduce', [parts.narrow], node.attributes)
}
