// Moving work out of loops. What an RNN computes from its inputs alone, and what only its outputs or its weight gradients
// need, is done for all steps at once: one large matrix product instead of one small product in each step.
import { makeGraph } from '../graph/graph.ts'
import { makeInput, makeItem, remakeNode } from '../trace/build.ts'
import type { Graph, Node, NodeOf } from '../trace/node.ts'
import { type BodyFacts, findBodyFacts } from './hoist/body-facts.ts'
import { type Accumulator, findAccumulators } from './hoist/contributions.ts'
import { decideHoist, type HoistPlan } from './hoist/decide.ts'
import { groupTerms } from './hoist/group-terms.ts'
import { type OuterValue, reshaped, stackOf, vectorize } from './hoist/vectorize.ts'
import { makeLike, transformBodies, transformGraph } from './walk.ts'

/**
 * The graph with less work in the bodies of its scans:
 *
 * - what is the same in every step is computed once, before the loop;
 * - products, lookups and reductions of sequences are computed for all steps at once, before the loop;
 * - carries that only add something up (the gradients of weights) become one operation over all steps, after the loop;
 * - products that no later step needs (the output layer) are computed for all steps at once, after the loop.
 *
 * Values stay the same, except that sums are added in another order. The rules of `hoist/decide.ts` say what pays.
 */
export function hoistScan(graph: Graph): Graph {
  const results = new Map<Node, readonly Node[]>()
  return transformGraph(transformBodies(graph, hoistScan), (node) => {
    if (node.operation === 'scan') {
      const outputs = hoistOne(node)
      if (outputs) results.set(node, outputs)
    } else if (node.operation === 'item') {
      return results.get(node.inputs[0] as Node)?.[node.attributes.index] ?? node
    }
    return node
  })
}

/** What stands for each result of the scan from now on; nothing if the scan is best left as it is. */
function hoistOne(scan: NodeOf<'scan'>): Node[] | undefined {
  // Shorter loops are unrolled by `simplify`.
  if (scan.attributes.length < 2) return undefined
  const grouped = groupTerms(scan)
  const facts = findBodyFacts(grouped)
  const accumulators = findAccumulators(facts)
  const plan = decideHoist(facts, accumulators)
  const { body, carries } = grouped.attributes
  const isKnownBefore = (output: Node): boolean => facts.levelOf(output) !== 'inner'
  const changes =
    plan.taken.size + plan.moved.size + plan.shifted.size + accumulators.length > 0 ||
    body.outputs.slice(carries).some(isKnownBefore)
  return changes ? new ScanHoister(grouped, facts, accumulators, plan).rebuild() : undefined
}

/** Rebuilds one scan by its plan. */
class ScanHoister {
  readonly #scan: NodeOf<'scan'>
  readonly #facts: BodyFacts
  readonly #accumulators: ReadonlyMap<number, Accumulator>
  readonly #plan: HoistPlan
  readonly #outer = new Map<Node, OuterValue>()

  constructor(scan: NodeOf<'scan'>, facts: BodyFacts, accumulators: readonly Accumulator[], plan: HoistPlan) {
    this.#scan = scan
    this.#facts = facts
    this.#accumulators = new Map(accumulators.map((accumulator) => [accumulator.carry, accumulator]))
    this.#plan = plan
  }

  rebuild(): Node[] {
    const { body, carries, length } = this.#scan.attributes
    this.#computeBefore()
    const loop = this.#buildLoop()
    this.#computeAfter()
    const read = (node: Node): OuterValue => this.#outer.get(node) as OuterValue
    return body.outputs.map((output, position) => {
      if (position >= carries) return stackOf(read(output), length)
      const last = loop.carries.get(position) ?? (this.#scan.inputs[position] as Node)
      const sums = this.#accumulators.get(position)?.sums ?? []
      return sums.reduce((total: Node, sum) => makeLike(this.#scan, 'add', [total, sum.build(read)], {}), last)
    })
  }

  /** Everything that is known before the loop, as far as it is asked for; the rest of it falls away unread. */
  #computeBefore(): void {
    const { body, carries, sequences, length } = this.#scan.attributes
    body.inputs.forEach((input, position) => {
      if (position < carries) return
      this.#outer.set(input, { node: this.#scan.inputs[position] as Node, stacked: position < carries + sequences })
    })
    for (const node of body.nodes) {
      if (this.#outer.has(node) || this.#facts.levelOf(node) === 'inner') continue
      this.#outer.set(node, this.#computeOuter(node, length))
    }
  }

  #computeOuter(node: Node, length: number): OuterValue {
    const inputs = node.inputs.map((input) => this.#outer.get(input) as OuterValue)
    if (this.#facts.levelOf(node) === 'fixed') {
      return {
        node: remakeNode(
          node,
          inputs.map((input) => input.node),
        ),
        stacked: false,
      }
    }
    return { node: vectorize(node, inputs, length), stacked: true }
  }

  /** The new scan. Notes its emitted values, and returns the last values of the carries that stayed. */
  #buildLoop(): { readonly carries: ReadonlyMap<number, Node> } {
    const { body, carries, sequences, length, reverse } = this.#scan.attributes
    const { taken, emitted, inside } = this.#plan
    const inner = new Map<Node, Node>(body.inputs.map((input) => [input, input]))
    const newSequences: NodeOf<'input'>[] = []
    const newConstants: NodeOf<'input'>[] = []
    const newValues = new Map<Node, Node>()
    for (const node of body.nodes) {
      if (inner.has(node) || !inside.has(node)) continue
      if (!taken.has(node)) {
        inner.set(
          node,
          remakeNode(
            node,
            node.inputs.map((input) => inner.get(input) as Node),
          ),
        )
        continue
      }
      const { node: value, stacked } = this.#outer.get(node) as OuterValue
      const input = makeInput(`${node.operation}${newValues.size}`, node)
      newValues.set(input, value)
      inner.set(node, input)
      if (stacked) newSequences.push(input)
      else newConstants.push(input)
    }

    const kept = body.inputs.map((_, position) => position).filter((position) => this.#staysCarry(position))
    const next = kept.map((position) => {
      const accumulator = this.#accumulators.get(position)
      if (!accumulator) return inner.get(body.outputs[position] as Node) as Node
      return accumulator.rest.reduce(
        (sum: Node, term) => makeLike(term, 'add', [sum, inner.get(term) as Node], {}),
        body.inputs[position] as Node,
      )
    })
    const results = [...emitted]
    const oldSequences = body.inputs.slice(carries, carries + sequences)
    const oldConstants = body.inputs.slice(carries + sequences)
    const inputs = [
      ...kept.map((position) => body.inputs[position] as NodeOf<'input'>),
      ...[...oldSequences, ...newSequences],
      ...[...oldConstants, ...newConstants],
    ]
    const given = new Map<Node, Node>(
      body.inputs.map((input, position) => [input, this.#scan.inputs[position] as Node]),
    )
    const loop = makeLike(
      this.#scan,
      'scan',
      inputs.map((input) => (newValues.get(input) ?? given.get(input)) as Node),
      {
        length,
        reverse,
        carries: kept.length,
        sequences: oldSequences.length + newSequences.length,
        body: makeGraph(inputs, [...next, ...results.map((node) => inner.get(node) as Node)]),
      },
    ) as Node
    results.forEach((node, place) => {
      this.#outer.set(node, { node: makeItem(loop, kept.length + place), stacked: true })
    })
    return { carries: new Map(kept.map((position, place) => [position, makeItem(loop, place)])) }
  }

  #staysCarry(position: number): boolean {
    if (position >= this.#scan.attributes.carries) return false
    const accumulator = this.#accumulators.get(position)
    return !accumulator || accumulator.rest.length > 0
  }

  /** A carry in all steps: its initial value, then each next value but the last. */
  #shift(position: number): Node {
    const { body, length, reverse } = this.#scan.attributes
    const initial = this.#scan.inputs[position] as Node
    const { node: stack } = this.#outer.get(body.outputs[position] as Node) as OuterValue
    const first = reshaped(initial, [1, ...initial.shape])
    const start = stack.shape.map((_, axis) => (axis === 0 && reverse ? 1 : 0))
    const size = [length - 1, ...initial.shape]
    const others = makeLike(this.#scan, 'slice', [stack], { start, size, stride: size.map(() => 1) })
    return makeLike(this.#scan, 'concat', reverse ? [others, first] : [first, others], { axis: 0 })
  }

  #computeAfter(): void {
    for (const [carry, position] of this.#plan.shifted) {
      this.#outer.set(carry, { node: this.#shift(position), stacked: true })
    }
    for (const node of this.#facts.body.nodes) {
      if (this.#plan.moved.has(node)) this.#outer.set(node, this.#computeOuter(node, this.#scan.attributes.length))
    }
  }
}
