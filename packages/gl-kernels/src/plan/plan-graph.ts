// The planner: a graph becomes buffers and kernels. Pure: the same graph and limits always give the same plan.
import type { Graph, Node, TensorType } from '@deep-recipe/core-tensor'
import { collectExpressions, type Expression, ExpressionArena } from '../kernel/expression.ts'
import { constantIndex, type Index, variableIndex } from '../kernel/index-algebra.ts'
import type { Buffer, BufferRole, Plan, PlanStep } from '../kernel/kernel.ts'
import { denseLayout, type Layout, offsetOf, sameLayout, sheetLayout } from '../kernel/layout.ts'
import { chooseRoots, isProduct } from './choose-roots.ts'
import { orderKernels } from './group-siblings.ts'
import { KernelBuilder } from './kernel-builder.ts'
import { isWorthCopy, preferredLayout } from './layouts.ts'
import { findDeferred, planScan } from './plan-scan.ts'
import type { Pack, Planning, PlanOptions, Region, SheetMember, StoredValue, Target } from './region.ts'

export type { PlanOptions } from './region.ts'

/** A plan together with the expressions that its kernels are made of. */
export interface PlannedGraph extends Plan {
  readonly arena: ExpressionArena
  /** The node that each stored value came from, by buffer. */
  readonly origins: ReadonlyMap<number, Node>
}

/** Turns a graph into kernels. */
export function planGraph(graph: Graph, options: PlanOptions): PlannedGraph {
  return new Planner(options).plan(graph)
}

/** State of one planning. */
export class Planner implements Planning {
  readonly arena: ExpressionArena = new ExpressionArena()
  readonly options: PlanOptions
  readonly buffers: Buffer[] = []
  readonly origins: Map<number, Node> = new Map()
  readonly builder: KernelBuilder
  readonly #depths: number[] = []

  constructor(options: PlanOptions) {
    this.options = options
    this.builder = new KernelBuilder(this)
  }

  /** False in debug mode: every node is stored. */
  get fuse(): boolean {
    return this.options.fuse ?? true
  }

  plan(graph: Graph): PlannedGraph {
    const values = new Map<Node, StoredValue>()
    const inputs = graph.inputs.map((input, position) => {
      const buffer = this.addBuffer(input, denseLayout(input.shape, this.options), { kind: 'input', position }, 0)
      values.set(input, { buffer, prefix: [] })
      return buffer
    })
    const targets = graph.outputs.map((node): Target => {
      const layout = denseLayout(node.shape, this.options)
      return { node, layout, buffer: this.addBuffer(node, layout, { kind: 'output' }, 0), slice: -1 }
    })
    const steps: PlanStep[] = []
    this.planRegion(graph.nodes, targets, [], { parent: undefined, depth: 0, steps, values })
    const outputs = targets.map(({ buffer }) => buffer)
    return { arena: this.arena, buffers: this.buffers, origins: this.origins, steps, inputs, outputs }
  }

  /** A new buffer for a value of this type, which changes in every step of the loops around `depth`. */
  addBuffer(type: TensorType, layout: Layout, role: BufferRole, depth: number): number {
    this.#depths.push(depth)
    return this.buffers.push({ id: this.buffers.length, dtype: type.dtype, layout, role }) - 1
  }

  /** Whether an expression is the same in every step of the loop whose body has this depth. */
  isInvariant(expression: Expression, depth: number): boolean {
    if (this.arena.variables(expression).has(`step${depth - 1}`)) return false
    return collectExpressions([expression]).every(
      (part) => part.kind !== 'load' || (this.#depths[part.buffer] as number) < depth,
    )
  }

  /** Layout of a stored value of this region or of those around it. */
  layoutOf(region: Region, node: Node): Layout | undefined {
    const value = this.valueOf(region, node)
    return value && this.buffers[value.buffer]?.layout
  }

  /** Where a node is stored, if it is. Constants are stored when first asked for. */
  valueOf(region: Region, node: Node): StoredValue | undefined {
    const known = region.values.get(node)
    if (known || node.operation !== 'constant') return known
    const role: BufferRole = { kind: 'constant', value: node.attributes.value }
    const value = { buffer: this.addBuffer(node, denseLayout(node.shape, this.options), role, 0), prefix: [] }
    region.values.set(node, value)
    return value
  }

  /** Plans the kernels of a graph or of a body: those that targets and packs need. */
  planRegion(
    nodes: readonly Node[],
    targets: readonly Target[],
    packs: readonly Pack[],
    part: Omit<Region, 'fusion' | 'outputs'>,
  ): void {
    const outputs = [...targets.map(({ node }) => node), ...packs.flatMap(({ members }) => members)]
    const { textureUnits } = this.options
    const fusion = chooseRoots(nodes, outputs, { textureUnits, fuse: this.fuse })
    const region: Region = { ...part, fusion, outputs: new Set(outputs) }
    const open = new Set(targets)
    const deferred = findDeferred(nodes, packs, fusion)
    // A body's siblings are its packs.
    const canGroup = this.fuse && !part.parent
    const kernels = canGroup
      ? orderKernels(nodes, region.outputs, fusion, this.options)
      : nodes.filter((node) => node.operation === 'scan' || fusion.roots.has(node)).map((node) => [node])
    for (const [node, ...siblings] of kernels as [Node, ...Node[]][]) {
      if (siblings.length > 0) this.#planSheet(region, [node, ...siblings], open)
      else if (node.operation === 'scan') planScan(this, region, node, nodes)
      else if (!deferred.has(node)) this.#planRoot(region, node, open)
    }
    for (const { members, target } of packs) {
      // Where a pack would read too many textures, its members are computed one by one and copied.
      const waiting = members.filter((node) => deferred.has(node) && !region.values.has(node))
      while (!this.builder.buildPack(region, members, target)) {
        const next = nodes.find((node) => waiting.includes(node))
        if (!next) throw new RangeError('A pack of stored values reads too many textures')
        waiting.splice(waiting.indexOf(next), 1)
        this.#planRoot(region, next, open)
      }
      members.forEach((node, position) => {
        const step = target.slice >= 0 ? [this.step(target.slice, target.buffer)] : []
        if (!region.values.has(node)) {
          region.values.set(node, { buffer: target.buffer, prefix: [constantIndex(position), ...step] })
        }
      })
    }
    for (const { node, buffer, layout, slice } of open) {
      this.builder.build(region, node, undefined, { buffer, layout, slice })
    }
  }

  /** The kernel of several roots, which are written one below the other into one texture. */
  #planSheet(region: Region, nodes: readonly Node[], open: Set<Target>): void {
    const isOutput = nodes.some((node) => region.outputs.has(node))
    const role: BufferRole = { kind: isOutput ? 'output' : 'temporary' }
    let height = 0
    const members = nodes.map((node) => {
      const layout = denseLayout(node.shape, this.options)
      height += layout.height
      return { node, layout, row: height - layout.height }
    })
    const first = members[0] as SheetMember
    const layout = sheetLayout(first.layout.width, height)
    const sheet = this.addBuffer({ dtype: first.node.dtype, shape: layout.shape }, layout, role, region.depth)
    this.builder.buildSheet(region, members, { buffer: sheet, layout, slice: -1 })
    for (const { node, layout: own, row } of members) {
      const target = [...open].find((each) => each.node === node)
      if (target) open.delete(target)
      const id = target?.buffer ?? this.addBuffer(node, own, role, region.depth)
      this.buffers[id] = { ...(this.buffers[id] as Buffer), part: { sheet, row } }
      region.values.set(node, { buffer: id, prefix: [] })
    }
  }

  /** The kernel of a root, written straight to where an output wants it if its layout allows. */
  #planRoot(region: Region, node: Node, open: Set<Target>): void {
    const heavy = region.fusion.heavyOf.get(node)
    const preferred = this.fuse
      ? preferredLayout(node, heavy, (other) => this.layoutOf(region, other), this.options)
      : denseLayout(node.shape, this.options)
    const direct = [...open].find(
      (target) => target.node === node && isAcceptable(target.layout, preferred, heavy ?? node),
    )
    if (direct) open.delete(direct)
    const target = direct ?? {
      buffer: this.addBuffer(node, preferred, { kind: 'temporary' }, region.depth),
      layout: preferred,
      slice: -1,
    }
    this.builder.build(region, node, heavy, target)
    const prefix = direct && direct.slice >= 0 ? [this.step(direct.slice, direct.buffer)] : []
    region.values.set(node, { buffer: target.buffer, prefix })
    this.origins.set(target.buffer, node)
  }

  /** The step of the loop at a depth, as an index into a stacked buffer. */
  step(depth: number, buffer: number): Index {
    const { shape = [], stepAxis = 0 } = this.buffers[buffer]?.layout ?? {}
    return variableIndex(`step${depth}`, shape[stepAxis] ?? 1)
  }

  /** Whether a buffer has just this layout. */
  hasLayout(buffer: number, layout: Layout): boolean {
    const known = this.buffers[buffer]?.layout
    return known !== undefined && sameLayout(known, layout)
  }

  /** The load of a stored value at a place. */
  load(value: StoredValue, place: readonly Index[]): ReturnType<ExpressionArena['load']> {
    const { layout, dtype } = this.buffers[value.buffer] as Buffer
    return this.arena.load(value.buffer, offsetOf(layout, [...value.prefix, ...place]), dtype)
  }
}

/** Large products are computed in the layout that suits them and copied; everything else is written where it is wanted. */
function isAcceptable(wanted: Layout, preferred: Layout, main: Node): boolean {
  if (!isProduct(main) || !isWorthCopy(main)) return true
  return sameLayout(wanted, preferred)
}
