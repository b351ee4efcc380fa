// The ONNX backend: whole graphs as ONNX models on ONNX Runtime's CPU kernels.
import {
  type Backend,
  type BackendCompileOptions,
  BackendError,
  type DeviceArray,
  type Executable,
  type Graph,
  type HostArray,
  type MemoryUse,
  ValueError,
} from '@deep-recipe/core-tensor'
import { lowerGraph } from '../lower/lower-graph.ts'
import { planUpdates } from '../update/plan-updates.ts'
import { measureBlock } from './measure-block.ts'
import { type ExecutableHolder, Ledger, OnnxArray } from './onnx-array.ts'
import { createExecutable } from './onnx-executable.ts'
import { loadRuntime, type OrtRuntime } from './runtime.ts'
import { countCores, SessionPool, type SessionSettings } from './sessions.ts'
import { Storage } from './storage.ts'

/** Options of the ONNX backend. */
export interface OnnxOptions {
  /** Threads per operator. Default: the physical cores that this process may use. */
  readonly threads?: number
  /**
   * Whether idle threads wait for work in a loop instead of asleep: it pays on a machine with nothing else to do, and costs
   * time where other programs want the cores. Default false.
   */
  readonly spin?: boolean
  /** Sessions that nobody uses any more but that are kept, in case the same graph is compiled again. Default 4. */
  readonly spareSessions?: number
}

/**
 * Opens the ONNX backend: graphs run on the CPU kernels of ONNX Runtime.
 *
 * @throws BackendError when the optional package onnxruntime-node is absent or does not load; ValueError for options out
 * of range.
 */
export async function openOnnx(options: OnnxOptions = {}): Promise<Backend> {
  const threads = checkCount('threads', options.threads ?? countCores(), 1)
  const spare = checkCount('spareSessions', options.spareSessions ?? 4, 0)
  const runtime = await loadRuntime()
  return new OnnxBackend(runtime, { threads, spin: options.spin ?? false, spare }, await measureBlock(runtime))
}

function checkCount(what: string, count: number, least: number): number {
  if (Number.isInteger(count) && count >= least) return count
  throw new ValueError({
    what: `openOnnx: ${what}`,
    expected: `a whole number from ${least} up`,
    received: String(count),
    remedy: 'Leave it out for the default.',
  })
}

export class OnnxBackend implements ExecutableHolder {
  readonly name = 'onnx'
  readonly description: string
  readonly runtime: OrtRuntime
  readonly sessions: SessionPool
  readonly ledger: Ledger = new Ledger()
  #closed = false

  readonly #block: number

  constructor(runtime: OrtRuntime, settings: SessionSettings, block: number) {
    this.runtime = runtime
    this.#block = block
    this.sessions = new SessionPool(runtime, settings)
    const { threads } = settings
    this.description = `ONNX Runtime ${runtime.version} on the CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
  }

  get closed(): boolean {
    return this.#closed
  }

  memory(): MemoryUse {
    return this.#closed ? { buffers: 0, bytes: 0 } : this.ledger.use
  }

  async compile(graph: Graph, options: BackendCompileOptions = {}): Promise<Executable> {
    this.checkOpen('compile')
    const start = performance.now()
    const watch = options.debug ?? false
    // Whoever looks for the first number that is not finite wants every node in the runtime.
    const plan = planUpdates(graph, watch ? Number.POSITIVE_INFINITY : undefined)
    const lowered = lowerGraph(plan.graph, { watch, block: this.#block })
    return createExecutable(this, { graph, lowered, plan }, options, start)
  }

  upload(value: HostArray): DeviceArray {
    this.checkOpen('upload')
    // A copy: the caller may fill the same array with the next batch.
    const { dtype, shape } = value
    const data =
      dtype === 'float32'
        ? new Float32Array(value.data)
        : dtype === 'int32'
          ? new Int32Array(value.data)
          : new Uint8Array(value.data)
    return new OnnxArray(this, value, new Storage(this.runtime.createTensor(dtype, data, shape)))
  }

  close(): void {
    this.#closed = true
    this.sessions.close()
  }

  /** Throws a BackendError when the backend is closed. */
  checkOpen(what: string): void {
    if (!this.#closed) return
    throw new BackendError({
      what: `${what} on backend onnx`,
      expected: 'an open backend',
      received: 'a closed one',
      remedy: 'Open a new one with openOnnx().',
    })
  }
}
