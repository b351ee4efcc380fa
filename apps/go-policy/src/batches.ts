// Which positions are learned from in which step, and from which side: a function of the seed and the step alone, so that a
// run that was interrupted goes on with the very positions that it would have had.
import { HostRandom } from '@deep-recipe/core-tensor'
import { prefetch } from '@deep-recipe/datasets'
import { symmetryCount } from '@deep-recipe/datasets/go'
import type { BatchSource, TrainingBatch } from '@deep-recipe/training'
import { encodePositions, type PositionIndex } from './positions.ts'

/** How positions are dealt out. */
export interface BatchOptions {
  readonly batchSize: number
  readonly seed: number
  /** Steps of an epoch of `fit`, which here is a part of the training after which it is measured: not a pass over the data. */
  readonly stepsPerPart: number
}

/**
 * A source of batches without end: the positions in a random order, then in another one, and so on; each turned or mirrored at
 * random.
 */
export function trainingBatches(positions: PositionIndex, options: BatchOptions): BatchSource {
  const { stepsPerPart } = options
  const deal = dealer(positions.length, options)
  return {
    length: stepsPerPart,
    epoch: (part, start) => prefetch(make(part * stepsPerPart + start, (part + 1) * stepsPerPart), 1),
  }

  function* make(from: number, to: number): Generator<TrainingBatch> {
    for (let step = from; step < to; step++) {
      const { chosen, symmetries } = deal(step)
      const { inputs, targets } = encodePositions(positions, chosen, symmetries)
      yield { inputs, targets }
    }
  }
}

/** Held-out positions in batches of one size; the last one is filled up with positions that do not count. */
export function measuringBatches(positions: PositionIndex, chosen: readonly number[], batchSize: number): BatchSource {
  const length = Math.ceil(chosen.length / batchSize)
  return {
    length,
    *epoch(_epoch, start) {
      for (let batch = start; batch < length; batch++) {
        const rows = chosen.slice(batch * batchSize, (batch + 1) * batchSize)
        const { inputs, targets } = encodePositions(positions, fill(rows, batchSize))
        const weights = Float32Array.from({ length: batchSize }, (_, row) => (row < rows.length ? 1 : 0))
        yield { inputs, targets, weights }
      }
    },
  }
}

/** Rows, and the first of them again until there are enough: one shape is compiled once. */
export function fill(rows: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, row) => rows[row] ?? (rows[0] as number))
}

/** Positions to measure on: all there are, or a random choice of so many, always the same for a seed. */
export function choosePositions(length: number, most: number, seed: number): number[] {
  if (length <= most) return Array.from({ length }, (_, position) => position)
  return Array.from(new HostRandom(seed).permutation(length).subarray(0, most)).sort((a, b) => a - b)
}

/** Positions and symmetries of a step. */
function dealer(length: number, { batchSize, seed }: BatchOptions) {
  const orders = new HostRandom(seed).fork(1)
  const turns = new HostRandom(seed).fork(2)
  let known: { readonly pass: number; readonly order: Int32Array } | undefined
  const orderOf = (pass: number): Int32Array => {
    if (known?.pass !== pass) known = { pass, order: orders.fork(pass).permutation(length) }
    return known.order
  }
  return (step: number) => {
    const random = turns.fork(step)
    const first = step * batchSize
    const chosen = Array.from({ length: batchSize }, (_, row) => {
      const at = first + row
      return orderOf(Math.floor(at / length))[at % length] as number
    })
    return { chosen, symmetries: chosen.map(() => random.integer(symmetryCount)) }
  }
}
