// Arrays of the gl backend: textures, given back when they are disposed or dropped.
import { type Backend, BaseDeviceArray, type HostData, sizeOf, type TensorType } from '@deep-recipe/core-tensor'
import type { DeviceTexture, GlDevice } from '../device/device.ts'

/** What an array needs of the backend that holds it. */
export interface TextureHolder extends Backend {
  readonly device: GlDevice
}

/** What an executable needs besides. */
export interface ArrayMaker extends TextureHolder {
  /** A new array with undefined contents. */
  createArray(type: TensorType): GlArray
}

/** Frees the texture of an array that was dropped without `dispose`. */
const dropped = new FinalizationRegistry<{ device: GlDevice; texture: DeviceTexture }>(({ device, texture }) => {
  device.release(texture)
})

/** An array in a texture. */
export class GlArray extends BaseDeviceArray {
  readonly backend: TextureHolder
  readonly texture: DeviceTexture

  constructor(backend: TextureHolder, { shape, dtype }: TensorType, texture: DeviceTexture) {
    super({ shape, dtype })
    this.backend = backend
    this.texture = texture
    dropped.register(this, { device: backend.device, texture }, this)
  }

  protected async read(): Promise<HostData> {
    return this.backend.device.read(this.texture, sizeOf(this.shape), this.dtype)
  }

  protected release(): void {
    dropped.unregister(this)
    this.backend.device.release(this.texture)
  }
}
