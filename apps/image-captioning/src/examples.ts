// Captioned pictures and clips, and the batches in which each comes with some of its captions.
import { HostRandom } from '@deep-recipe/core-tensor'
import { otherIndex, paddingIndex, type Vocabulary } from '@deep-recipe/datasets/words'
import type { BatchSource, TrainingBatch } from '@deep-recipe/training'
import { encodeCaption, firstWord } from './words.ts'

/** What a captioner is shown: any number of views, in memory or on disk. */
export interface Views {
  readonly count: number
  /** Of one: [3, size, size] of a picture, [frames, 3, size, size] of a clip, [channels, height, width] of features. */
  readonly shape: readonly number[]
  /** The numbers of one view: bytes of pictures, or features. */
  read(index: number): Uint8Array | Float32Array
}

/** Views and what is said of them. */
export interface Examples {
  readonly views: Views
  /** At least one caption for each. */
  readonly captions: readonly (readonly string[])[]
  /** File names, for people; what is generated has none. */
  readonly names?: readonly string[]
}

/** How to cut examples into batches. */
export interface BatchOptions {
  readonly vocabulary: Vocabulary
  /** Words of a caption, the end included, that are learned. */
  readonly steps: number
  readonly batchSize: number
  /** Captions of each view in a row, all different as far as it has so many. Default 1. */
  readonly captions?: number
  /** Shuffles, and draws the captions, differently in each epoch. Without, the order stays and the first captions are taken. */
  readonly seed?: number
  /** Share of the words before that a captioner does not get to read while it learns: it must look instead. Default 0. */
  readonly wordDropout?: number
}

/** Numbers in one view. */
export function sizeOfView({ shape }: Pick<Views, 'shape'>): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** Views in memory, one after the other in one array. */
export function viewsInMemory(data: Uint8Array | Float32Array, shape: readonly number[]): Views {
  const size = sizeOfView({ shape })
  const read = (index: number): Uint8Array | Float32Array => data.subarray(index * size, (index + 1) * size)
  return { count: data.length / size, shape, read }
}

/** The examples of these numbers; nothing is copied. */
export function takeExamples({ views, captions, names }: Examples, indices: readonly number[]): Examples {
  return {
    views: { count: indices.length, shape: views.shape, read: (row) => views.read(indices[row] as number) },
    captions: indices.map((i) => captions[i] ?? []),
    ...(names && { names: indices.map((i) => names[i] ?? '') }),
  }
}

/** Views `from` to `to` as one float32 array [count, ...view], for decoding. */
export function joinViews(
  views: Views,
  from: number,
  to: number,
): { shape: number[]; dtype: 'float32'; data: Float32Array } {
  const size = sizeOfView(views)
  const data = new Float32Array((to - from) * size)
  for (let row = from; row < to; row++) data.set(views.read(row), (row - from) * size)
  return { shape: [to - from, ...views.shape], dtype: 'float32', data }
}

/** Examples of which there is no end: no epoch has those of another one. */
export interface EndlessExamples {
  /** How many make an epoch. */
  readonly count: number
  /** Those from number `first` on. */
  draw(first: number, count: number): Examples
}

/**
 * Batches for training. `fit` hands one array to a model: each row holds the numbers of a view, then for each of some of its
 * captions `steps` words that are read (start, the caption) and as many that are to be said (the caption, end), and for each
 * symbol the share of all captions of the view that have it. All batches have the same size; what fills up the last one has
 * weight 0.
 */
export function captionSource(examples: Examples, options: BatchOptions): BatchSource {
  const { views } = examples
  const { vocabulary, seed } = options
  const batchSize = Math.min(options.batchSize, Math.max(1, views.count))
  const encoded = encodeAll(examples.captions, options)
  const length = Math.ceil(views.count / batchSize)
  return {
    length,
    *epoch(epoch, start): Iterable<TrainingBatch> {
      const random = seed === undefined ? undefined : new HostRandom(seed).fork(epoch)
      const order = random?.permutation(views.count)
      for (let batch = start; batch < length; batch++) {
        const rows = Array.from({ length: batchSize }, (_, row): Row => {
          const position = batch * batchSize + row
          const index = order?.[position % views.count] ?? position % views.count
          // A stream of its own for each example of each epoch: an epoch may begin at any batch.
          return { ...encoded[index], view: views.read(index), random: random?.fork(index) } as Row
        })
        const real = Math.min(batchSize, views.count - batch * batchSize)
        yield makeBatch(rows, real, vocabulary.size, options)
      }
    },
  }
}

/** The same for examples without end. They come in random order already; each epoch goes on where the one before it ended. */
export function endlessSource(
  examples: EndlessExamples,
  options: BatchOptions & { readonly seed: number },
): BatchSource {
  const batchSize = Math.min(options.batchSize, examples.count)
  const length = Math.ceil(examples.count / batchSize)
  return {
    length,
    *epoch(epoch, start): Iterable<TrainingBatch> {
      for (let batch = start; batch < length; batch++) {
        const first = (epoch * length + batch) * batchSize
        const { views, captions } = examples.draw(first, batchSize)
        const rows = encodeAll(captions, options).map(
          (encoded, row): Row => ({
            ...encoded,
            view: views.read(row),
            random: new HostRandom(options.seed).fork(first + row),
          }),
        )
        yield makeBatch(rows, batchSize, options.vocabulary.size, options)
      }
    },
  }
}

/** The captions of a view as numbers, and for each symbol the share of them that have it. */
interface EncodedCaptions {
  readonly words: readonly Int32Array[]
  readonly shares: ReadonlyMap<number, number>
}

/** What becomes one row of a batch. */
interface Row extends EncodedCaptions {
  readonly view: Uint8Array | Float32Array
  /** Draws which of the captions are to be said, and what is left out. */
  readonly random: HostRandom | undefined
}

function encodeAll(captions: Examples['captions'], { vocabulary, steps }: BatchOptions): EncodedCaptions[] {
  return captions.map((all) => {
    const words = all.map((caption) => encodeCaption(caption, vocabulary, steps))
    return { words, shares: shareOfCaptions(words) }
  })
}

/** A batch of which the first `real` rows count. */
function makeBatch(
  rows: readonly Row[],
  real: number,
  symbols: number,
  { steps, captions = 1, wordDropout = 0 }: BatchOptions,
): TrainingBatch {
  const size = rows[0]?.view.length ?? 0
  const width = size + 2 * steps * captions + symbols
  const inputs = new Float32Array(rows.length * width)
  rows.forEach(({ view, words, shares, random }, number) => {
    inputs.set(view, number * width)
    let place = number * width + size
    for (const said of chooseCaptions(words, captions, random)) {
      inputs.set(said.subarray(0, steps), place)
      inputs.set(said.subarray(1), place + steps)
      if (random && wordDropout > 0) forget(inputs.subarray(place + 1, place + steps), wordDropout, random)
      place += 2 * steps
    }
    for (const [symbol, share] of shares) inputs[place + symbol] = share
  })
  return {
    inputs: { shape: [rows.length, width], dtype: 'float32', data: inputs },
    targets: { shape: [rows.length], dtype: 'int32', data: new Int32Array(rows.length) },
    weights: Float32Array.from({ length: rows.length }, (_, number) => (number < real ? 1 : 0)),
  }
}

/** So many of the captions of a view, each once before any comes again. */
function chooseCaptions(all: readonly Int32Array[], count: number, random: HostRandom | undefined): Int32Array[] {
  const order = random?.permutation(all.length)
  return Array.from({ length: count }, (_, i) => {
    const place = i % all.length
    return all[order?.[place] ?? place] as Int32Array
  })
}

/** Symbols of any of the captions, each with the share of the captions that have it; marks and rare words left out. */
function shareOfCaptions(captions: readonly Int32Array[]): Map<number, number> {
  const shares = new Map<number, number>()
  for (const caption of captions) {
    for (const symbol of new Set(caption)) {
      if (symbol >= firstWord) shares.set(symbol, (shares.get(symbol) ?? 0) + 1 / captions.length)
    }
  }
  return shares
}

/** Makes some of the words before into words that nobody knows. */
function forget(words: Float32Array, share: number, random: HostRandom): void {
  for (let i = 0; i < words.length; i++) {
    if (words[i] !== paddingIndex && random.uniform() < share) words[i] = otherIndex
  }
}
