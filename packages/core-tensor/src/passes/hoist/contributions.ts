// Accumulators: a carry that only adds up, c ← c + t. Its last value is c₀ + Σₜ t, and the sum over all steps is often one
// operation on stacked values: Σₜ AₜBₜ is a single product with the steps side by side, [m, T · k] × [T · k, n].
import type { Node } from '../../trace/node.ts'
import { sizeOf } from '../../trace/types.ts'
import { makeSplat } from '../splat.ts'
import { makeLike } from '../walk.ts'
import type { BodyFacts } from './body-facts.ts'
import { firstAxisTo, movedAxes, type OuterValue, reshaped, stackOf } from './vectorize.ts'

/** Gives the value of a body node outside the loop. */
export type ReadOuter = (node: Node) => OuterValue

/** How to compute Σₜ t outside the loop. */
export interface TimeSum {
  /** Body nodes whose values are needed for all steps. */
  readonly demands: readonly Node[]
  readonly build: (read: ReadOuter) => Node
}

/** A carry that leaves the loop, wholly or in part. */
export interface Accumulator {
  readonly carry: number
  /** Sums over all steps, to be added to what the loop returns (or to the initial value). */
  readonly sums: readonly TimeSum[]
  /** Terms that are still added up in the loop. */
  readonly rest: readonly Node[]
}

/** Terms without a better form are stacked and added up afterwards, as long as the stack has at most this many elements. */
const mostStacked = 2 ** 20
/** Values that only the loop knows are emitted for a reduction as long as they have at most this many elements. */
const mostEmitted = 2 ** 24
/** Terms are looked into this deep. */
const deepest = 32

/** The carries that only add up, with the terms that can be summed outside. */
export function findAccumulators(facts: BodyFacts): Accumulator[] {
  const { body, carries, uses } = facts
  const reader = new Map<Node, Node>()
  for (const node of body.nodes) for (const input of node.inputs) reader.set(input, node)
  const found: Accumulator[] = []
  for (let carry = 0; carry < carries; carry++) {
    const next = body.outputs[carry] as Node
    const terms: Node[] = []
    let reached: Node = body.inputs[carry] as Node
    // From the carry up to its next value, each sum must be read by the following one alone.
    while (reached !== next && uses.get(reached) === 1) {
      const sum = reader.get(reached)
      if (sum?.operation !== 'add') break
      terms.push(sum.inputs[0] === reached ? (sum.inputs[1] as Node) : (sum.inputs[0] as Node))
      reached = sum
    }
    if (reached !== next || terms.length === 0 || uses.get(next) !== 1) continue
    const sums: TimeSum[] = []
    const rest: Node[] = []
    for (const term of terms.flatMap((node) => splitTerms(node, facts))) {
      const sum = planTimeSum(term, facts, 0)
      if (sum) sums.push(sum)
      else rest.push(term)
    }
    if (sums.length > 0) found.push({ carry, sums, rest })
  }
  return found
}

/** The terms of nested additions that nothing else reads. */
function splitTerms(node: Node, { uses }: BodyFacts): Node[] {
  const terms: Node[] = []
  const stack = [node]
  for (let term = stack.pop(); term; term = stack.pop()) {
    if (term.operation === 'add' && uses.get(term) === 1) stack.push(term.inputs[1] as Node, term.inputs[0] as Node)
    else terms.push(term)
  }
  return terms
}

function planTimeSum(term: Node, facts: BodyFacts, depth: number): TimeSum | undefined {
  const { levelOf, length } = facts
  if (levelOf(term) === 'fixed') {
    // T times the same.
    return {
      demands: [],
      build: (read) => makeLike(term, 'mul', [read(term).node, makeSplat(term, term, length)], {}),
    }
  }
  return (depth < deepest ? planLinear(term, facts, depth + 1) : undefined) ?? planStack(term, length)
}

/** The sum of a linear function of stacked values, brought inside the function. */
function planLinear(term: Node, facts: BodyFacts, depth: number): TimeSum | undefined {
  const { levelOf, length } = facts
  const [a, b] = term.inputs as readonly [Node, Node]
  const sumOf = (node: Node): TimeSum | undefined => planTimeSum(node, facts, depth)
  switch (term.operation) {
    case 'neg':
    case 'reshape':
    case 'permute':
    case 'broadcast':
      return through(sumOf(a), (sum) => makeLike(term, term.operation, [sum], term.attributes as never) as Node)
    case 'pad':
      if (term.attributes.value !== 0) return undefined
      return through(sumOf(a), (sum) => makeLike(term, 'pad', [sum], term.attributes))
    case 'add':
    case 'sub':
      // Only trees: what is read twice would be summed twice, and twice again below.
      if ((facts.uses.get(term) ?? 0) > 1) return undefined
      return both(sumOf(a), sumOf(b), (x, y) => makeLike(term, term.operation, [x, y], {}) as Node)
    case 'mul':
      if (levelOf(b) === 'fixed') return scaled(sumOf(a), b, (sum, factor) => makeLike(term, 'mul', [sum, factor], {}))
      if (levelOf(a) === 'fixed') return scaled(sumOf(b), a, (sum, factor) => makeLike(term, 'mul', [sum, factor], {}))
      return undefined
    case 'div':
      if (levelOf(b) !== 'fixed' || term.dtype !== 'float32') return undefined
      return scaled(sumOf(a), b, (sum, divisor) => makeLike(term, 'div', [sum, divisor], {}))
    case 'sum': {
      if (levelOf(a) === 'inner' && length * sizeOf(a.shape) > mostEmitted) return undefined
      const axes = [0, ...term.attributes.axes.map((axis) => axis + 1)]
      return { demands: [a], build: (read) => makeLike(term, 'sum', [stackOf(read(a), length)], { axes }) }
    }
    case 'matmul':
      if (levelOf(a) === 'fixed') return scaled(sumOf(b), a, (sum, left) => makeLike(term, 'matmul', [left, sum], {}))
      if (levelOf(b) === 'fixed') return scaled(sumOf(a), b, (sum, right) => makeLike(term, 'matmul', [sum, right], {}))
      return planProduct(term, length)
    case 'scatterAdd': {
      const { axis } = term.attributes
      return {
        demands: [a, b],
        build: (read) => {
          // The steps become one more axis of indices.
          const updates = stackOf(read(b), length)
          const moved = movedAxes(updates, firstAxisTo(axis, updates.shape.length))
          return makeLike(term, 'scatterAdd', [stackOf(read(a), length), moved], term.attributes)
        },
      }
    }
    case 'convFilterGradient':
      return {
        demands: [a, b],
        build: (read) => {
          // The steps become part of the batch, over which a filter gradient sums anyway.
          const merge = (stack: Node): Node =>
            reshaped(stack, [length * (stack.shape[1] as number), ...stack.shape.slice(2)])
          const inputs = [merge(stackOf(read(a), length)), merge(stackOf(read(b), length))]
          return makeLike(term, 'convFilterGradient', inputs, term.attributes)
        },
      }
    default:
      return undefined
  }
}

/** Σₜ AₜBₜ = [A₁ A₂ …] [B₁; B₂; …]: the steps become part of the inner axis. */
function planProduct(term: Node, length: number): TimeSum {
  const [a, b] = term.inputs as readonly [Node, Node]
  const rank = term.shape.length
  const batch = term.shape.slice(0, -2)
  const [m, n] = term.shape.slice(-2) as [number, number]
  const k = a.shape.at(-1) as number
  // A weight gradient is xᵀ · dz: the transposition can wait until the steps are joined, for then it moves nothing.
  const transposed = rank === 2 && a.operation === 'permute' ? (a.inputs[0] as Node) : undefined
  const left = transposed ?? a
  return {
    demands: [left, b],
    build: (read) => {
      const stack = stackOf(read(left), length)
      const joined = transposed
        ? makeLike(term, 'permute', [reshaped(stack, [length * k, m])], { axes: [1, 0] })
        : reshaped(movedAxes(stack, firstAxisTo(rank - 1, rank + 1)), [...batch, m, length * k])
      const other = movedAxes(stackOf(read(b), length), firstAxisTo(rank - 2, rank + 1))
      return makeLike(term, 'matmul', [joined, reshaped(other, [...batch, length * k, n])], {})
    },
  }
}

function planStack(term: Node, length: number): TimeSum | undefined {
  if (length * sizeOf(term.shape) > mostStacked) return undefined
  return {
    demands: [term],
    build: (read) => makeLike(term, 'sum', [stackOf(read(term), length)], { axes: [0] }),
  }
}

function through(sum: TimeSum | undefined, wrap: (sum: Node) => Node): TimeSum | undefined {
  return sum && { demands: sum.demands, build: (read) => wrap(sum.build(read)) }
}

function both(
  first: TimeSum | undefined,
  second: TimeSum | undefined,
  join: (first: Node, second: Node) => Node,
): TimeSum | undefined {
  if (!first || !second) return undefined
  return {
    demands: [...first.demands, ...second.demands],
    build: (read) => join(first.build(read), second.build(read)),
  }
}

/** A sum with one operand that is the same in every step. */
function scaled(sum: TimeSum | undefined, fixed: Node, join: (sum: Node, fixed: Node) => Node): TimeSum | undefined {
  return sum && { demands: [...sum.demands, fixed], build: (read) => join(sum.build(read), read(fixed).node) }
}
