// The reference backend: the interpreter behind the Backend contract, with plain typed arrays as device memory.
import { BackendError } from '../../errors.ts'
import { allocate, type HostArray, type HostData, type Precision } from '../../host/host-array.ts'
import type { Graph, NodeOf } from '../../trace/node.ts'
import { sizeOf, type TensorType } from '../../trace/types.ts'
import type { Backend, BackendCompileOptions, DeviceArray, Executable, ExecutableStats, MemoryUse } from '../backend.ts'
import { BaseDeviceArray, checkRunInputs } from '../device-array.ts'
import { buildProgram } from './build-program.ts'
import { makeSettings, type Program, type ProgramSettings } from './program.ts'
import type { Memory } from './view.ts'

/** Options of the reference backend. */
export interface ReferenceOptions {
  /**
   * `double` keeps every float32 value in 64 bits, so that finite differences can be trusted; arrays read from it are
   * then Float64Arrays. Default `single`.
   */
  readonly precision?: Precision
}

/**
 * Opens the reference backend: an interpreter in plain TypeScript that runs everywhere and that every other backend is
 * compared with.
 */
export function openReference(options: ReferenceOptions = {}): Backend {
  return new ReferenceBackend(options.precision ?? 'single')
}

/** Counts what is alive, until the backend is closed. */
class Ledger {
  #buffers = 0
  #bytes = 0
  #closed = false
  /** Arrays that were dropped instead of disposed are counted out when they are collected. */
  readonly #dropped = new FinalizationRegistry<number>((bytes) => this.add(-1, -bytes))

  get closed(): boolean {
    return this.#closed
  }
  get use(): MemoryUse {
    return { buffers: this.#buffers, bytes: this.#bytes }
  }
  add(buffers: number, bytes: number): void {
    if (this.#closed) return
    this.#buffers += buffers
    this.#bytes += bytes
  }
  watch(array: object, bytes: number): void {
    this.add(1, bytes)
    this.#dropped.register(array, bytes, array)
  }
  unwatch(array: object, bytes: number): void {
    this.add(-1, -bytes)
    this.#dropped.unregister(array)
  }
  close(): void {
    this.add(-this.#buffers, -this.#bytes)
    this.#closed = true
  }
}

class ReferenceBackend implements Backend {
  readonly name = 'reference'
  readonly description: string
  readonly precision: Precision
  readonly ledger: Ledger = new Ledger()

  constructor(precision: Precision) {
    this.precision = precision
    this.description = `plain TypeScript on one thread, ${precision === 'double' ? 64 : 32}-bit floats`
  }

  memory(): MemoryUse {
    return this.ledger.use
  }

  async compile(graph: Graph, options: BackendCompileOptions = {}): Promise<Executable> {
    this.checkOpen('compile')
    return new ReferenceExecutable(this, graph, options)
  }

  upload(value: HostArray): DeviceArray {
    this.checkOpen('upload')
    const data = allocate(value.dtype, sizeOf(value.shape), this.precision)
    // A copy: the caller may fill the same array with the next batch.
    data.set(value.data)
    return new ReferenceArray(this, value, data)
  }

  close(): void {
    this.ledger.close()
  }

  checkOpen(what: string): void {
    if (!this.ledger.closed) return
    throw new BackendError({
      what: `${what} on backend reference`,
      expected: 'an open backend',
      received: 'a closed one',
      remedy: 'Open a new one with openReference().',
    })
  }
}

class ReferenceArray extends BaseDeviceArray {
  readonly backend: ReferenceBackend
  /** Whether the user has seen the memory, which must then not be written again. */
  exposed = false
  #data: HostData | undefined
  readonly #bytes: number

  constructor(backend: ReferenceBackend, type: TensorType, data: HostData) {
    super(type)
    this.backend = backend
    this.#data = data
    this.#bytes = data.byteLength
    backend.ledger.watch(this, this.#bytes)
  }

  /** The memory, for kernels. */
  get memory(): HostData {
    this.backend.checkOpen('Using an array')
    return this.#data as HostData
  }

  protected override async read(): Promise<HostData> {
    this.exposed = true
    return this.memory
  }

  protected override release(): void {
    this.#data = undefined
    this.backend.ledger.unwatch(this, this.#bytes)
  }
}

class ReferenceExecutable implements Executable {
  readonly stats: ExecutableStats
  readonly #backend: ReferenceBackend
  readonly #inputs: readonly NodeOf<'input'>[]
  readonly #outputs: readonly TensorType[]
  readonly #donate: readonly number[]
  #program: Program | undefined

  constructor(backend: ReferenceBackend, graph: Graph, { donate = [], debug = false }: BackendCompileOptions) {
    const start = performance.now()
    const settings: ProgramSettings = makeSettings(backend.precision, debug)
    const program = buildProgram(graph, settings, { donate })
    this.#backend = backend
    this.#inputs = graph.inputs
    this.#outputs = graph.outputs.map(({ shape, dtype }) => ({ shape, dtype }))
    this.#donate = donate
    this.#program = program
    this.stats = {
      kernels: program.kernels,
      programs: new Set(program.steps.map((step) => step.node.operation)).size,
      bytes: program.bytes + settings.scratch.bytes,
      compileMilliseconds: performance.now() - start,
    }
    backend.ledger.add(program.buffers, this.stats.bytes)
  }

  async run(inputs: readonly DeviceArray[]): Promise<DeviceArray[]> {
    const program = this.#checkAlive()
    checkRunInputs(this.#backend, this.#inputs, inputs)
    const arrays = inputs as readonly ReferenceArray[]
    for (const [position, memory] of program.inputs.entries()) memory.bind(this.#takeInput(arrays, position))
    try {
      const results = this.#outputs.map(({ shape, dtype }, position) => {
        const donor = program.donors[position]
        const data =
          donor === undefined
            ? allocate(dtype, sizeOf(shape), this.#backend.precision)
            : (program.inputs[donor] as Memory).data
        ;(program.outputs[position] as Memory).bind(data)
        return data
      })
      program.run()
      for (const position of this.#donate) arrays[position]?.dispose()
      return results.map(
        (data, position) => new ReferenceArray(this.#backend, this.#outputs[position] as TensorType, data),
      )
    } catch (error) {
      // Half-written memory must not pass for the values that it held: what was to hold outputs is gone.
      for (const donor of program.donors) {
        const array = donor === undefined ? undefined : arrays[donor]
        if (array && !array.disposed && program.inputs[donor as number]?.data === array.memory) array.dispose()
      }
      throw error
    } finally {
      for (const memory of [...program.inputs, ...program.outputs]) memory.unbind()
    }
  }

  dispose(): void {
    if (!this.#program) return
    this.#backend.ledger.add(-this.#program.buffers, -this.stats.bytes)
    this.#program = undefined
  }

  #checkAlive(): Program {
    this.#backend.checkOpen('Executable.run')
    if (this.#program) return this.#program
    throw new BackendError({
      what: 'Executable.run',
      expected: 'an executable that is still alive',
      received: 'one that was disposed',
      remedy: 'Compile the graph again.',
    })
  }

  /** The memory of an input; a copy of it where it is donated but somebody else may still look at it. */
  #takeInput(arrays: readonly ReferenceArray[], position: number): HostData {
    const array = arrays[position] as ReferenceArray
    const { memory } = array
    if (!this.#donate.includes(position)) return memory
    const shared = array.exposed || arrays.some((other, at) => other === array && at !== position)
    return shared ? memory.slice() : memory
  }
}
