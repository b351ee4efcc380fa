// What a place is worth whatever the stones say: one number for each distance from the two edges, learned with the rest.
import { type Shape, ShapeError, type Tensor, tensor, zeros } from '@deep-recipe/core-tensor'
import { flatten, type Layer, type TensorRecord } from '@deep-recipe/layers-core'

/** Distances from 0, on the edge, to 9, the middle of the largest board; what is farther counts as 9. */
const distances = 10

/**
 * Scores of places to logits of moves: z[y, x] = score[y, x] + b[d(y), d(x)], with d(i) = min(i, size − 1 − i) the distance
 * from the nearer edge.
 *
 * Since b is told by distances, it fits boards of every size; since d(y) and d(x) may be exchanged, it is the same in all
 * eight symmetries of the board. [batch, 1, size, size] → [batch, size²]. Parameters: `bias` [55].
 *
 * @throws ShapeError for anything but one feature map of a square board.
 */
export function placeBias(): Layer<TensorRecord> {
  return {
    name: 'placeBias',
    init: (_key, inputShape) => {
      checkBoard(inputShape)
      return { bias: zeros([(distances * (distances + 1)) / 2]) }
    },
    apply: ({ bias }, input, context) => {
      checkBoard(input.shape.slice(1))
      const size = input.shape[2] as number
      const places = (bias as Tensor).gather(tensor(listClasses(size)))
      return flatten().apply({}, input, context).add(places)
    },
  }
}

/** For each point of a board, row by row, which number of the bias is its own. */
export function listClasses(size: number): Int32Array {
  const distance = (at: number): number => Math.min(at, size - 1 - at, distances - 1)
  return Int32Array.from({ length: size * size }, (_, point) => {
    const [one, other] = [distance(Math.floor(point / size)), distance(point % size)]
    const [near, far] = [Math.min(one, other), Math.max(one, other)]
    return (far * (far + 1)) / 2 + near
  })
}

function checkBoard(shape: Shape): void {
  const [maps, height, width] = shape
  if (shape.length === 3 && maps === 1 && height === width) return
  throw new ShapeError({
    what: 'placeBias: input',
    expected: '[batch, 1, size, size]',
    received: `[batch, ${shape.join(', ')}]`,
    remedy: 'Put it after a convolution with one filter.',
  })
}
