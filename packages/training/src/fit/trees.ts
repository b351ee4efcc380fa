// Parameters between host and device.
import {
  type Backend,
  type DeviceArray,
  type HostArray,
  type MapLeaves,
  mapTree,
  type Tensor,
} from '@deep-recipe/core-tensor'
import type { Params } from '@deep-recipe/layers-core'
import type { HostParams } from './callbacks.ts'

/** A tree with device arrays where it has tensors. */
export type OnDevice<T> = MapLeaves<T, Tensor, DeviceArray>

/** A tree with host arrays where it has tensors. */
export type OnHost<T> = MapLeaves<T, Tensor, HostArray>

/** Puts host parameters on a device. */
export function uploadTree(backend: Backend, params: HostParams): OnDevice<Params> {
  return mapTree(params, (leaf) => backend.upload(leaf as HostArray)) as OnDevice<Params>
}

/** Reads a tree of device arrays. */
export async function downloadTree<T>(tree: OnDevice<T>): Promise<OnHost<T>> {
  const pending: Promise<readonly [unknown, HostArray]>[] = []
  mapTree(tree, (leaf) => {
    pending.push((leaf as DeviceArray).host().then((array) => [leaf, array] as const))
  })
  const arrays = new Map(await Promise.all(pending))
  return mapTree(tree, (leaf) => arrays.get(leaf)) as OnHost<T>
}

/** Frees the device arrays of a tree. */
export function disposeTree(tree: unknown): void {
  mapTree(tree, (leaf) => (leaf as DeviceArray).dispose())
}
