// Siblings: values that one kernel writes into one texture, one below the other, because a draw costs more than they do:
// above all the new weight and the new moments of a parameter, which an optimizer makes from the same gradient.
import { type Node, sameShape, sizeOf } from '@deep-recipe/core-tensor'
import { denseLayout, type TextureLimits } from '../kernel/layout.ts'
import { type Fusion, isHeavy, isStored, splatValue } from './choose-roots.ts'

/** Limits of grouping. */
export interface SiblingOptions extends TextureLimits {
  readonly textureUnits: number
  readonly skipsBranches?: boolean
}

/** Elements of an expression that a kernel of siblings may hold. */
const largestSheet = 256

/** Texels of all members together up to which values are joined that share little. */
const smallSheet = 2 ** 10

/** Texels of all members together up to which the draws that are saved are worth computing every side of a branch. */
const largestMaskedSheet = 2 ** 14

/** Values that are computed together, while they are collected. */
interface Group {
  readonly members: Node[]
  readonly dtype: Node['dtype']
  readonly width: number
  height: number
  /** Stored values that the kernel reads. */
  reads: ReadonlySet<Node>
  length: number
}

/**
 * The scans and roots of a graph in an order in which they can run, siblings together; `outputs` are those that the
 * graph gives.
 */
export function orderKernels(
  nodes: readonly Node[],
  outputs: ReadonlySet<Node>,
  fusion: Fusion,
  options: SiblingOptions,
): (readonly Node[])[] {
  const graph = new KernelGraph(nodes, fusion)
  for (const members of groupSiblings(nodes, outputs, graph, options)) graph.merge(members)
  return graph.sort(nodes)
}

/** Finds groups of two and more among the roots. */
function groupSiblings(
  nodes: readonly Node[],
  outputs: ReadonlySet<Node>,
  graph: KernelGraph,
  options: SiblingOptions,
): Node[][] {
  const groups: Group[] = []
  for (const node of nodes) {
    const { shape, dtype } = node
    if (!graph.isPlain(node) || sizeOf(shape) === 0) continue
    const { width, height } = denseLayout(shape, options)
    if (!outputs.has(node) && width * height > 1) continue
    const { reads, length } = graph.read(node)
    const alone: Group = { members: [node], dtype, width, height, reads, length }
    const candidates = groups
      .map((group) => ({ group, joined: join(group, alone), shared: countShared(group, alone) }))
      .filter(({ group, joined, shared }) => isWorthJoining(group, alone, joined, shared, options))
      .sort((a, b) => b.shared - a.shared)
    const found = candidates.find(({ group }) => !graph.wouldCycle(group.members, node))
    if (!found) {
      groups.push(alone)
      continue
    }
    Object.assign(found.group, found.joined)
    graph.merge(found.group.members)
  }
  return groups.flatMap(({ members }) => (members.length > 1 ? [members] : []))
}

function join(group: Group, { members, height, reads, length }: Group): Group {
  const [node] = members as [Node]
  const inside = new Set([...group.members, node])
  return {
    ...group,
    members: [...inside],
    height: group.height + height,
    // What is in the group is computed again from what it reads.
    reads: new Set([...group.reads, ...reads].filter((read) => !inside.has(read))),
    length: group.length + length + group.members.filter((member) => reads.has(member)).length * largestChain,
  }
}

/** A guess at what computing another member again adds. */
const largestChain = 16

function countShared(group: Group, { reads, members: [node] }: Group): number {
  const size = sizeOf((node as Node).shape)
  const shared = [...reads].filter((read) => sizeOf(read.shape) === size)
  return shared.filter((read) => group.reads.has(read) || group.members.includes(read)).length
}

function isWorthJoining(
  group: Group,
  alone: Group,
  joined: Group,
  shared: number,
  { textureUnits, maxTextureSize, skipsBranches = true }: SiblingOptions,
): boolean {
  const [node] = alone.members as [Node]
  if (group.dtype !== alone.dtype || group.width !== alone.width) return false
  if (joined.reads.size >= textureUnits || joined.length > largestSheet || joined.height > maxTextureSize) return false
  // A member that another one reads is computed again for each element of that one.
  const used = group.members.filter((member) => alone.reads.has(member))
  if (used.some((member) => !sameShape(member.shape, node.shape))) return false
  const largest = shared === 0 ? smallSheet : skipsBranches ? Number.POSITIVE_INFINITY : largestMaskedSheet
  return joined.width * joined.height <= largest
}

/** Which kernels read which stored values. */
class KernelGraph {
  readonly #fusion: Fusion
  readonly #reads = new Map<Node, { reads: ReadonlySet<Node>; length: number }>()
  readonly #readers = new Map<Node, Node[]>()
  /** The members of the group that a node belongs to. */
  readonly #groupOf = new Map<Node, readonly Node[]>()

  constructor(nodes: readonly Node[], fusion: Fusion) {
    this.#fusion = fusion
    for (const node of nodes) {
      const reads = new Set<Node>()
      let length = 1
      for (const input of node.inputs) {
        if (this.#isKept(input)) {
          if (splatValue(input) === undefined) reads.add(input)
          continue
        }
        const inner = this.read(input)
        for (const read of inner.reads) reads.add(read)
        length += inner.length
      }
      this.#reads.set(node, { reads, length })
      if (!this.#isKept(node)) continue
      for (const read of reads) this.#readers.set(read, [...(this.#readers.get(read) ?? []), node])
    }
  }

  #isKept(node: Node): boolean {
    return this.#fusion.roots.has(node) || isStored(node)
  }

  /** Whether a node is a kernel that reduces nothing. */
  isPlain(node: Node): boolean {
    return this.#fusion.roots.has(node) && !isHeavy(node) && !this.#fusion.heavyOf.has(node)
  }

  read(node: Node): { reads: ReadonlySet<Node>; length: number } {
    return this.#reads.get(node) ?? { reads: new Set(), length: 1 }
  }

  /** Whether something outside reads one of these nodes and is read by another. */
  wouldCycle(members: readonly Node[], node: Node): boolean {
    const inside = new Set([...members, node])
    const seen = new Set<Node>(inside)
    const stack = [...inside].flatMap((member) => this.#readersOutside(member, inside))
    for (let reader = stack.pop(); reader; reader = stack.pop()) {
      if (inside.has(reader)) return true
      if (seen.has(reader)) continue
      seen.add(reader)
      for (const each of this.#groupOf.get(reader) ?? [reader]) stack.push(...(this.#readers.get(each) ?? []))
    }
    return false
  }

  #readersOutside(member: Node, inside: ReadonlySet<Node>): Node[] {
    return (this.#readers.get(member) ?? []).filter((reader) => !inside.has(reader))
  }

  merge(members: readonly Node[]): void {
    for (const member of members) this.#groupOf.set(member, members)
  }

  /** Scans, roots and groups of them, each after what it reads. */
  sort(nodes: readonly Node[]): (readonly Node[])[] {
    const sorted: (readonly Node[])[] = []
    const done = new Set<Node>()
    for (const start of nodes) {
      const stack: { unit: readonly Node[]; open: boolean }[] = [{ unit: this.#unitOf(start), open: false }]
      for (let top = stack.pop(); top; top = stack.pop()) {
        const { unit, open } = top
        if (unit.length === 0 || unit.some((node) => done.has(node))) continue
        if (open) {
          for (const node of unit) done.add(node)
          sorted.push(unit)
          continue
        }
        stack.push({ unit, open: true })
        for (const read of unit.flatMap((node) => [...this.read(node).reads]).toReversed()) {
          const source = this.#unitOf(read)
          if (!source.some((node) => unit.includes(node))) stack.push({ unit: source, open: false })
        }
      }
    }
    return sorted
  }

  /** The kernels that compute a stored value: none for what is given. */
  #unitOf(node: Node): readonly Node[] {
    if (node.operation === 'item') return this.#unitOf(node.inputs[0] as Node)
    if (node.operation !== 'scan' && !this.#fusion.roots.has(node)) return []
    return this.#groupOf.get(node) ?? [node]
  }
}
