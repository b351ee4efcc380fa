// Building programs: one walk over a graph that gives each node a view, and a step where something is to be computed.
import type { HostData, Precision } from '../../host/host-array.ts'
import type { Graph, Node, NodeOf, Primitive } from '../../trace/node.ts'
import { contiguousStrides, type TensorType } from '../../trace/types.ts'
import { prepareCopy } from './elementwise.ts'
import { checkFinite } from './finite.ts'
import type { ComputeRule, ViewRule } from './kernel.ts'
import { planMemory } from './plan-memory.ts'
import type { InputOptions, Program, ProgramSettings, Step } from './program.ts'
import { referenceKernels } from './rules.ts'
import { bodyStrides, prepareScan } from './scan.ts'
import { isContiguous, Memory, type View } from './view.ts'

/** A node's value: a view and the memory that it looks at. */
interface Value {
  readonly view: View
  readonly memory: Memory
}

/** Turns a graph into a program. */
export function buildProgram(graph: Graph, settings: ProgramSettings, options: InputOptions = {}): Program {
  const builder = new ProgramBuilder(settings)
  const inputs = graph.inputs.map((input, position) => builder.addInput(input, options.strides?.[position]))
  for (const [number, node] of graph.nodes.entries()) builder.addNode(node, number)
  const donated = (options.donate ?? []).map((position) => inputs[position] as Memory)
  const outputs = builder.sealOutputs(graph, new Set(donated))
  const { steps } = builder
  const plan = planMemory(steps, outputs, donated)
  for (const [memory, buffer] of plan.buffers) memory.bind(buffer)
  return {
    inputs,
    outputs,
    steps,
    donors: plan.donors.map((donor) => (donor ? inputs.indexOf(donor) : undefined)),
    bytes: sumOf(steps, (step) => step.bytes) + plan.bytes,
    buffers: plan.distinct,
    kernels: sumOf(steps, (step) => step.kernels),
    run: settings.debug ? () => runChecked(steps, settings) : () => runSteps(steps),
  }
}

function runSteps(steps: readonly Step[]): void {
  for (let i = 0; i < steps.length; i++) (steps[i] as Step).run()
}

function runChecked(steps: readonly Step[], { scanSteps }: ProgramSettings): void {
  for (const step of steps) {
    step.run()
    for (const view of step.results) checkFinite(step.node, step.number, view, scanSteps)
  }
}

function sumOf<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0)
}

class ProgramBuilder {
  readonly steps: Step[] = []
  readonly #settings: ProgramSettings
  readonly #values = new Map<Node, Value>()
  /** Results of scans beyond the first, by item. */
  readonly #items = new Map<Node, readonly Value[]>()
  readonly #contiguous = new Map<Value, Value>()
  /** Memory that a step computes, which may therefore become an output. */
  readonly #computed = new Set<Memory>()

  constructor(settings: ProgramSettings) {
    this.#settings = settings
  }

  addInput(node: NodeOf<'input'>, strides: readonly number[] | undefined): Memory {
    const value = this.#allocate(node, strides)
    this.#values.set(node, value)
    return value.memory
  }

  addNode(node: Node, number: number): void {
    if (this.#values.has(node)) return
    switch (node.operation) {
      case 'input':
        throw new RangeError(`The graph reads the input ${node.attributes.name}, which it does not declare`)
      case 'constant': {
        const value = this.#allocate(node)
        value.memory.bind(toPrecision(node, this.#settings.precision))
        this.#values.set(node, value)
        return
      }
      case 'item': {
        const scan = node.inputs[0] as Node
        this.#values.set(node, this.#items.get(scan)?.[node.attributes.index] as Value)
        return
      }
      case 'scan':
        this.#addScan(node, number)
        return
      default:
        this.#addPrimitive(node, number)
    }
  }

  #addPrimitive(node: Node, number: number): void {
    // The table is total; the compiler cannot follow that the rule fits the node's own attributes.
    const rule = referenceKernels[node.operation as Primitive] as ComputeRule<'neg'> | ViewRule<'neg'>
    const attributes = node.attributes as never
    if (rule.kind === 'view') {
      const input = this.#valueOf(node, 0)
      const view = rule.view(input.view, attributes)
      this.#values.set(node, view ? derive(input, view) : this.#reshapeCopy(node, number, input, rule))
      return
    }
    const inputs = node.inputs.map((_, position) => {
      const value = this.#valueOf(node, position)
      return rule.needsContiguous ? this.#makeContiguous(value, node, number) : value
    })
    const out = this.#allocate(node)
    this.#values.set(node, out)
    const views = inputs.map((input) => input.view)
    this.#addStep(node, number, {
      run: rule.prepare(views, out.view, attributes, this.#settings.scratch),
      reads: inputs.map((input) => input.memory),
      writes: [out.memory],
      results: [out.view],
      overwrites: rule.inPlace ? findOverwritable(inputs, out) : [],
    })
  }

  #reshapeCopy(node: Node, number: number, input: Value, rule: ViewRule<'neg'>): Value {
    const copy = this.#makeContiguous(input, node, number)
    const view = rule.view(copy.view, node.attributes as never)
    if (!view) throw new RangeError(`${node.operation} of a contiguous view must be a view`)
    return derive(copy, view)
  }

  #addScan(node: NodeOf<'scan'>, number: number): void {
    const inputs = node.inputs.map((_, position) => {
      const value = this.#valueOf(node, position)
      return position < node.attributes.carries ? this.#makeContiguous(value, node, number) : value
    })
    const results = node.results.map((type) => this.#allocate(type))
    this.#items.set(node, results)
    const first = results[0]
    if (first) this.#values.set(node, first)
    const views = inputs.map((input) => input.view)
    const body = buildProgram(node.attributes.body, this.#settings, { strides: bodyStrides(node, views) })
    const resultViews = results.map((result) => result.view)
    const scan = prepareScan(node, body, views, resultViews, this.#settings)
    this.#addStep(node, number, {
      run: scan.run,
      reads: inputs.map((input) => input.memory),
      writes: results.map((result) => result.memory),
      results: [],
      kernels: scan.kernels,
      bytes: scan.bytes,
    })
  }

  #valueOf(node: Node, position: number): Value {
    const value = this.#values.get(node.inputs[position] as Node)
    if (!value) throw new RangeError(`Input ${position} of ${node.operation} comes after it in the graph`)
    return value
  }

  #allocate(type: TensorType, strides: readonly number[] = contiguousStrides(type.shape)): Value {
    const memory = new Memory(type, this.#settings.precision)
    return { memory, view: memory.view(type.shape, strides) }
  }

  #addStep(node: Node, number: number, step: Partial<Step> & Pick<Step, 'run' | 'reads' | 'writes' | 'results'>): void {
    for (const memory of step.writes) this.#computed.add(memory)
    this.steps.push({ node, number, kernels: 1, bytes: 0, overwrites: [], ...step })
  }

  #addCopy(from: Value, to: Value, node: Node, number: number): void {
    this.#addStep(node, number, {
      run: prepareCopy(from.view, to.view),
      reads: [from.memory],
      writes: [to.memory],
      results: [],
    })
  }

  #makeContiguous(value: Value, node: Node, number: number): Value {
    if (isContiguous(value.view)) return value
    const known = this.#contiguous.get(value)
    if (known) return known
    const copy = this.#allocate({ shape: value.view.shape, dtype: value.memory.type.dtype })
    this.#addCopy(value, copy, node, number)
    this.#contiguous.set(value, copy)
    return copy
  }

  /** One memory of its own for each output: computed there, taken over from a donated input, or copied. */
  sealOutputs({ outputs, nodes }: Graph, donated: ReadonlySet<Memory>): Memory[] {
    const taken = new Set<Memory>()
    return outputs.map((node) => {
      const value = this.#values.get(node) as Value
      const { memory, view } = value
      const own = this.#computed.has(memory) || donated.has(memory)
      if (own && !taken.has(memory) && memory.isCoveredBy(view)) {
        taken.add(memory)
        return memory
      }
      const copy = this.#allocate(node)
      this.#addCopy(value, copy, node, nodes.indexOf(node))
      return copy.memory
    })
  }
}

/** A view of the same memory as `value`. */
function derive({ memory }: Value, view: View): Value {
  return { memory, view: memory.adopt(view) }
}

/** Inputs of the result's type that are read place by place exactly where the result is written. */
function findOverwritable(inputs: readonly Value[], out: Value): Memory[] {
  const fits = ({ memory, view }: Value): boolean =>
    memory.type.dtype === out.memory.type.dtype && memory.size === out.memory.size && memory.isCoveredBy(view)
  return inputs
    .map(({ memory }) => memory)
    .filter((memory) => inputs.every((input) => input.memory !== memory || fits(input)))
}

function toPrecision({ attributes: { value } }: NodeOf<'constant'>, precision: Precision): HostData {
  const wide = value.dtype === 'float32' && precision === 'double'
  if (wide) return value.data instanceof Float64Array ? value.data : Float64Array.from(value.data)
  return value.dtype === 'float32' && value.data instanceof Float64Array ? Float32Array.from(value.data) : value.data
}
