// What the parts of the planner share: regions of nodes, places of values, and what they ask of one another.
import type { Node, TensorType } from '@deep-recipe/core-tensor'
import type { Expression, ExpressionArena } from '../kernel/expression.ts'
import type { Index } from '../kernel/index-algebra.ts'
import type { BufferRole, PlanStep } from '../kernel/kernel.ts'
import type { Layout } from '../kernel/layout.ts'
import type { Fusion } from './choose-roots.ts'

/** What the planner must keep to. */
export interface PlanOptions {
  readonly maxTextureSize: number
  readonly textureUnits: number
  /** See `GlLimits`. Default true. */
  readonly skipsBranches?: boolean
  /** False: a kernel per node, so that the first bad value can be found. Default true. */
  readonly fuse?: boolean
}

/** Where a stored value lies: a buffer, and leading indices into it (the steps of scans around). */
export interface StoredValue {
  readonly buffer: number
  readonly prefix: readonly Index[]
}

/** Nodes that are planned together: the graph, or the body of a scan. */
export interface Region {
  readonly parent: Region | undefined
  /** Loops around. */
  readonly depth: number
  readonly steps: PlanStep[]
  readonly values: Map<Node, StoredValue>
  readonly fusion: Fusion
  /** Nodes that the region is planned for. */
  readonly outputs: ReadonlySet<Node>
}

/** Where a region's output has to be written. */
export interface Target {
  readonly node: Node
  readonly buffer: number
  readonly layout: Layout
  readonly slice: number
}

/** Several outputs of one shape in one buffer, along a new first axis. */
export interface Pack {
  readonly members: readonly Node[]
  readonly target: Omit<Target, 'node'>
}

/** One of the values that a kernel writes one below the other. */
export interface SheetMember {
  readonly node: Node
  readonly layout: Layout
  /** Its first row in the sheet. */
  readonly row: number
}

/** The planner, as the builder of kernels and the planner of loops need it. */
export interface Planning {
  readonly arena: ExpressionArena
  readonly options: PlanOptions
  readonly builder: Building
  /** False in debug mode: every node is stored. */
  readonly fuse: boolean
  /** A new buffer for a value of this type, which changes in every step of the loops around `depth`. */
  addBuffer(type: TensorType, layout: Layout, role: BufferRole, depth: number): number
  /** Whether an expression is the same in every step of the loop whose body has this depth. */
  isInvariant(expression: Expression, depth: number): boolean
  /** Layout of a stored value of this region or of those around it. */
  layoutOf(region: Region, node: Node): Layout | undefined
  /** Where a node is stored, if it is. */
  valueOf(region: Region, node: Node): StoredValue | undefined
  /** Plans the kernels of a graph or of a body: those that targets and packs need. */
  planRegion(
    nodes: readonly Node[],
    targets: readonly Target[],
    packs: readonly Pack[],
    part: Omit<Region, 'fusion' | 'outputs'>,
  ): void
  /** Whether a buffer has just this layout. */
  hasLayout(buffer: number, layout: Layout): boolean
  /** The load of a stored value at a place. */
  load(value: StoredValue, place: readonly Index[]): Expression
}

/** The builder of kernels, as the planner of loops needs it. */
export interface Building {
  /** Adds the kernel of a root to its region. */
  build(region: Region, root: Node, heavy: Node | undefined, target: Omit<Target, 'node'>): void
  /** Adds one kernel that writes several values side by side; false where it would read too many textures. */
  buildPack(region: Region, members: readonly Node[], target: Omit<Target, 'node'>): boolean
  /** Adds one kernel that writes several values one below the other. */
  buildSheet(region: Region, members: readonly SheetMember[], target: Omit<Target, 'node'>): void
}
