// Batches of sequences of similar length: little padding, and few shapes, each of which is compiled once.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { DatasetError } from '../../errors.ts'
import { checkCount, checkSeed } from '../../options.ts'

/** How to choose bucket lengths. */
export interface ChooseBucketsOptions {
  /** At most this many lengths; default 6. */
  readonly buckets?: number
  /** Lengths are multiples of this (but at least the longest sequence's fits); default 1. */
  readonly multiple?: number
}

/**
 * The lengths, at most `buckets` of them, to which sequences are padded with the fewest padded steps in all.
 *
 * Exactly, by dynamic programming over the distinct lengths l₁ < … < l_m with counts n_i: the least padding of the first j
 * lengths in k buckets is P(j, k) = min over i < j of P(i, k − 1) + Σ_{i < s ≤ j} n_s (l_j − l_s).
 *
 * @param lengths of the sequences, each at least 0.
 * @returns ascending; the last holds the longest sequence. An empty list of lengths gives none.
 */
export function chooseBuckets(lengths: ArrayLike<number>, options: ChooseBucketsOptions = {}): number[] {
  const { buckets = 6, multiple = 1 } = options
  checkCount('chooseBuckets: buckets', buckets, 1)
  checkCount('chooseBuckets: multiple', multiple, 1)
  const counts = new Map<number, number>()
  for (let at = 0; at < lengths.length; at++) {
    checkCount(`chooseBuckets: length ${at}`, lengths[at] as number, 0)
    const rounded = Math.max(1, Math.ceil((lengths[at] as number) / multiple)) * multiple
    counts.set(rounded, (counts.get(rounded) ?? 0) + 1)
  }
  const sizes = [...counts.keys()].sort((left, right) => left - right)
  if (sizes.length <= buckets) return sizes
  // Prefix sums make the padding of a run of lengths two subtractions.
  const sequences = [0]
  const steps = [0]
  sizes.forEach((size, at) => {
    const count = counts.get(size) as number
    sequences.push((sequences[at] as number) + count)
    steps.push((steps[at] as number) + count * size)
  })
  const padding = (from: number, to: number): number =>
    (sizes[to - 1] as number) * ((sequences[to] as number) - (sequences[from] as number)) -
    ((steps[to] as number) - (steps[from] as number))
  let least = sizes.map((_, at) => padding(0, at + 1))
  const cuts: number[][] = []
  for (let bucket = 1; bucket < buckets; bucket++) {
    const previous = least
    const cut = new Array<number>(sizes.length).fill(0)
    least = sizes.map((_, last) => {
      let best = previous[last] as number
      for (let end = 1; end <= last; end++) {
        const candidate = (previous[end - 1] as number) + padding(end, last + 1)
        if (candidate >= best) continue
        best = candidate
        cut[last] = end
      }
      return best
    })
    cuts.push(cut)
  }
  const chosen: number[] = []
  let last = sizes.length - 1
  for (const cut of cuts.reverse()) {
    const end = cut[last] as number
    if (end === 0) continue
    chosen.unshift(sizes[last] as number)
    last = end - 1
  }
  return [sizes[last] as number, ...chosen]
}

/** Some sequences of one bucket. */
export interface LengthBatch {
  /** Numbers of the examples; where the bucket ran out, earlier ones of it again, with weight 0. */
  readonly examples: Int32Array
  /** Pad them to this. */
  readonly length: number
  /** The bucket, from 0 for the shortest. */
  readonly bucket: number
  /** Of shape [examples]: 1 for an example, 0 for one that only fills the batch. */
  readonly weights: HostNdArray<Float32Array>
  /** Examples of weight 1. */
  readonly count: number
  readonly epoch: number
  /** Number of the batch within its epoch, from 0. */
  readonly index: number
}

/** How to cut batches by length. */
export interface LengthBatchOptions extends ChooseBucketsOptions {
  readonly batchSize: number
  /** Lengths to pad to, ascending; default those that `chooseBuckets` finds. */
  readonly bucketLengths?: readonly number[]
  /**
   * Most steps in a batch, padding included: where sequences are long, batches hold fewer, so that memory stays bounded
   * (but always one). Default no limit.
   */
  readonly maximumSteps?: number
  /** Shuffles sequences within their bucket and the order of the batches, differently in each epoch. */
  readonly seed?: number
}

/** The batches of any epoch, beginning anywhere in it: the order depends on the seed and the epoch alone. */
export interface LengthBatches {
  /** Batches in an epoch. */
  readonly length: number
  /** What sequences are padded to. */
  readonly bucketLengths: readonly number[]
  /** @param start skip the batches before this one, to resume; default 0. */
  epoch(epoch: number, start?: number): Iterable<LengthBatch>
}

/**
 * Batches of sequences of similar length. All batches of a bucket have one shape: its last one is filled up with examples of
 * weight 0. A source for `fit` is made of it in a few lines:
 *
 * ```ts
 * const sentences = [[5, 6, 7], [8], [9, 5], [6, 6, 6]]
 * const cut = batchByLength(sentences.map(({ length }) => length), { batchSize: 2, seed: 1 })
 * const source = {
 *   length: cut.length,
 *   *epoch(epoch: number, start: number) {
 *     for (const { examples, length, weights } of cut.epoch(epoch, start)) {
 *       const inputs = padSequences([...examples].map((example) => sentences[example] ?? []), { length }).values
 *       yield { inputs, targets: inputs, weights }
 *     }
 *   },
 * }
 * console.log(source.length, cut.bucketLengths.join()) // 3 1,2,3
 * ```
 *
 * @param lengths of the sequences.
 * @throws DatasetError for options out of range, and for a sequence that is longer than the longest bucket.
 */
export function batchByLength(lengths: ArrayLike<number>, options: LengthBatchOptions): LengthBatches {
  const { batchSize, seed, maximumSteps = Number.MAX_SAFE_INTEGER } = options
  checkCount('batchByLength: batchSize', batchSize, 1)
  checkCount('batchByLength: maximumSteps', maximumSteps, 1)
  if (seed !== undefined) checkSeed('batchByLength: seed', seed)
  const bucketLengths = options.bucketLengths ?? chooseBuckets(lengths, options)
  const members = fillBuckets(lengths, bucketLengths)
  const sizes = bucketLengths.map((length, bucket) =>
    Math.max(1, Math.min(batchSize, Math.floor(maximumSteps / length), members[bucket]?.length ?? 1)),
  )
  const plan = members.flatMap((own, bucket) => {
    const size = sizes[bucket] as number
    return Array.from({ length: Math.ceil(own.length / size) }, (_, at) => ({ bucket, first: at * size }))
  })
  return {
    length: plan.length,
    bucketLengths,
    *epoch(epoch, start = 0) {
      checkCount('batchByLength: epoch', epoch, 0)
      checkCount('batchByLength: start', start, 0)
      const random = seed === undefined ? undefined : new HostRandom(seed).fork(epoch)
      const orders = members.map((own, bucket) => {
        const places = random?.fork(bucket).permutation(own.length)
        return places ? Int32Array.from(places, (place) => own[place] as number) : own
      })
      const sequence = random?.permutation(plan.length)
      for (let index = start; index < plan.length; index++) {
        const { bucket, first } = plan[sequence ? (sequence[index] as number) : index] as (typeof plan)[number]
        const own = orders[bucket] as Int32Array
        const size = sizes[bucket] as number
        const count = Math.min(size, own.length - first)
        yield {
          examples: Int32Array.from({ length: size }, (_, at) => own[(first + at) % own.length] as number),
          length: bucketLengths[bucket] as number,
          bucket,
          weights: ndarray(new Float32Array(size).fill(1, 0, count), [size]),
          count,
          epoch,
          index,
        }
      }
    },
  }
}

/** The examples of each bucket: those that fit into it and into no shorter one. */
function fillBuckets(lengths: ArrayLike<number>, bucketLengths: readonly number[]): Int32Array[] {
  const members = bucketLengths.map((): number[] => [])
  for (let example = 0; example < lengths.length; example++) {
    const length = lengths[example] as number
    const bucket = bucketLengths.findIndex((limit) => length <= limit)
    if (bucket < 0) {
      throw new DatasetError({
        what: `batchByLength: sequence ${example}`,
        expected: `at most ${bucketLengths.at(-1) ?? 0} steps`,
        received: String(length),
        remedy: 'Give greater bucketLengths, or let them be chosen.',
      })
    }
    members[bucket]?.push(example)
  }
  return members.map((own) => Int32Array.from(own))
}
