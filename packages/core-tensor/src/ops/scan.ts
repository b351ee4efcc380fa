// scan: a loop over time as one primitive, so that 200 steps trace and compile as fast as 2.
import { flattenTree, unflattenTree } from '../compile/tree.ts'
import { ShapeError } from '../errors.ts'
import { makeGraph, sortNodes } from '../graph/graph.ts'
import { replaceNodes } from '../graph/rewrite.ts'
import { makeInput, makeItem, makeNode } from '../trace/build.ts'
import type { Node, NodeOf } from '../trace/node.ts'
import { asTensor, Tensor, type TensorLike } from '../trace/tensor.ts'

/** How to walk. */
export interface ScanOptions {
  /** Number of steps; needed only when there are no sequences. */
  readonly length?: number
  /** From the last step to the first; results keep the order of the sequences. */
  readonly reverse?: boolean
}

/**
 * Carries a state through time: [carry, y_t] = body(carry, x_t).
 *
 * @param body takes the carry (a tree of tensors) and one step of the sequences; returns the next carry, of the same
 *   types, and one step of the results (a tree, or undefined). It may use any tensor around it.
 * @param initial the first carry.
 * @param sequences a tree of tensors with the time axis first.
 * @returns the last carry, and the results stacked along a new first axis.
 * @throws ShapeError when lengths differ or a carry changes its type.
 */
export function scan<Carry, Step, Result>(
  body: (carry: Carry, step: Step) => readonly [Carry, Result],
  initial: Carry,
  sequences: Step,
  options: ScanOptions = {},
): [carry: Carry, results: Result] {
  const carries = flattenTree<TensorLike>(initial).leaves.map((leaf) => asTensor(leaf).node)
  const stacks = flattenTree<TensorLike>(sequences).leaves.map((leaf) => asTensor(leaf).node)
  const length = options.length ?? stacks[0]?.shape[0]
  if (length === undefined) {
    throw new ShapeError({
      what: 'scan',
      expected: 'a sequence with a time axis, or the option length',
      received: 'neither',
      remedy: 'Pass { length: steps }.',
    })
  }
  const carryInputs = carries.map((node, i) => makeInput(`carry${i}`, node))
  const stepInputs = stacks.map((node, i) => makeInput(`step${i}`, { shape: node.shape.slice(1), dtype: node.dtype }))
  const asTree = (like: unknown, nodes: readonly Node[]): unknown =>
    unflattenTree(
      like,
      nodes.map((node) => new Tensor(node)),
    )
  const returned: unknown = body(asTree(initial, carryInputs) as Carry, asTree(sequences, stepInputs) as Step)
  if (!Array.isArray(returned)) {
    throw new ShapeError({
      what: 'scan: body',
      expected: 'a pair of the next carry and one step of the results',
      received: returned instanceof Tensor ? String(returned) : typeof returned,
      remedy: 'Return [nextCarry, result], or [nextCarry, undefined].',
    })
  }
  const [nextCarry, result] = returned as [Carry, Result]

  const next = flattenTree<TensorLike>(nextCarry)
  const before = flattenTree(initial)
  if (next.structure !== before.structure) {
    throw new ShapeError({
      what: 'scan: body',
      expected: `a carry of the structure ${before.structure} it was given`,
      received: next.structure,
      remedy: 'Return [nextCarry, result], with the carry built like the initial one.',
    })
  }
  const steps = flattenTree<TensorLike>(result).leaves
  const outputs = [...next.leaves, ...steps].map((leaf, i) => asTensor(leaf, carries[i]?.dtype).node)
  const inputs = [...carryInputs, ...stepInputs]
  const { captured, outputs: closed, parameters } = closeOver(inputs, outputs)
  const node = makeNode('scan', [...carries, ...stacks, ...captured], {
    length,
    body: makeGraph([...inputs, ...parameters], closed),
    carries: carries.length,
    sequences: stacks.length,
    reverse: options.reverse ?? false,
  })
  const items = outputs.map((_, index) => makeItem(node, index))
  return [
    asTree(initial, items.slice(0, carries.length)) as Carry,
    asTree(result, items.slice(carries.length)) as Result,
  ]
}

interface Closure {
  /** Nodes from outside that the body reads. */
  readonly captured: Node[]
  /** The body's inputs that stand for them. */
  readonly parameters: NodeOf<'input'>[]
  /** The body's outputs over these inputs. */
  readonly outputs: Node[]
}

/** Makes what a body reads from outside into inputs of its own. What depends on constants only stays inside. */
export function closeOver(inputs: readonly NodeOf<'input'>[], outputs: readonly Node[]): Closure {
  const nodes = sortNodes([], outputs)
  const own = new Set<Node>(inputs)
  const inside = new Set<Node>(inputs)
  const known = new Set<Node>()
  for (const node of nodes) {
    if (node.inputs.some((input) => inside.has(input))) inside.add(node)
    else if (!own.has(node) && node.operation !== 'input' && node.inputs.every((input) => known.has(input)))
      known.add(node)
  }
  const captured: Node[] = []
  const parameters: NodeOf<'input'>[] = []
  const replaced = new Map<Node, Node>()
  const capture = (from: Node): void => {
    // A repeated small value comes in small and is repeated inside.
    let node = from
    while (node.operation === 'broadcast' && !inside.has(node) && !known.has(node)) node = node.inputs[0] as Node
    if (inside.has(node) || known.has(node) || replaced.has(node)) return
    const parameter = makeInput(`captured${captured.length}`, node)
    captured.push(node)
    parameters.push(parameter)
    replaced.set(node, parameter)
  }
  for (const node of nodes) if (inside.has(node)) node.inputs.forEach(capture)
  outputs.forEach(capture)
  return { captured, parameters, outputs: replaceNodes(outputs, replaced) }
}
