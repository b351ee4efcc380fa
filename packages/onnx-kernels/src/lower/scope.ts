// One graph under construction: which value stands for which node. A loop's body is a scope that sees the one around it.
import { type Node, type NodeOf, type Primitive, sizeOf, type TensorType } from '@deep-recipe/core-tensor'
import type { GraphWriter } from '../model/graph-writer.ts'
import type { FusedOperator } from './fused.ts'
import { fullValue, type LoopScope, materialize, type OnnxLowering, type OnnxValue } from './lowering.ts'
import { lowerScan } from './scan.ts'
import { onnxLowerings } from './table.ts'
import { emitRandom } from './threefry.ts'

/** What all scopes of one model share. */
export interface ScopeOptions {
  /** Channels per block in ONNX Runtime's own layout, or 0 to do without. */
  readonly block: number
  /** Whether the model is for a file that others run. */
  readonly isFile: boolean
  /** The name of a random draw that the host feeds, or undefined for one that the graph computes. */
  readonly drawOnHost: (node: NodeOf<'random'>) => string | undefined
  /** Nodes that one operator computes from further back, also those of loops. */
  readonly fused: ReadonlyMap<Node, FusedOperator>
}

/** Values of nodes in one graph. */
export class Scope implements LoopScope {
  readonly writer: GraphWriter
  readonly block: number
  readonly isFile: boolean
  readonly #options: ScopeOptions
  readonly #outer: LoopScope | undefined
  readonly #values = new Map<Node, readonly OnnxValue[]>()
  readonly #full = new Map<Node, string>()

  constructor(writer: GraphWriter, options: ScopeOptions, outer?: LoopScope) {
    this.writer = writer
    this.block = options.block
    this.isFile = options.isFile
    this.#options = options
    this.#outer = outer
  }

  /** A scope of the same model that writes elsewhere. */
  sibling(writer: GraphWriter, outer?: LoopScope): Scope {
    return new Scope(writer, this.#options, outer)
  }

  /** Whether a node has a value here or around. */
  has(node: Node): boolean {
    return this.#values.has(node) || (this.#outer?.has(node) ?? false)
  }

  /** Says what stands for the results of a node. */
  define(node: Node, values: readonly OnnxValue[]): void {
    this.#values.set(node, values)
  }

  loose(node: Node): OnnxValue {
    return this.#results(node)[0] as OnnxValue
  }

  full(node: Node): string {
    const outer = this.#outer
    if (!this.#values.has(node) && outer) return outer.full(node)
    const known = this.#full.get(node)
    if (known !== undefined) return known
    const name = materialize(this.writer, this.loose(node), node.shape)
    this.#full.set(node, name)
    return name
  }

  /** A constant without elements. */
  empty(type: TensorType | undefined): OnnxValue {
    const { dtype, shape } = type ?? { dtype: 'float32' as const, shape: [0] }
    return { name: this.writer.constant(dtype, shape, new Uint8Array(0)), shape }
  }

  /** Lowers a node whose inputs have values. */
  lower(node: Node): void {
    this.define(node, this.#lower(node))
  }

  lowerScan(node: NodeOf<'scan'>): readonly OnnxValue[] {
    return lowerScan(this, node)
  }

  lowerRandom(node: NodeOf<'random'>): OnnxValue {
    const fed = this.#options.drawOnHost(node)
    const [key, offset] = node.inputs as [Node, Node]
    const name = fed ?? emitRandom(this.writer, node, this.full(key), this.full(offset))
    return { name, shape: node.shape }
  }

  #results(node: Node): readonly OnnxValue[] {
    const values = this.#values.get(node) ?? this.#outer?.loosen(node)
    if (!values) throw new RangeError(`${node.operation} was used before it was lowered`)
    return values
  }

  /** All results of a node, for the scopes inside. */
  loosen(node: Node): readonly OnnxValue[] {
    return this.#results(node)
  }

  #lower(node: Node): readonly OnnxValue[] {
    switch (node.operation) {
      case 'input':
        throw new RangeError(`The input ${node.attributes.name} is not declared by its graph`)
      case 'constant': {
        const { value } = node.attributes
        return [{ name: this.writer.constant(node.dtype, node.shape, value.data), shape: node.shape }]
      }
      case 'item': {
        const value = this.#results(node.inputs[0] as Node)[node.attributes.index]
        if (!value) throw new RangeError(`A scan has no result ${node.attributes.index}`)
        return [value]
      }
    }
    if (node.operation !== 'scan') {
      if (sizeOf(node.shape) === 0) return [this.empty(node)]
      if (node.inputs.some((input) => sizeOf(input.shape) === 0)) return [this.#lowerWithoutElements(node)]
    }
    const fused = this.#options.fused.get(node)
    if (fused) {
      const inputs = fused.inputs.map((input) => this.full(input))
      return [fullValue(node, this.writer.emit(fused.operator, inputs, fused.attributes))]
    }
    // The table is total; the compiler cannot follow that the operation is one key on both sides.
    const lowering = onnxLowerings[node.operation] as unknown as OnnxLowering<Primitive>
    const result = lowering(this, node as NodeOf<Primitive>)
    return 'name' in result ? [result] : result
  }

  /** A result with elements from inputs without any: sums and products over nothing are 0, padding is its fill. */
  #lowerWithoutElements(node: Node): OnnxValue {
    if (node.operation === 'concat') {
      const lowering = onnxLowerings.concat
      return lowering(this, node) as OnnxValue
    }
    const fill = node.operation === 'pad' ? node.attributes.value : 0
    return { name: this.writer.scalar(node.dtype, node.dtype === 'bool' ? Number(fill !== 0) : fill), shape: [] }
  }
}
