// Cuts a data set into batches: in an order that depends on the seed and the epoch alone, so that training can stop
// after any batch and go on later with the next one.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import type { HostNdArray } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { checkCount, checkSeed } from '../options.ts'
import { type ArrayTree, countExamples, gatherTree } from './array-tree.ts'

/** Where in the training a batch stands. */
export interface BatchPosition {
  readonly epoch: number
  /** Number of the batch within its epoch, from 0. */
  readonly index: number
}

/** Some examples, to be worked on together. */
export interface Batch<Data> extends BatchPosition {
  /** The examples: the data set's own form, or what `map` made of it. */
  readonly data: Data
  /** Of shape [size]: 1 for an example, 0 for padding. */
  readonly weights: HostNdArray<Float32Array>
  /** Examples that are not padding. */
  readonly count: number
}

/** Batches of one epoch; each iteration begins anew. */
export interface BatchSequence<Data> extends Iterable<Batch<Data>> {
  /** Number of batches in the whole epoch, whatever `start` is. */
  readonly length: number
}

/** How to cut batches. */
export interface BatchOptions {
  readonly batchSize: number
  /** Shuffles, differently in each epoch; without a seed the examples stay in order. */
  readonly seed?: number | undefined
  /** Default 0. */
  readonly epoch?: number | undefined
  /**
   * What to do where the last batch is not full: `keep` it short (default); `drop` it; or `wrap`: fill it up with
   * examples from the beginning of the epoch, of weight 0, so that all batches have one shape, as a compiled step wants.
   */
  readonly pad?: 'keep' | 'drop' | 'wrap' | undefined
  /** Skip the batches before this one, to resume; default 0. */
  readonly start?: number | undefined
}

/** Changes each batch as it is made, e.g. by augmentation. */
export interface BatchMap<Data, Mapped> {
  readonly map: (data: Data, position: BatchPosition) => Mapped
}

/**
 * The batches of one epoch.
 *
 * @param dataset named arrays that share their leading axis, e.g. `{ images: [n, 28, 28], labels: [n] }`.
 * @returns an iterable of batches whose arrays have the leading axis `batchSize` (the last one shorter with `keep`).
 * @throws DatasetError for arrays that do not share their leading axis, for options out of range, and where `drop`
 *   would leave no batch at all.
 */
export function batches<Data extends ArrayTree, Mapped>(
  dataset: Data,
  options: BatchOptions & BatchMap<Data, Mapped>,
): BatchSequence<Mapped>
export function batches<Data extends ArrayTree>(dataset: Data, options: BatchOptions): BatchSequence<Data>
export function batches<Data extends ArrayTree>(
  dataset: Data,
  options: BatchOptions & Partial<BatchMap<Data, unknown>>,
): BatchSequence<unknown> {
  const { batchSize, seed, epoch = 0, pad = 'keep', start = 0, map } = options
  checkCount('batches: batchSize', batchSize, 1)
  checkCount('batches: epoch', epoch, 0)
  checkCount('batches: start', start, 0)
  if (seed !== undefined) checkSeed('batches: seed', seed)
  const total = countExamples(dataset)
  const length = pad === 'drop' ? Math.floor(total / batchSize) : Math.ceil(total / batchSize)
  if (length === 0) {
    throw new DatasetError({
      what: 'batches',
      expected: `at least ${pad === 'drop' ? batchSize : 1} examples`,
      received: String(total),
      remedy: "Use a smaller batchSize, or pad: 'wrap'.",
    })
  }
  return {
    length,
    *[Symbol.iterator](): Iterator<Batch<unknown>> {
      const order = orderExamples(total, seed, epoch)
      for (let index = start; index < length; index++) {
        const first = index * batchSize
        const count = Math.min(batchSize, total - first)
        const size = pad === 'wrap' ? batchSize : count
        const examples = Int32Array.from({ length: size }, (_, at) => order[(first + at) % total] as number)
        const weights = ndarray(new Float32Array(size).fill(1, 0, count), [size])
        const data = gatherTree(dataset, examples)
        yield { data: map ? map(data, { epoch, index }) : data, weights, count, epoch, index }
      }
    },
  }
}

/** The order of the examples in an epoch: a function of the seed and the epoch, not of what was drawn before. */
function orderExamples(total: number, seed: number | undefined, epoch: number): Int32Array {
  if (seed === undefined) return Int32Array.from({ length: total }, (_, at) => at)
  return new HostRandom(seed).fork(epoch).permutation(total)
}
