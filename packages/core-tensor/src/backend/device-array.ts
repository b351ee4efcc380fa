// The part of a DeviceArray that all backends share: reading it in the user's favourite form, and disposing it once.
import type { NdArray } from 'ndarray'
import { BackendError } from '../errors.ts'
import { type HostArray, type HostData, type NestedArray, toNdArray, toNested, toNumber } from '../host/host-array.ts'
import type { DType, Shape, TensorType } from '../trace/types.ts'
import type { Backend, DeviceArray } from './backend.ts'

/** Base class for the arrays of a backend: subclasses say how to read and how to release. */
export abstract class BaseDeviceArray implements DeviceArray {
  readonly shape: Shape
  readonly dtype: DType
  abstract readonly backend: Backend
  #disposed = false

  constructor(type: TensorType) {
    this.shape = type.shape
    this.dtype = type.dtype
  }

  get disposed(): boolean {
    return this.#disposed
  }

  /** Reads the numbers from the device. */
  protected abstract read(): Promise<HostData>

  /** Gives the storage back; called once. */
  protected abstract release(): void

  async data(): Promise<HostData> {
    if (this.#disposed) {
      throw new BackendError({
        what: `Reading an array of backend ${this.backend.name}`,
        expected: 'an array that is still alive',
        received: 'one that was disposed, or donated to a compiled function',
        remedy: 'Read it before, or use the new array that the function returned.',
      })
    }
    return this.read()
  }

  async host(): Promise<HostArray> {
    return { shape: this.shape, dtype: this.dtype, data: await this.data() }
  }

  async ndarray(): Promise<NdArray<HostData>> {
    return toNdArray(await this.host())
  }

  async array(): Promise<NestedArray> {
    return toNested(await this.host())
  }

  async item(): Promise<number> {
    return toNumber(await this.host())
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.release()
  }
}

/** Checks the inputs of a run against the graph: number, backend, aliveness, type. */
export function checkRunInputs(
  backend: Backend,
  expected: readonly (TensorType & { readonly attributes: { readonly name: string } })[],
  received: readonly DeviceArray[],
): void {
  const fail = (what: string, wanted: string, came: string, remedy: string): never => {
    throw new BackendError({ what, expected: wanted, received: came, remedy })
  }
  if (expected.length !== received.length) {
    fail('Executable.run', `${expected.length} inputs`, String(received.length), 'Pass one array for each graph input.')
  }
  expected.forEach((type, position) => {
    const array = received[position] as DeviceArray
    const what = `Executable.run: input ${position + 1} (${type.attributes.name})`
    if (array.backend !== backend) {
      fail(what, `an array of backend ${backend.name}`, `one of ${array.backend.name}`, 'Upload it to this backend.')
    }
    if (array.disposed) fail(what, 'a live array', 'a disposed or donated one', 'Keep it, or do not donate it.')
    if (array.dtype !== type.dtype || array.shape.join() !== type.shape.join()) {
      fail(
        what,
        `${type.dtype}[${type.shape.join(', ')}]`,
        `${array.dtype}[${array.shape.join(', ')}]`,
        'Compile for this type; `compile` does so by itself.',
      )
    }
  })
}
