// Arrays of the gl backend: rows of textures, given back when the arrays are disposed or dropped.
import { type Backend, BaseDeviceArray, type HostData, sizeOf, type TensorType } from '@deep-recipe/core-tensor'
import type { DeviceTexture, GlDevice, TexturePlace } from '../device/device.ts'

/** What an array needs of the backend that holds it. */
export interface TextureHolder extends Backend {
  readonly device: GlDevice
}

/** What an executable needs besides. */
export interface ArrayMaker extends TextureHolder {
  /** A new array with undefined contents. */
  createArray(type: TensorType): GlArray
}

/** A texture that several arrays may lie in; it goes back with the last of them. */
export class SharedTexture {
  readonly texture: DeviceTexture
  readonly #device: GlDevice
  #arrays = 0

  constructor(device: GlDevice, texture: DeviceTexture) {
    this.#device = device
    this.texture = texture
  }

  /** One array more lies in it. */
  take(): void {
    this.#arrays++
  }

  /** One array less. */
  giveBack(): void {
    if (--this.#arrays === 0) this.#device.release(this.texture)
  }
}

/** Gives back the texture of an array that was dropped without `dispose`. */
const dropped = new FinalizationRegistry<SharedTexture>((shared) => shared.giveBack())

/** An array in a texture of its own, or in some rows of one. */
export class GlArray extends BaseDeviceArray {
  readonly backend: TextureHolder
  readonly place: TexturePlace
  readonly #shared: SharedTexture

  constructor(backend: TextureHolder, { shape, dtype }: TensorType, shared: SharedTexture, row = 0) {
    super({ shape, dtype })
    this.backend = backend
    this.place = { texture: shared.texture, row }
    this.#shared = shared
    shared.take()
    dropped.register(this, shared, this)
  }

  protected async read(): Promise<HostData> {
    return this.backend.device.read(this.place, sizeOf(this.shape), this.dtype)
  }

  protected release(): void {
    dropped.unregister(this)
    this.#shared.giveBack()
  }
}
