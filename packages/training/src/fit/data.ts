// Where fit gets its batches from: arrays, or any source that can begin an epoch at any batch.
import type { HostValue } from '@deep-recipe/core-tensor'
import { batches, type HostNdArray } from '@deep-recipe/datasets'

/** Examples to be worked on together. */
export interface TrainingBatch {
  /** [batch, ...] */
  readonly inputs: HostValue
  /** [batch, ...] */
  readonly targets: HostValue
  /** Of shape [batch]: how much each example counts. Default 1; padding has 0. */
  readonly weights?: HostValue
}

/** Batches by epoch. The same epoch gives the same batches each time, so that a run can be resumed. */
export interface BatchSource {
  /** Batches in an epoch. */
  readonly length: number
  /** The batches of an epoch, from batch number `start` on. */
  epoch(epoch: number, start: number): Iterable<TrainingBatch> | AsyncIterable<TrainingBatch>
}

/** A whole data set in memory; the arrays share their leading axis. */
export interface ArrayData {
  readonly inputs: HostNdArray
  readonly targets: HostNdArray
}

/** How to cut arrays into batches. */
export interface ArraySourceOptions {
  readonly batchSize: number
  /** Shuffle, differently in each epoch; without a seed the order stays. */
  readonly seed?: number
  /** Changes a batch as it is made, e.g. by augmentation; `step` counts batches from the beginning of the run. */
  readonly map?: (batch: ArrayData, step: number) => ArrayData
}

/**
 * A source that cuts arrays into batches of one size; the last one of an epoch is filled up with examples of weight 0.
 *
 * @throws DatasetError for arrays of different lengths.
 */
export function arraySource(data: ArrayData, options: ArraySourceOptions): BatchSource {
  const { batchSize, seed, map } = options
  const size = Math.min(batchSize, Math.max(1, data.inputs.shape[0] ?? 1))
  const cut = (epoch: number, start: number) =>
    batches({ inputs: data.inputs, targets: data.targets }, { batchSize: size, seed, epoch, start, pad: 'wrap' })
  const { length } = cut(0, 0)
  return {
    length,
    *epoch(epoch, start) {
      for (const batch of cut(epoch, start)) {
        const changed = map ? map(batch.data, epoch * length + batch.index) : batch.data
        yield { inputs: changed.inputs, targets: changed.targets, weights: batch.weights }
      }
    },
  }
}

/** A source from whatever fit was given. */
export function toSource(data: BatchSource | ArrayData, options: ArraySourceOptions): BatchSource {
  return 'epoch' in data ? data : arraySource(data, options)
}

/** A batch with weights. */
export function withWeights(batch: TrainingBatch, count: number): Required<TrainingBatch> {
  return { ...batch, weights: batch.weights ?? new Float32Array(count).fill(1) }
}
