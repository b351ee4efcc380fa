// A trained model as it travels into the page: weights as safetensors, what is needed beside them as JSON in their header.
import { randomKey, type Shape } from '@deep-recipe/core-tensor'
import type { Layer } from '@deep-recipe/layers-core'
import { decodeSafetensors, encodeSafetensors, type HostParams, nameTensors, placeTensors } from '@deep-recipe/training'

/** Weights on the host and whatever the model needs beside them. */
export interface TrainedModel<Extra> {
  readonly params: HostParams
  readonly extra: Extra
}

/** How long to train. */
export interface Effort {
  readonly epochs: number
  /** Of the examples, 0 to 1. */
  readonly share: number
}

/** The bytes of a file. */
export function encodeTrained<Extra>({ params, extra }: TrainedModel<Extra>): Uint8Array {
  return encodeSafetensors(nameTensors(params), { extra: JSON.stringify(extra) })
}

/**
 * What `encodeTrained` wrote, put into the structure of a layer's parameters.
 * @throws SafetensorsError, CheckpointError for bytes that are none, or of another model
 */
export function decodeTrained<Extra>(
  bytes: Uint8Array,
  makeLayer: (extra: Extra) => { readonly layer: Layer; readonly inputShape: Shape },
): TrainedModel<Extra> {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const extra = JSON.parse(metadata.extra ?? '{}') as Extra
  const { layer, inputShape } = makeLayer(extra)
  return { params: placeTensors(layer.init(randomKey(0), inputShape), tensors), extra }
}

/** The bytes behind a `data:` address, as the build puts files into the page. */
export function readDataAddress(address: string): Uint8Array {
  const text = atob(address.slice(address.indexOf(',') + 1))
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
