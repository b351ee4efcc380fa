// Writing an ONNX graph operator by operator. Bodies of loops are written by children that share names and constants.
import { create } from '@bufbuild/protobuf'
import {
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf'
import { encodeAttribute, type OnnxAttributes } from './attributes.ts'
import { bytesOf, makeTensorProto, makeValueInfo, type OnnxShape, type OnnxType } from './tensors.ts'

/** Operators outside the standard set, which only ONNX Runtime knows. */
export const contribDomain = 'com.microsoft'

/** Constants up to this size are compared, so that equal shapes and scalars are stored once. */
const comparedBytes = 256

/** Where an operator comes from and how many results it has. */
export interface EmitOptions {
  readonly domain?: string
  readonly outputs?: number
}

/** What all writers of one model share. */
interface SharedNames {
  next: number
  readonly taken: Set<string>
  readonly initializers: TensorProto[]
  readonly known: Map<string, string>
  readonly domains: Set<string>
}

/** Collects the operators of one graph; `child` begins the graph of a loop's body. */
export class GraphWriter {
  readonly #shared: SharedNames
  readonly #nodes: NodeProto[] = []
  readonly #own = new Set<string>()
  readonly #inputs: ValueInfoProto[] = []
  readonly #outputs: ValueInfoProto[] = []

  constructor(parent?: GraphWriter) {
    this.#shared = parent
      ? parent.#shared
      : { next: 0, taken: new Set(), initializers: [], known: new Map(), domains: new Set() }
  }

  /** Number of operators so far, without those of bodies. */
  get size(): number {
    return this.#nodes.length
  }

  /** Domains of the operators used besides the standard one. */
  get domains(): ReadonlySet<string> {
    return this.#shared.domains
  }

  /** A writer for the body of a loop in this graph, which may read this graph's values. */
  child(): GraphWriter {
    return new GraphWriter(this)
  }

  /** A name that nothing else in the model has. */
  newName(hint: string): string {
    let name: string
    do name = `${hint}_${this.#shared.next++}`
    while (this.#shared.taken.has(name))
    return name
  }

  /** Adds an operator and gives the name of its first result. */
  emit(
    operator: string,
    inputs: readonly string[],
    attributes: OnnxAttributes = {},
    options: EmitOptions = {},
  ): string {
    return this.emitAll(operator, inputs, attributes, options)[0] as string
  }

  /** Adds an operator and gives the names of all its results. */
  emitAll(
    operator: string,
    inputs: readonly string[],
    attributes: OnnxAttributes = {},
    { domain = '', outputs = 1 }: EmitOptions = {},
  ): string[] {
    const names = Array.from({ length: outputs }, () => this.newName(operator))
    this.#add(operator, inputs, attributes, domain, names)
    return names
  }

  /** Adds an operator whose result has a given name. */
  emitAs(name: string, operator: string, inputs: readonly string[], attributes: OnnxAttributes = {}): void {
    this.#shared.taken.add(name)
    this.#add(operator, inputs, attributes, '', [name])
  }

  #add(
    operator: string,
    inputs: readonly string[],
    attributes: OnnxAttributes,
    domain: string,
    names: readonly string[],
  ): void {
    if (domain) this.#shared.domains.add(domain)
    for (const name of names) this.#own.add(name)
    this.#nodes.push(
      create(NodeProtoSchema, {
        name: names[0],
        opType: operator,
        domain,
        input: [...inputs],
        output: [...names],
        attribute: Object.entries(attributes).map(([name, attribute]) => encodeAttribute(name, attribute)),
      }),
    )
  }

  /** A constant of the model; small equal ones become one. */
  constant(type: OnnxType, shape: readonly number[], data: ArrayBufferView, name?: string): string {
    const key = data.byteLength <= comparedBytes && !name ? `${type}[${shape}]${bytesOf(data).join()}` : undefined
    const known = key === undefined ? undefined : this.#shared.known.get(key)
    if (known !== undefined) return known
    const unique = name ?? this.newName('constant')
    this.#shared.initializers.push(makeTensorProto(unique, type, shape, data))
    if (name) this.#shared.taken.add(name)
    if (key !== undefined) this.#shared.known.set(key, unique)
    return unique
  }

  /** A vector of int64, as shapes, axes and starts are given. */
  integers(values: readonly number[]): string {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt))
  }

  /** A scalar. */
  scalar(type: 'float32' | 'int32' | 'bool', value: number): string {
    const data =
      type === 'float32' ? Float32Array.of(value) : type === 'int32' ? Int32Array.of(value) : Uint8Array.of(value)
    return this.constant(type, [], data)
  }

  /** Declares an input, with a given name or a new one. */
  input(type: OnnxType, shape: OnnxShape, name: string = this.newName('input')): string {
    this.#shared.taken.add(name)
    this.#inputs.push(makeValueInfo(name, type, shape))
    return name
  }

  /** Declares that a value is an output. */
  output(name: string, type: OnnxType, shape: OnnxShape): void {
    this.#outputs.push(makeValueInfo(name, type, shape))
  }

  /** Whether an operator of this very graph makes the value. */
  owns(name: string): boolean {
    return this.#own.has(name)
  }

  /** The body of a loop, without what no output needs. All its inputs stay. */
  finishBody(name: string): GraphProto {
    const nodes = keepNeeded(this.#nodes, new Set(this.#outputs.map((output) => output.name)))
    return create(GraphProtoSchema, { name, node: nodes, input: this.#inputs, output: this.#outputs })
  }

  /** The outermost graph with all constants, without operators, constants and (unless kept) inputs that nothing reads. */
  finish(name: string, { keepInputs = false }: { keepInputs?: boolean } = {}): GraphProto {
    const needed = new Set(this.#outputs.map((output) => output.name))
    const nodes = keepNeeded(this.#nodes, needed)
    return create(GraphProtoSchema, {
      name,
      node: nodes,
      input: this.#inputs.filter((input) => keepInputs || needed.has(input.name)),
      output: this.#outputs,
      initializer: this.#shared.initializers.filter((constant) => needed.has(constant.name)),
    })
  }
}

/** The operators that `needed` values come from; adds to it what these read, in bodies of loops as well. */
function keepNeeded(nodes: readonly NodeProto[], needed: Set<string>): NodeProto[] {
  const kept: NodeProto[] = []
  for (let position = nodes.length - 1; position >= 0; position--) {
    const node = nodes[position] as NodeProto
    if (!node.output.some((name) => needed.has(name))) continue
    kept.push(node)
    addReads(node, needed)
  }
  return kept.reverse()
}

/** Names that an operator reads, including those that its body reads from outside. */
function addReads(node: NodeProto, needed: Set<string>): void {
  const pending = [node]
  for (let reader = pending.pop(); reader; reader = pending.pop()) {
    for (const name of reader.input) needed.add(name)
    for (const { g: body } of reader.attribute) {
      for (const output of body?.output ?? []) needed.add(output.name)
      pending.push(...(body?.node ?? []))
    }
  }
}
