// The random key of a training step, computed on the host so that a step costs one block of Threefry and no graph.
import { threefry2x32 } from '@deep-recipe/core-tensor'

/** The numbers of `foldInKey(randomKey(seed), step)`: int32[2]. */
export function stepKey(seed: number, step: number): Int32Array {
  const words = new Int32Array(2)
  threefry2x32(seed | 0, Math.floor(seed / 2 ** 32) | 0, step, 0, words, 0)
  return words
}
