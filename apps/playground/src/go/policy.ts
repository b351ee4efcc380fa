// The trained policy on the page's backend: a position in, a share for each point out.
import { type Backend, compile, type Tensor } from '@deep-recipe/core-tensor'
import { type Board, encodePlanes } from '@deep-recipe/datasets/go'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import weights from '#trained/go.safetensors?inline'
import { decodeTrained, readDataAddress } from '../trained/trained-model.ts'
import { FEATURES, makePolicy, PLANES, SIZE } from './model.ts'

/** Reads the weights that came with the page. */
export function loadPolicy(backend: Backend): {
  /** [SIZE · SIZE]: how likely the network would play on each point for the side to move. */
  think(board: Board): Promise<ArrayLike<number>>
  close(): void
} {
  const model = makePolicy()
  const { params } = decodeTrained<null>(readDataAddress(weights), () => ({
    layer: model,
    inputShape: [PLANES, SIZE, SIZE],
  }))
  const read = compile(backend, (tensors: Params, planes: Tensor) =>
    model
      .apply(tensors, planes.expandDims(0), evaluation)
      .softmax()
      .reshape([SIZE * SIZE]),
  )
  return {
    async think(board) {
      const result = await read(params, encodePlanes(board, FEATURES))
      const shares = await result.data()
      result.dispose()
      return shares
    },
    close: () => read.dispose(),
  }
}
