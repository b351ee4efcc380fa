// Planning of scans: carries that alternate between two textures, results stacked row by row, and packs: small results
// and carries of one shape that are written side by side by one kernel, because a draw costs more than they do.
import { type Node, type NodeOf, sizeOf, sortNodes } from '@deep-recipe/core-tensor'
import { constantIndex, variableIndex } from '../kernel/index-algebra.ts'
import type { Carry, PlanStep } from '../kernel/kernel.ts'
import { denseLayout, type Layout, sliceLayout, stackLayout } from '../kernel/layout.ts'
import { type Fusion, isHeavy } from './choose-roots.ts'
import type { Pack, Planning, Region, StoredValue, Target } from './region.ts'

/** Elements of a value up to which it is packed with others. */
const largestPacked = 2 ** 14

/** A carry or result of the body, with those in the region around that take it. */
interface Output {
  readonly node: Node
  /** Its number among the scan's results. */
  readonly index: number
  readonly takers: readonly Node[]
}

/** Adds the loop of a scan to the region, and the places of its results to the region's values. */
export function planScan(planner: Planning, region: Region, scan: NodeOf<'scan'>, nodes: readonly Node[]): void {
  new ScanPlanner(planner, region, scan).plan(nodes)
}

class ScanPlanner {
  readonly #planner: Planning
  readonly #region: Region
  readonly #scan: NodeOf<'scan'>
  readonly #values = new Map<Node, StoredValue>()
  readonly #carries: Carry[] = []
  readonly #targets: Target[] = []
  readonly #packs: Pack[] = []

  constructor(planner: Planning, region: Region, scan: NodeOf<'scan'>) {
    this.#planner = planner
    this.#region = region
    this.#scan = scan
  }

  plan(nodes: readonly Node[]): void {
    const { body, carries, sequences, length, reverse } = this.#scan.attributes
    const { depth, steps: outerSteps } = this.#region
    const takers = this.#findTakers(nodes)
    this.#scan.inputs.slice(carries).forEach((input, position) => {
      const stored = this.#stored(input)
      const step = position < sequences ? [variableIndex(`step${depth}`, length)] : []
      const value = { buffer: stored.buffer, prefix: [...stored.prefix, ...step] }
      this.#values.set(body.inputs[carries + position] as Node, value)
    })
    const outputs = body.outputs.map((node, index): Output => ({ node, index, takers: takers.get(index) ?? [] }))
    for (const group of this.#group(outputs.slice(0, carries))) this.#addCarries(group)
    // Results that nobody takes are not computed.
    const results = outputs.slice(carries).filter((output) => output.takers.length > 0)
    for (const group of this.#group(results)) this.#addResults(group)
    if (length === 0) return
    const wanted = [...this.#targets.map(({ node }) => node), ...this.#packs.flatMap(({ members }) => members)]
    const steps: PlanStep[] = []
    const inner = { parent: this.#region, depth: depth + 1, steps, values: this.#values }
    this.#planner.planRegion(sortNodes(body.inputs, wanted), this.#targets, this.#packs, inner)
    outerSteps.push({ kind: 'loop', loop: { length, reverse, depth, carries: this.#carries, steps } })
  }

  /** Nodes of the region that take each result; the scan itself stands for its first. */
  #findTakers(nodes: readonly Node[]): Map<number, Node[]> {
    const takers = new Map<number, Node[]>()
    const scan = this.#scan
    const add = (index: number, node: Node): void => {
      takers.set(index, [...(takers.get(index) ?? []), node])
    }
    for (const node of nodes) if (node.operation === 'item' && node.inputs[0] === scan) add(node.attributes.index, node)
    const used = nodes.some((node) => node.operation !== 'item' && node.inputs.includes(scan))
    if (used || this.#region.outputs.has(scan)) add(0, scan)
    return takers
  }

  /** Outputs that are written together: small ones of equal type whose elements fill whole texels. */
  #group(outputs: readonly Output[]): Output[][] {
    const groups = new Map<string, Output[]>()
    for (const output of outputs) {
      const { shape, dtype } = output.node
      const size = sizeOf(shape)
      const packable = this.#planner.fuse && size > 0 && size % 4 === 0 && size <= largestPacked
      const key = packable ? `${dtype}[${shape.join()}]` : `alone ${output.index}`
      groups.set(key, [...(groups.get(key) ?? []), output])
    }
    return [...groups.values()]
  }

  #addCarries(group: readonly Output[]): void {
    const planner = this.#planner
    const { body, length } = this.#scan.attributes
    const { depth } = this.#region
    const first = group[0] as Output
    const initials = group.map(({ index }) => this.#scan.inputs[index] as Node)
    const type = { dtype: first.node.dtype, shape: packedShape(group) }
    const layout = denseLayout(type.shape, planner.options)
    const addAlias = (): number => planner.addBuffer(type, layout, { kind: 'alias' }, depth + 1)
    const add = (): number => planner.addBuffer(type, layout, { kind: 'temporary' }, depth)
    const initial = group.length === 1 ? this.#storeAs(initials[0] as Node, layout) : this.#pack(initials, layout)
    const carry: Carry = { initial, current: addAlias(), target: addAlias(), first: add(), second: add() }
    this.#carries.push(carry)
    this.#addTarget(group, { buffer: carry.target, layout, slice: -1 })
    const last = length === 0 ? initial : length % 2 === 1 ? carry.first : carry.second
    group.forEach(({ index, takers }, position) => {
      const prefix = group.length === 1 ? [] : [constantIndex(position)]
      this.#values.set(body.inputs[index] as Node, { buffer: carry.current, prefix })
      for (const taker of takers) this.#region.values.set(taker, { buffer: last, prefix })
    })
  }

  #addResults(group: readonly Output[]): void {
    const planner = this.#planner
    const { depth } = this.#region
    const shape = packedShape(group)
    const { length } = this.#scan.attributes
    const slice = sliceLayout(shape, length, planner.options)
    const stacked = stackLayout(slice, length, group.length === 1 ? 0 : 1, planner.options)
    const type = { dtype: (group[0] as Output).node.dtype, shape: stacked.shape }
    const buffer = planner.addBuffer(type, stacked, { kind: 'temporary' }, depth)
    this.#addTarget(group, { buffer, layout: { ...slice, rows: stacked.rows }, slice: depth })
    group.forEach(({ takers }, position) => {
      const prefix = group.length === 1 ? [] : [constantIndex(position)]
      for (const taker of takers) this.#region.values.set(taker, { buffer, prefix })
    })
  }

  #addTarget(group: readonly Output[], target: Omit<Target, 'node'>): void {
    const [first] = group
    if (first && group.length === 1) this.#targets.push({ ...target, node: first.node })
    else this.#packs.push({ members: group.map(({ node }) => node), target })
  }

  #stored(node: Node): StoredValue {
    const value = this.#planner.valueOf(this.#region, node)
    if (value) return value
    throw new RangeError(`${node.operation} was not stored before its scan`)
  }

  /** A buffer with a value in a layout: where it is stored already, or a copy. */
  #storeAs(node: Node, layout: Layout): number {
    const { buffer, prefix } = this.#stored(node)
    if (prefix.length === 0 && this.#planner.hasLayout(buffer, layout)) return buffer
    const copy = this.#planner.addBuffer(node, layout, { kind: 'temporary' }, this.#region.depth)
    this.#planner.builder.build(this.#region, node, undefined, { buffer: copy, layout, slice: -1 })
    return copy
  }

  #pack(members: readonly Node[], layout: Layout): number {
    const { dtype } = members[0] as Node
    const type = { dtype, shape: layout.shape }
    const buffer = this.#planner.addBuffer(type, layout, { kind: 'temporary' }, this.#region.depth)
    this.#planner.builder.buildPack(this.#region, members, { buffer, layout, slice: -1 })
    return buffer
  }
}

/** The shape of one output, or of several along a new first axis. */
function packedShape(group: readonly Output[]): readonly number[] {
  const shape = group[0]?.node.shape ?? []
  return group.length === 1 ? shape : [group.length, ...shape]
}

/** Roots that need no kernel of their own: cheap members of packs that only members of packs read. */
export function findDeferred(nodes: readonly Node[], packs: readonly Pack[], { roots, heavyOf }: Fusion): Set<Node> {
  const members = new Set(packs.flatMap((pack) => pack.members))
  const deferred = new Set([...members].filter((node) => roots.has(node) && !heavyOf.has(node) && !isHeavy(node)))
  if (deferred.size === 0) return deferred
  const consumers = new Map<Node, Node[]>()
  for (const node of nodes) {
    for (const input of node.inputs) consumers.set(input, [...(consumers.get(input) ?? []), node])
  }
  const hasOtherReader = (member: Node): boolean => {
    const stack = [...(consumers.get(member) ?? [])]
    const seen = new Set<Node>()
    for (let user = stack.pop(); user; user = stack.pop()) {
      if (seen.has(user)) continue
      seen.add(user)
      if (user.operation === 'scan' || (roots.has(user) && !deferred.has(user))) return true
      if (!roots.has(user)) stack.push(...(consumers.get(user) ?? []))
    }
    return false
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const member of deferred) {
      if (!hasOtherReader(member)) continue
      deferred.delete(member)
      changed = true
    }
  }
  return deferred
}
