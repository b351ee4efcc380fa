// Deciding what leaves a loop: which values come in ready-made, which go out for later, and what is computed from those.
import type { Node } from '../../trace/node.ts'
import { sizeOf } from '../../trace/types.ts'
import { type BodyFacts, basisOfInputs, costly, movement } from './body-facts.ts'
import type { Accumulator } from './contributions.ts'

/** What is computed where. Nodes in none of the sets stay in the loop, or disappear. */
export interface HoistPlan {
  /** Computed before the loop; the loop takes the value as a constant or a sequence. */
  readonly taken: ReadonlySet<Node>
  /** Computed in the loop, which returns the value as a stacked result. */
  readonly emitted: ReadonlySet<Node>
  /** Carries whose values for all steps are those of their next values, emitted anyway, one step later. */
  readonly shifted: ReadonlyMap<Node, number>
  /** Computed after the loop for all steps at once. */
  readonly moved: ReadonlySet<Node>
  /** Computed in the loop. */
  readonly inside: ReadonlySet<Node>
}

/** Most elements that may be emitted so that a product can be done after the loop, unless its result is as large. */
const mostEmitted = 2 ** 24

/** What is worth emitting its inputs for, in order to do it once for all steps. */
const worthMoving = new Set(['matmul', 'conv2d', 'convInputGradient', 'gather'])

/**
 * Walks the body from its outputs to its inputs. A value may be demanded inside (by what must stay in the loop) and
 * outside (by results and accumulators).
 *
 * Demanded inside, and known before the loop: it is taken if it is costly, or comes of something costly and is no larger
 * than what it is made of. So a small sequence does not turn into a large stack, and cheap arithmetic, which a backend
 * fuses, stays where it is.
 *
 * Demanded outside, and known in the loop only: it is emitted, except that what follows the last product leads out of
 * the loop with it, and that movement and growth wait until after the loop.
 */
export function decideHoist(facts: BodyFacts, accumulators: readonly Accumulator[]): HoistPlan {
  const { body, carries, levelOf, isVectorizable } = facts
  const left = new Map(accumulators.map((accumulator) => [accumulator.carry, accumulator]))
  const inside = new Set<Node>()
  for (let carry = 0; carry < carries; carry++) {
    const accumulator = left.get(carry)
    if (!accumulator) inside.add(body.outputs[carry] as Node)
    else for (const term of accumulator.rest) inside.add(term)
  }
  const outside = new Set<Node>(body.outputs.slice(carries))
  for (const { sums } of accumulators) for (const { demands } of sums) for (const node of demands) outside.add(node)

  const follows = findFollowers(facts, inside, outside)
  const taken = new Set<Node>()
  const emitted = new Set<Node>()
  const moved = new Set<Node>()
  for (const node of [...body.nodes].reverse()) {
    const level = levelOf(node)
    if (level !== 'inner') {
      if (!inside.has(node)) continue
      if (isWorthTaking(node, facts)) taken.add(node)
      else for (const input of node.inputs) inside.add(input)
      continue
    }
    const demanded = outside.has(node)
    if (!demanded && !inside.has(node)) continue
    if (demanded) {
      const varying = node.inputs.filter((input) => levelOf(input) === 'inner')
      const atHand = varying.every((input) => outside.has(input))
      const cheap = !costly.has(node.operation)
      const grows = cheap && sizeOf(node.shape) > basisOfInputs(node, facts)
      const isView = node.operation === 'reshape' || node.operation === 'permute'
      const later = inside.has(node)
        ? isView || grows || (movement.has(node.operation) && atHand)
        : follows.has(node) || isView || grows || (cheap && atHand)
      if (node.inputs.length > 0 && isVectorizable(node) && later) {
        moved.add(node)
        for (const input of varying) outside.add(input)
      } else {
        emitted.add(node)
        inside.add(node)
      }
    }
    if (inside.has(node)) for (const input of node.inputs) inside.add(input)
  }
  const shifted = new Map<Node, number>()
  body.inputs.slice(0, carries).forEach((carry, position) => {
    const next = body.outputs[position] as Node
    if (next !== carry && emitted.has(next) && emitted.delete(carry)) shifted.set(carry, position)
  })
  return { taken, emitted, shifted, moved, inside }
}

function isWorthTaking(node: Node, facts: BodyFacts): boolean {
  const { operation } = node
  if (node.inputs.length === 0 || operation === 'scan') return false
  if (costly.has(operation)) return true
  const fits = sizeOf(node.shape) <= basisOfInputs(node, facts)
  if (facts.levelOf(node) === 'step') return facts.isFed(node) && fits
  // Once instead of in every step; but index arithmetic on a constant of the body is worth nothing.
  return movement.has(operation) ? fits && node.inputs.some((input) => input.operation !== 'constant') : true
}

/**
 * The products whose values no later step needs, and everything after them: all of it can follow the loop. Such a node
 * may be read by nothing that stays in the loop.
 */
function findFollowers(facts: BodyFacts, inside: ReadonlySet<Node>, outside: ReadonlySet<Node>): Set<Node> {
  const { body, levelOf, isVectorizable } = facts
  const stays = new Set<Node>(inside)
  const live = new Set<Node>([...inside, ...outside])
  for (const node of [...body.nodes].reverse()) {
    if (!live.has(node)) continue
    if (!isVectorizable(node)) stays.add(node)
    for (const input of node.inputs) {
      live.add(input)
      if (stays.has(node)) stays.add(input)
    }
  }
  const follows = new Set<Node>()
  for (const node of body.nodes) {
    if (!live.has(node) || stays.has(node) || levelOf(node) !== 'inner') continue
    if (node.inputs.some((input) => follows.has(input)) || isProductWorthMoving(node, facts)) follows.add(node)
  }
  return follows
}

function isProductWorthMoving(node: Node, { length, levelOf }: BodyFacts): boolean {
  if (!worthMoving.has(node.operation)) return false
  const emitted = node.inputs.reduce(
    (total, input) => total + (levelOf(input) === 'inner' ? sizeOf(input.shape) : 0),
    0,
  )
  return length * emitted <= mostEmitted || emitted <= 2 * sizeOf(node.shape)
}
