// One epoch of slot filling in the shapes of the ATIS training file: 4,978 sentences in batches of 16, padded to six lengths,
// embedding 900 → 100, an LSTM of 100 units that obeys the mask, 122 tags, plain descent. The words themselves do not matter
// for the time; they come from a formula, the same one in pytorch.py.
import {
  type Backend,
  compile,
  type DeviceArray,
  evaluate,
  mapTree,
  randomKey,
  type Tensor,
  valueAndGrad,
} from '../../../packages/core-tensor/src/index.ts'
import { dense, embedding, type Params, sequential } from '../../../packages/layers-core/src/index.ts'
import { lstm, masked } from '../../../packages/layers-rnn/src/index.ts'
import { softmaxCrossEntropy } from '../../../packages/training/src/index.ts'

/** Padded length and number of batches, as bucketing by length makes them of that file. */
const buckets = [
  [8, 82],
  [11, 99],
  [14, 72],
  [18, 42],
  [25, 15],
  [46, 3],
] as const
const [batchSize, words, tags, units] = [16, 900, 122, 100]

/** Words and tags of all batches; 0 is padding, in both. */
function makeBatches(): { readonly length: number; readonly words: Int32Array; readonly tags: Int32Array }[] {
  return buckets.flatMap(([length, count], bucket) => {
    const shorter = bucket === 0 ? 0 : (buckets[bucket - 1] as readonly [number, number])[0]
    return Array.from({ length: count }, (_, batch) => {
      const [own, labels] = [new Int32Array(batchSize * length), new Int32Array(batchSize * length)]
      for (let row = 0; row < batchSize; row++) {
        const real = length - (row % (length - shorter))
        for (let step = 0; step < real; step++) {
          own[row * length + step] = 1 + ((row * 31 + step * 17 + batch * 13) % (words - 1))
          labels[row * length + step] = 1 + ((row * 7 + step * 5 + batch * 3) % (tags - 1))
        }
      }
      return { length, words: own, tags: labels }
    })
  })
}

/** Readies an epoch; `every` takes each so manieth batch of it only. */
export async function makeAtisEpoch(backend: Backend, every = 1): Promise<() => Promise<void>> {
  const model = masked(sequential(embedding(words, units), lstm(units), dense(tags)))
  const step = compile(
    backend,
    (params: Params, input: Tensor, target: Tensor) => {
      const { value, gradient } = valueAndGrad((current: Params) => {
        const logits = model.apply(current, input, { training: true })
        const real = target.notEqual(0).cast('float32')
        const [batch, time] = target.shape as [number, number]
        const losses = softmaxCrossEntropy(logits.reshape([batch * time, tags]), target.reshape([batch * time]))
        return losses
          .mul(real.reshape([batch * time]))
          .sum()
          .div(real.sum())
      })(params)
      const leaves = new Map<string, Tensor>()
      mapTree(gradient, (leaf, path) => leaves.set(path, leaf as Tensor))
      const next = mapTree(params, (leaf, path) => (leaf as Tensor).sub((leaves.get(path) as Tensor).mul(0.01)))
      return { value, next: next as Params }
    },
    { donate: [0] },
  )
  let params: unknown = await evaluate(backend, model.init(randomKey(1), [8]))
  const batches = makeBatches()
    .filter((_, i) => i % every === 0)
    .map(({ length, ...arrays }) => {
      const upload = (data: Int32Array): DeviceArray =>
        backend.upload({ shape: [batchSize, length], dtype: 'int32', data })
      return [upload(arrays.words), upload(arrays.tags)] as const
    })
  return async () => {
    for (const [input, target] of batches) {
      const { value, next } = await step(params as never, input, target)
      params = next
      await value.data()
      value.dispose()
    }
  }
}
