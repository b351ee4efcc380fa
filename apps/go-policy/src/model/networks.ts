// The two networks: the convolutional one, and the fully connected one that it is compared with.
import { conv2d } from '@deep-recipe/layers-cnn'
import { dense, flatten, heNormal, type Layer, relu, sequential, zerosInitializer } from '@deep-recipe/layers-core'
import { placeBias } from './place-bias.ts'

/** The networks by name. */
export type NetworkName = 'cnn' | 'dense'

/** What decides the shapes of both. */
export interface NetworkSizes {
  /** Convolutions of the CNN before the last, which gives a number for each place. */
  readonly layers: number
  /** Feature maps of each. */
  readonly filters: number
  /** Units in each of the two hidden layers of the fully connected network. */
  readonly hidden: number
}

/**
 * Planes of a position to a logit for each point: [batch, planes, size, size] → [batch, size²].
 *
 * - `cnn`: a 5×5 convolution, then 3×3 ones, then 1×1 with one filter and a bias for each place (Maddison and others, "Move
 *   evaluation in Go using deep convolutional neural networks", 2015, at a size that a CPU trains in minutes). No pooling:
 *   where a stone stands is what counts. Nothing in it depends on the size of the board, so it plays on others as well.
 * - `dense`: two hidden layers, each unit of which sees the whole board. It knows the size that it was trained on.
 */
export function buildNetwork(name: NetworkName, size: number, { layers, filters, hidden }: NetworkSizes): Layer {
  const weightInitializer = heNormal
  if (name === 'dense') {
    const options = { activation: relu, weightInitializer }
    return sequential(flatten(), dense(hidden, options), dense(hidden, options), dense(size * size))
  }
  const options = { padding: 'same', activation: relu, weightInitializer } as const
  return sequential(
    conv2d(filters, 5, options),
    ...Array.from({ length: layers - 1 }, () => conv2d(filters, 3, options)),
    // From zero: the first guess is that all places are alike, at a loss of log size².
    conv2d(1, 1, { useBias: false, weightInitializer: zerosInitializer }),
    placeBias(),
  )
}
