// A trained network on a backend, ready to be asked about any number of positions.
import { type Backend, compile, type HostArray, mapTree, type Tensor } from '@deep-recipe/core-tensor'
import { evaluation, type Layer, type Params } from '@deep-recipe/layers-core'
import type { HostParams } from '@deep-recipe/training'

/** A network with its parameters on a backend. */
export interface OpenNetwork {
  /** Planes [batch, planes, size, size] → log probabilities of the points, batch · size² numbers. */
  run(planes: HostArray): Promise<Float32Array>
  /** Frees it. */
  close(): void
}

/** Opens a network. It is compiled for each new shape of its input. */
export function openNetwork(layer: Layer, params: HostParams, backend: Backend): OpenNetwork {
  const logProbabilities = compile(backend, (weights: Params, planes: Tensor) =>
    layer.apply(weights, planes, evaluation).logSoftmax(),
  )
  const uploaded = mapTree(params, (leaf) => backend.upload(leaf as HostArray)) as Parameters<
    typeof logProbabilities
  >[0]
  return {
    async run(planes) {
      const output = await logProbabilities(uploaded, planes)
      try {
        return (await output.data()) as Float32Array
      } finally {
        output.dispose()
      }
    },
    close() {
      logProbabilities.dispose()
      mapTree(uploaded, (leaf) => (leaf as { dispose(): void }).dispose())
    },
  }
}
