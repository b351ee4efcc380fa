// Arrays of the ONNX backend: host memory that sessions read and write in place, and a ledger of what is alive.
import { type Backend, BaseDeviceArray, type HostData, type MemoryUse, type TensorType } from '@deep-recipe/core-tensor'
import type { OrtRuntime } from './runtime.ts'
import type { SessionPool } from './sessions.ts'
import type { Storage } from './storage.ts'

/** Counts what is alive. Arrays that were dropped instead of disposed are counted out when they are collected. */
export class Ledger {
  #buffers = 0
  #bytes = 0
  readonly #dropped = new FinalizationRegistry<number>((bytes) => this.#remove(bytes))

  get use(): MemoryUse {
    return { buffers: this.#buffers, bytes: this.#bytes }
  }

  add(array: OnnxArray, bytes: number): void {
    this.#buffers++
    this.#bytes += bytes
    this.#dropped.register(array, bytes, array)
  }

  remove(array: OnnxArray, bytes: number): void {
    this.#remove(bytes)
    this.#dropped.unregister(array)
  }

  #remove(bytes: number): void {
    this.#buffers--
    this.#bytes -= bytes
  }
}

/** What an array needs of the backend that holds it. */
export interface ArrayHolder extends Backend {
  readonly ledger: Ledger
  readonly closed: boolean
  /** Throws a BackendError when the backend is closed. */
  checkOpen(what: string): void
}

/** What an executable needs besides. */
export interface ExecutableHolder extends ArrayHolder {
  readonly runtime: OrtRuntime
  readonly sessions: SessionPool
}

/** A value in host memory. The memory is never written again, so arrays may share it. */
export class OnnxArray extends BaseDeviceArray {
  readonly backend: ArrayHolder
  readonly #storage: Storage
  readonly #bytes: number

  constructor(backend: ArrayHolder, type: TensorType, storage: Storage) {
    super({ shape: type.shape, dtype: type.dtype })
    this.backend = backend
    this.#storage = storage.retain()
    this.#bytes = storage.bytes
    backend.ledger.add(this, this.#bytes)
  }

  /** What a session reads. */
  get storage(): Storage {
    this.backend.checkOpen('Using an array')
    return this.#storage
  }

  protected override async read(): Promise<HostData> {
    return this.storage.expose()
  }

  protected override release(): void {
    if (!this.backend.closed) this.backend.ledger.remove(this, this.#bytes)
    this.#storage.release()
  }
}
