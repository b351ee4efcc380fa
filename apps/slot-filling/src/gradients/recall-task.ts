// The laboratory's task: recall the first symbol of a sequence after all others have passed. Whoever learns it must bring a
// gradient from the last step back to the first.
import { type HostArray, HostRandom } from '@deep-recipe/core-tensor'
import type { BatchSource } from '@deep-recipe/training'

/** Different symbols; chance is one in so many. */
export const symbols = 4

/** Sequences of random symbols, 1-of-N: [count, steps, symbols], and the first symbol of each: int32 [count]. */
export interface RecallBatch {
  readonly inputs: HostArray
  readonly targets: HostArray
}

/** Draws sequences; the same seed gives the same ones. */
export function drawRecallBatch(random: HostRandom, count: number, steps: number): RecallBatch {
  const inputs = new Float32Array(count * steps * symbols)
  const targets = new Int32Array(count)
  for (let sequence = 0; sequence < count; sequence++) {
    for (let step = 0; step < steps; step++) {
      const symbol = random.integer(symbols)
      if (step === 0) targets[sequence] = symbol
      inputs[(sequence * steps + step) * symbols + symbol] = 1
    }
  }
  return {
    inputs: { shape: [count, steps, symbols], dtype: 'float32', data: inputs },
    targets: { shape: [count], dtype: 'int32', data: targets },
  }
}

/** How long sequences are, and how they come. */
export interface RecallSource {
  readonly steps: number
  readonly seed: number
  readonly batchSize: number
  /** Batches in what `fit` counts as an epoch. */
  readonly batchesPerEpoch: number
}

/** Ever new batches. */
export function recallSource({ steps, seed, batchSize, batchesPerEpoch }: RecallSource): BatchSource {
  const random = new HostRandom(seed)
  return {
    length: batchesPerEpoch,
    *epoch(epoch, start) {
      for (let index = start; index < batchesPerEpoch; index++) {
        yield drawRecallBatch(random.fork(epoch * batchesPerEpoch + index), batchSize, steps)
      }
    },
  }
}
