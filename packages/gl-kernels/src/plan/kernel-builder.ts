// Builds the kernels of one root: lowers it and everything fused into it to one expression, brings operands of products
// into a layout that loads four elements at a time, and splits long reductions into two stages.
import { type Node, type PoolAttributes, sizeOf, type TensorType } from '@deep-recipe/core-tensor'
import { collectExpressions, type Expression } from '../kernel/expression.ts'
import {
  addIndex,
  constantIndex,
  divideIndex,
  type Index,
  moduloIndex,
  scaleIndex,
  variableIndex,
} from '../kernel/index-algebra.ts'
import type { Reduction } from '../kernel/kernel.ts'
import { isPadded, type Layout, layoutLike, paddedLayout, placeOf } from '../kernel/layout.ts'
import { collectFetches, isVectorizable } from '../shader/fetches.ts'
import { isHeavy, isProduct, splatValue } from './choose-roots.ts'
import { operandLayout, preferredLayout } from './layouts.ts'
import { heavyLowerings, type Lowered, lowerWindowArgMax } from './lower-heavy.ts'
import { type LightOperation, type LowerInput, lightLowerings } from './lower-light.ts'
import type { Building, Planning, Region, SheetMember, StoredValue } from './region.ts'

/** Where a kernel writes. */
export interface KernelTarget {
  readonly buffer: number
  readonly layout: Layout
  readonly slice: number
}

/** Values per output from which a reduction is done in two stages, unless it has this many outputs anyway. */
const longReduction = 512
const enoughOutputs = 2048

/** What is known while one kernel is lowered. */
interface Lowering {
  readonly region: Region
  readonly root: Node
  readonly heavy: Node | undefined
  /** Operands of the looping operation that were prepared for it, by position. */
  readonly operands: ReadonlyMap<number, StoredValue>
  readonly memory: Map<string, Expression>
  reduction: Reduction | undefined
  /** Takes the place of the looping operation: the sum over its partial results. */
  readonly partial: ((place: readonly Index[]) => Lowered) | undefined
}

/** See the head of this file. */
export class KernelBuilder implements Building {
  readonly #planner: Planning
  /** Operands brought into another layout, by region, node and layout. */
  readonly #identities = new Map<Node, number>()
  readonly #copies = new Map<Region, Map<Node, Map<string, number>>>()

  constructor(planner: Planning) {
    this.#planner = planner
  }

  /** Adds the kernels that compute `root`, around `heavy`, into `target`. A stored root is copied. */
  build(region: Region, root: Node, heavyInside: Node | undefined, target: KernelTarget): void {
    if (sizeOf(root.shape) === 0) return
    const stored = this.#planner.valueOf(region, root) !== undefined
    const heavy = stored ? undefined : isHeavy(root) ? root : heavyInside
    const operands = heavy ? this.#prepareOperands(region, heavy) : new Map<number, StoredValue>()
    const partial = heavy ? this.#splitReduction(region, heavy, operands) : undefined
    const lowering: Lowering = { region, root, heavy, operands, partial, memory: new Map(), reduction: undefined }
    this.#finish(lowering, target, (place) => this.#lower(lowering, root, place))
  }

  /**
   * Adds the kernel that computes several values of one shape side by side, along a new first axis. False: it would
   * read too many textures, and nothing was added.
   */
  buildPack(region: Region, members: readonly Node[], target: KernelTarget): boolean {
    const { arena, options } = this.#planner
    const lowering = this.#lowering(region, members[0] as Node)
    const [position, ...place] = placesOf(target.layout) as [Index, ...Index[]]
    const expression = members
      .map((node) => this.#lower(lowering, node, place))
      .reduceRight((otherwise, value, index) =>
        arena.guard([{ index: position, min: index, max: index }], value, otherwise),
      )
    const loads = collectExpressions([expression]).flatMap((part) => (part.kind === 'load' ? [part.buffer] : []))
    if (new Set(loads).size > options.textureUnits) return false
    this.#finish(lowering, target, () => expression)
    return true
  }

  /**
   * Adds the kernel that computes several values of one width one below the other. Members that use one another are
   * computed again there, for a kernel cannot read what it writes.
   */
  buildSheet(region: Region, members: readonly SheetMember[], target: KernelTarget): void {
    const { arena } = this.#planner
    const y = variableIndex('y', target.layout.height)
    const [first, ...others] = members.toReversed().map(({ node, layout, row }) => ({
      value: this.#lower(this.#lowering(region, node), node, placesOf(layout, `row${row}`)),
      rows: { index: y, min: row, max: row + layout.height - 1 },
    }))
    if (!first) return
    const expression = others.reduce((below, { value, rows }) => arena.guard([rows], value, below), first.value)
    const label = members.map(({ node }) => node.operation).join(' | ')
    const { buffer, layout, slice } = target
    region.steps.push({
      kind: 'kernel',
      kernel: { label, output: buffer, layout, slice, expression, reduction: undefined },
    })
  }

  #finish(lowering: Lowering, target: KernelTarget, lower: (place: readonly Index[]) => Expression): void {
    const { arena } = this.#planner
    const { layout } = target
    const place = placesOf(layout)
    let expression = lower(place)
    if (isPadded(layout)) {
      const last = layout.order.at(-1) as number
      const bounds = { index: place[last] as Index, min: 0, max: (layout.shape[last] as number) - 1 }
      expression = arena.guard([bounds], expression, arena.constant(0, expression.dtype))
    }
    const { root, heavy, reduction, region } = lowering
    const label = heavy && heavy !== root ? `${heavy.operation}→${root.operation}` : root.operation
    const { buffer, slice } = target
    region.steps.push({
      kind: 'kernel',
      kernel: { label, output: buffer, layout, slice, expression, reduction },
    })
  }

  /** A number for each node, for the keys of memory. */
  #identify(node: Node): number {
    const known = this.#identities.get(node)
    if (known !== undefined) return known
    this.#identities.set(node, this.#identities.size)
    return this.#identities.size - 1
  }

  #lower(lowering: Lowering, node: Node, place: readonly Index[]): Expression {
    const planner = this.#planner
    const splat = splatValue(node)
    if (splat !== undefined) return planner.arena.constant(splat, node.dtype)
    const key = `${this.#identify(node)}@${place.map((index) => index.key).join()}`
    const known = lowering.memory.get(key)
    if (known) return known
    const stored = planner.valueOf(lowering.region, node)
    const expression = stored ? planner.load(stored, place) : this.#compute(lowering, node, place)
    lowering.memory.set(key, expression)
    return expression
  }

  #compute(lowering: Lowering, node: Node, place: readonly Index[]): Expression {
    const { arena } = this.#planner
    if (node === lowering.heavy) {
      const lowered = lowering.partial?.(place) ?? this.#lowerHeavy(lowering, node, place)
      lowering.reduction = lowered.reduction
      return lowered.value
    }
    const input: LowerInput = (position, inner) => this.#lower(lowering, node.inputs[position] as Node, inner)
    const light = lightLowerings[node.operation as LightOperation]
    if (!light) throw new RangeError(`${node.operation} was neither stored nor fused`)
    return light(arena, node as never, place, input)
  }

  #lowerHeavy(lowering: Lowering, node: Node, place: readonly Index[]): Lowered {
    const input: LowerInput = (position, inner) => {
      const prepared = lowering.operands.get(position)
      return prepared
        ? this.#planner.load(prepared, inner)
        : this.#lower(lowering, node.inputs[position] as Node, inner)
    }
    const lower = heavyLowerings[node.operation as keyof typeof heavyLowerings]
    return lower(this.#planner.arena, node as never, place, input)
  }

  /** Operands that the node's loop would load badly are copied into a better layout first. */
  #prepareOperands(region: Region, heavy: Node): Map<number, StoredValue> {
    const operands = new Map<number, StoredValue>()
    if (heavy.operation === 'maxPoolGradient') {
      operands.set(2, this.#findWindowMaxima(region, heavy, heavy.attributes))
    }
    if (!isProduct(heavy) || sizeOf(heavy.shape) <= 16) return operands
    heavy.inputs.forEach((operand, position) => {
      if (splatValue(operand) !== undefined || sizeOf(operand.shape) <= 16) return
      if (!this.#loadsWell(region, heavy, position)) {
        operands.set(position, this.#copyOperand(region, operand, operandLayout(heavy, operand, this.#planner.options)))
      }
    })
    return operands
  }

  /** Whether four neighbours along one of the axes that matter are one texel. */
  #loadsWell(region: Region, heavy: Node, position: number): boolean {
    const operand = heavy.inputs[position] as Node
    const { arena } = this.#planner
    const lowering = this.#lowering(region, operand)
    const place = operand.shape.map((size, axis) => variableIndex(`axis${axis}`, size))
    const rank = operand.shape.length
    const axes = heavy.operation === 'matmul' ? [rank - 2, rank - 1] : [1]
    return axes.some((axis) => {
      const size = operand.shape[axis] as number
      const lanes = addIndex(scaleIndex(variableIndex('four', Math.ceil(size / 4)), 4), variableIndex('lane', 4))
      const expression = this.#lower(lowering, operand, place.with(axis, lanes))
      const moves = collectFetches(arena, [expression], 'lane').size
      return size >= 4 && moves === 1 && isVectorizable(arena, expression, 'lane')
    })
  }

  #lowering(region: Region, root: Node): Lowering {
    const operands = new Map<number, StoredValue>()
    return { region, root, heavy: undefined, operands, partial: undefined, memory: new Map(), reduction: undefined }
  }

  /** Copies an operand once per region; what does not change between the steps of a loop is copied before the loop. */
  #copyOperand(region: Region, operand: Node, layout: Layout): StoredValue {
    const planner = this.#planner
    const lowering = this.#lowering(region, operand)
    const sample = this.#lower(lowering, operand, placesOf(layout))
    let home = region
    while (home.parent && planner.isInvariant(sample, home.depth)) home = home.parent
    const byNode = this.#copies.get(home) ?? new Map<Node, Map<string, number>>()
    this.#copies.set(home, byNode)
    const byLayout = byNode.get(operand) ?? new Map<string, number>()
    byNode.set(operand, byLayout)
    const key = layout.order.join()
    const known = byLayout.get(key)
    if (known !== undefined) return { buffer: known, prefix: [] }
    const buffer = planner.addBuffer(operand, layout, { kind: 'temporary' }, home.depth)
    const write = { buffer, layout, slice: -1 }
    this.#finish({ ...lowering, region: home }, write, () => sample)
    byLayout.set(key, buffer)
    return { buffer, prefix: [] }
  }

  #findWindowMaxima(region: Region, heavy: Node, attributes: PoolAttributes): StoredValue {
    const planner = this.#planner
    const [image, gradient] = heavy.inputs as readonly [Node, Node]
    const type: TensorType = { shape: gradient.shape, dtype: 'int32' }
    const size: [number, number] = [image.shape[2] as number, image.shape[3] as number]
    const layoutOf = (node: Node): Layout | undefined => planner.layoutOf(region, node)
    const own = preferredLayout(heavy, undefined, layoutOf, planner.options)
    const layout = layoutLike(own, type.shape, planner.options)
    const buffer = planner.addBuffer(type, layout, { kind: 'temporary' }, region.depth)
    const lowering = this.#lowering(region, heavy)
    this.#finish(lowering, { buffer, layout, slice: -1 }, (place) => {
      const input: LowerInput = (_, inner) => this.#lower(lowering, image, inner)
      const { reduction, value } = lowerWindowArgMax(planner.arena, attributes, size, place, input)
      lowering.reduction = reduction
      return value
    })
    return { buffer, prefix: [] }
  }

  /**
   * Few outputs of many values each: a first kernel reduces pieces of equal length, the second the pieces' results.
   * Gives the lowering of the second.
   */
  #splitReduction(
    region: Region,
    heavy: Node,
    operands: ReadonlyMap<number, StoredValue>,
  ): ((place: readonly Index[]) => Lowered) | undefined {
    if (heavy.operation !== 'sum' && heavy.operation !== 'maxReduce') return undefined
    const inner = heavy.inputs[0]?.shape ?? []
    const length = heavy.attributes.axes.reduce((product, axis) => product * (inner[axis] as number), 1)
    const outputs = sizeOf(heavy.shape)
    if (length < longReduction || outputs > enoughOutputs) return undefined
    const planner = this.#planner
    const { arena } = planner
    const pieceLength = 4 * Math.ceil(Math.sqrt(length) / 4)
    const pieces = Math.ceil(length / pieceLength)
    const kind = heavy.operation === 'sum' ? 'sum' : 'max'
    const shape = [...heavy.shape, pieces]
    const rank = heavy.shape.length
    const identity = shape.map((_, axis) => axis)
    const lowerPiece = (place: readonly Index[]): { lowering: Lowering; lowered: Lowered } => {
      const lowering: Lowering = { ...this.#lowering(region, heavy), heavy, operands }
      const { reduction } = this.#lowerHeavy(lowering, heavy, place.slice(0, rank))
      const step = variableIndex('piece', pieceLength)
      const flat = addIndex(scaleIndex(place[rank] as Index, pieceLength), step)
      const values = new Map<string, Index>()
      let rest = flat
      reduction.axes.toReversed().forEach(({ variable, size }, back) => {
        values.set(variable, back === reduction.axes.length - 1 ? rest : moduloIndex(rest, size))
        rest = divideIndex(rest, size)
      })
      const neutral = neutralValue(kind, heavy.dtype === 'int32')
      const body = arena.guard(
        pieces * pieceLength === length ? [] : [{ index: flat, min: 0, max: length - 1 }],
        arena.substitute(reduction.body, values),
        arena.constant(neutral, heavy.dtype),
      )
      const axes = [{ variable: 'piece', size: pieceLength }]
      return { lowering, lowered: { reduction: { ...reduction, axes, body }, value: arena.reduction(heavy.dtype) } }
    }
    // Outputs side by side in a texel, or pieces: whichever loads fewer texels.
    const layouts = [
      paddedLayout(shape, identity, 4, planner.options),
      ...(rank > 0 ? [paddedLayout(shape, [rank, ...identity.slice(0, rank)], 4, planner.options)] : []),
    ]
    const costs = layouts.map((layout) => {
      const { body } = lowerPiece(placesOf(layout)).lowered.reduction
      const across = collectFetches(arena, [body], 'lane').size
      return Math.min(across, collectFetches(arena, [body], 'piece').size)
    })
    const layout = layouts[(costs[1] ?? Number.POSITIVE_INFINITY) < (costs[0] as number) ? 1 : 0] as Layout
    const buffer = planner.addBuffer({ shape, dtype: heavy.dtype }, layout, { kind: 'temporary' }, region.depth)
    const { lowering, lowered } = lowerPiece(placesOf(layout))
    lowering.reduction = lowered.reduction
    this.#finish(lowering, { buffer, layout, slice: -1 }, () => lowered.value)
    const axis = { variable: 'pieces', size: pieces }
    return (place) => {
      const body = planner.load({ buffer, prefix: [] }, [...place, variableIndex('pieces', pieces)])
      return { reduction: { kind, axes: [axis], body, conditions: [] }, value: arena.reduction(heavy.dtype) }
    }
  }
}

/** The place of element 4 (y width + x) + lane of a layout; `row` names the variable for y. */
function placesOf(layout: Layout, row = 'y'): Index[] {
  const texel = addIndex(
    scaleIndex(variableIndex(row, layout.height), layout.width),
    layout.width > 1 ? variableIndex('x', layout.width) : constantIndex(0),
  )
  return placeOf(layout, addIndex(scaleIndex(texel, 4), variableIndex('lane', 4)))
}

function neutralValue(kind: 'sum' | 'max', whole: boolean): number {
  if (kind === 'sum') return 0
  return whole ? -(2 ** 31) : Number.NEGATIVE_INFINITY
}
