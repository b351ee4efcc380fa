// The k largest of many numbers, in primitives that every backend has: blocks first, then the blocks that can matter.
import { arange, formatShape, ShapeError, scan, type Tensor } from '@deep-recipe/core-tensor'
import { checkCount } from '../check.ts'

/** The largest of each row, largest first, and where they stand. */
export type Largest = {
  /** [rows, count]. */
  readonly values: Tensor
  /** int32 [rows, count]. */
  readonly places: Tensor
}

/** Numbers in a block. */
const blockSize = 64

/** Lower than anything that is looked for. */
const lowest = -3e38

/**
 * The `count` largest numbers of each row. The rows are cut into blocks; the largest numbers stand in the `count` blocks with
 * the largest maxima, so that all but one pass over the rows work on little.
 *
 * @param values [rows, width]; NaN never comes back, and nothing below −3·10³⁸.
 * @param count from 1 to the width.
 * @throws ShapeError for values that are no rows, or too few of them in a row.
 */
export function selectLargest(values: Tensor, count: number): Largest {
  const [rows, width] = values.shape as readonly [number, number]
  checkCount('selectLargest: count', count)
  if (values.rank !== 2 || count > width) {
    throw new ShapeError({
      what: 'selectLargest: values',
      expected: `rows of at least ${count} numbers`,
      received: formatShape(values.shape),
      remedy: 'Ask for fewer.',
    })
  }
  const blocks = Math.ceil(width / blockSize)
  if (blocks <= count) return selectOneByOne(values, count)
  const padded = values.pad(
    [
      [0, 0],
      [0, blocks * blockSize - width],
    ],
    lowest,
  )
  const cut = padded.reshape([rows, blocks, blockSize])
  const { places: chosen } = selectOneByOne(cut.max(-1), count)
  const offsets = arange(rows).expandDims(1).mul(blocks)
  const open = cut.reshape([rows * blocks, blockSize]).gather(chosen.add(offsets)) // [rows, count, blockSize]
  const largest = selectOneByOne(open.reshape([rows, count * blockSize]), count)
  // A place p of the open blocks is the place p mod size of the block chosen[p / size].
  const opened = largest.places.div(blockSize)
  const inside = largest.places.sub(opened.mul(blockSize))
  const rowOffsets = arange(rows).expandDims(1).mul(count)
  const block = chosen.reshape([rows * count]).gather(opened.add(rowOffsets))
  return { values: largest.values, places: block.mul(blockSize).add(inside) }
}

/** Takes the largest of each row, `count` times. */
function selectOneByOne(values: Tensor, count: number): Largest {
  const [, width] = values.shape as readonly [number, number]
  const numbers = arange(width)
  const [, largest] = scan(
    (rest: Tensor): readonly [Tensor, Largest] => {
      const places = rest.argMax()
      const next = numbers.equal(places.expandDims(1)).where(lowest, rest)
      return [next, { values: rest.max(-1), places }]
    },
    values,
    undefined,
    { length: count },
  )
  return { values: largest.values.transpose(), places: largest.places.transpose() }
}
