// Buffer plans for graphs: which node's value lives in which piece of memory, from liveness alone. Pure and printable;
// backends differ in what they can see as a view and in what they can compute in place, and say so in the options.

import type { Graph, Node } from '../trace/node.ts'
import { formatType, sizeOf } from '../trace/types.ts'
import { assignSlots, type BufferStep, type Slot } from './assign-slots.ts'

/** What a backend tells the planner. */
export interface BufferPlanOptions {
  /** The input that this node is only another view of, if it needs no memory of its own. */
  readonly aliases?: (node: Node) => Node | undefined
  /** Size of a value; `result` counts the results of a scan. Default: four bytes for each element. */
  readonly bytes?: (node: Node, result: number) => number
  /** Only values of one kind share memory. Default: its dtype. */
  readonly kind?: (node: Node, result: number) => string
  /** Whether the node may write its value over this input, element by element. Default: never. */
  readonly mayOverwrite?: (node: Node, input: Node) => boolean
  /** Positions of graph inputs whose memory may hold outputs once they are dead. */
  readonly donate?: readonly number[]
}

/** Where the values of a graph live. */
export interface BufferPlan {
  readonly slots: readonly Slot[]
  /**
   * The slot of a node's value (of a view: that of what it looks at); nothing for inputs that were not donated and for
   * constants, which live elsewhere. `result` counts the results of a scan.
   */
  readonly slotOf: (node: Node, result?: number) => number | undefined
  /**
   * Positions of outputs that have no memory of their own, and so must be copied when the run ends: an input as it came,
   * a constant, an output given twice, a view of part of a value.
   */
  readonly copiedOutputs: readonly number[]
  readonly peakBytes: number
  readonly totalBytes: number
}

/** A value with memory: a node's, or one result of a scan. */
interface Storage {
  readonly node: Node
  readonly result: number
}

/**
 * Plans the memory of a graph that runs in the order of its nodes. A value's slot is used again after the last node that
 * reads the value or a view of it. Outputs have slots of exactly their size, which hold nothing else from then on.
 */
export function planBuffers(graph: Graph, options: BufferPlanOptions = {}): BufferPlan {
  const sizes = options.bytes ?? ((node, result) => 4 * sizeOf(node.results[result]?.shape ?? []))
  const kinds = options.kind ?? ((node, result) => node.results[result]?.dtype ?? '')
  const bytes = (value: Storage): number => sizes(value.node, value.result)
  const own = new Map<Node, Storage[]>()
  const views = new Map<Node, Node>()
  const storageOf = new Map<Node, Storage>()
  for (const node of graph.nodes) {
    const viewed = node.operation === 'item' ? undefined : options.aliases?.(node)
    if (viewed) views.set(node, viewed)
    if (node.operation === 'item') {
      const storage = own.get(node.inputs[0] as Node)?.[node.attributes.index]
      if (storage) storageOf.set(node, storage)
    } else if (viewed) storageOf.set(node, storageOf.get(viewed) as Storage)
    else {
      own.set(
        node,
        node.results.map((_, result) => ({ node, result })),
      )
      storageOf.set(node, (own.get(node) as Storage[])[0] as Storage)
    }
  }

  const readStorage = (input: Node): Storage => storageOf.get(input) as Storage
  const { outputs, copiedOutputs, kept } = chooseOutputs(graph, readStorage, options)
  const steps = graph.nodes
    .filter((node) => own.has(node) && node.operation !== 'input' && node.operation !== 'constant')
    .map((node): BufferStep<Storage> => {
      const writes = own.get(node) as Storage[]
      return { reads: node.inputs.map(readStorage), writes, overwrites: findOverwrites(node, readStorage, options) }
    })
  // What is copied when the run ends must live until then.
  steps.push({ reads: kept, writes: [] })

  const donated = (options.donate ?? []).map((position) => readStorage(graph.inputs[position] as Node))
  const kind = (value: Storage): string => kinds(value.node, value.result)
  const { slots, slotOf, peakBytes, totalBytes } = assignSlots({ steps, outputs, donated, bytes, kind })
  return {
    slots,
    slotOf: (node, result = 0) => {
      const storage = node.operation === 'scan' ? own.get(node)?.[result] : storageOf.get(node)
      return storage && slotOf.get(storage)
    },
    copiedOutputs,
    peakBytes,
    totalBytes,
  }
}

function chooseOutputs(
  graph: Graph,
  readStorage: (node: Node) => Storage,
  options: BufferPlanOptions,
): { outputs: Storage[]; copiedOutputs: number[]; kept: Storage[] } {
  const donated = new Set((options.donate ?? []).map((position) => graph.inputs[position]))
  const outputs = new Set<Storage>()
  const copiedOutputs: number[] = []
  const kept: Storage[] = []
  graph.outputs.forEach((output, position) => {
    const storage = readStorage(output)
    const { operation } = storage.node
    const foreign = operation === 'constant' || (operation === 'input' && !donated.has(storage.node as never))
    const partial = sizeOf(output.shape) !== sizeOf(storage.node.results[storage.result]?.shape ?? [])
    if (foreign || partial || outputs.has(storage)) {
      copiedOutputs.push(position)
      kept.push(storage)
    } else outputs.add(storage)
  })
  return { outputs: [...outputs], copiedOutputs, kept }
}

/** Inputs in whose place the value may be written: whole, and read in no other order by another input. */
function findOverwrites(
  node: Node,
  readStorage: (node: Node) => Storage,
  { mayOverwrite }: BufferPlanOptions,
): Storage[] {
  if (!mayOverwrite) return []
  return node.inputs
    .filter((input) => {
      const storage = readStorage(input)
      const sole = node.inputs.every((other) => other === input || readStorage(other) !== storage)
      const whole = input.operation === 'item' || storage.node === input
      return sole && whole && mayOverwrite(node, input)
    })
    .map(readStorage)
}

/** A plan as text, one line per slot with the nodes that it holds, by their numbers in the printed graph. */
export function printBufferPlan(graph: Graph, plan: BufferPlan): string {
  const holders = plan.slots.map((): string[] => [])
  graph.nodes.forEach((node, number) => {
    if (node.operation === 'scan') return
    const slot = plan.slotOf(node)
    if (slot !== undefined) holders[slot]?.push(`%${number} ${formatType(node)}`)
  })
  const lines = plan.slots.map(
    ({ bytes, role, kind }, slot) => `slot ${slot}: ${bytes} bytes ${role} ${kind}: ${holders[slot]?.join(', ')}`,
  )
  return [...lines, `peak ${plan.peakBytes} bytes, total ${plan.totalBytes} bytes`].join('\n')
}
