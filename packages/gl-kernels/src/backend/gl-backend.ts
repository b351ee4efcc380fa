// The backend: arrays and executables on one WebGL2 context.
import {
  type BackendCompileOptions,
  BackendError,
  type DeviceArray,
  type Executable,
  type Graph,
  type HostArray,
  type MemoryUse,
  sizeOf,
  type TensorType,
} from '@deep-recipe/core-tensor'
import type { GlContext } from '../device/context.ts'
import { GlDevice } from '../device/device.ts'
import { denseLayout } from '../kernel/layout.ts'
import { type ArrayMaker, GlArray, SharedTexture } from './gl-array.ts'
import { GlExecutable } from './gl-executable.ts'

/** Runs graphs as fragment shaders. Open it with `openGl`. */
export class GlBackend implements ArrayMaker {
  readonly name = 'gl'
  readonly description: string
  /** Whether it draws on the CPU, or may do so: then native CPU code is faster. */
  readonly isSoftware: boolean
  readonly device: GlDevice
  readonly #executables = new Set<GlExecutable>()

  constructor(context: GlContext) {
    this.device = new GlDevice(context)
    this.isSoftware = context.hardware !== true
    const kind = context.hardware === undefined ? 'unknown kind' : context.hardware ? 'hardware' : 'software'
    const largest = this.device.limits.maxTextureSize
    this.description = `WebGL2, ${context.renderer}, ${kind}, by ${context.origin}, textures up to ${largest}²`
  }

  /** Textures in use: those of live arrays and of executables. */
  memory(): MemoryUse {
    const { textures, bytes } = this.device.memory
    return { buffers: textures, bytes }
  }

  /** Bytes of textures that are kept for reuse; at most 256 MiB, and freed when room is short. */
  get idleBytes(): number {
    return this.device.memory.idleBytes
  }

  async compile(graph: Graph, options: BackendCompileOptions = {}): Promise<Executable> {
    this.device.check()
    const executable = new GlExecutable(this, graph, options, () => this.#executables.delete(executable))
    this.#executables.add(executable)
    return executable
  }

  upload(value: HostArray): DeviceArray {
    this.device.check()
    const size = sizeOf(value.shape)
    if (value.data.length !== size) {
      throw new BackendError({
        what: 'gl backend: upload',
        expected: `${size} numbers for the shape [${value.shape.join(', ')}]`,
        received: String(value.data.length),
        remedy: 'Make the host array with toHostArray.',
      })
    }
    const array = this.createArray(value)
    if (size > 0) this.device.write(array.place.texture, value.data)
    return array
  }

  /** A new array with undefined contents. */
  createArray({ shape, dtype }: TensorType): GlArray {
    const { width, height } = denseLayout(shape, this.device.limits)
    const texture = this.device.acquire(width, height, dtype === 'int32')
    return new GlArray(this, { shape, dtype }, new SharedTexture(this.device, texture))
  }

  close(): void {
    for (const executable of [...this.#executables]) executable.dispose()
    this.device.close()
  }
}
