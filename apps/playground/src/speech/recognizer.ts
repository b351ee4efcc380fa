// The trained recognizer on the page's backend: a sound in, digits with their times and the probabilities behind them out.
import { type Backend, compile, type Tensor, toNdArray } from '@deep-recipe/core-tensor'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import { type Decoded, decodeBestPath } from '@deep-recipe/sequence-losses'
import weights from '#trained/speech.safetensors?inline'
import { decodeTrained, readDataAddress } from '../trained/trained-model.ts'
import { FILTERS, type Heard, hear, STACK, STEPS } from './features.ts'
import { CLASSES, makeRecognizer } from './model.ts'

/** What was recognized. */
export interface Recognized extends Heard {
  readonly decoded: Decoded
  /** [STEPS · CLASSES]: probabilities, class 0 is nothing. */
  readonly shares: Float32Array
}

/** Reads the weights that came with the page. */
export function loadRecognizer(backend: Backend): {
  recognize(samples: Float32Array, rate: number): Promise<Recognized>
  close(): void
} {
  const model = makeRecognizer()
  const { params } = decodeTrained<null>(readDataAddress(weights), () => ({
    layer: model,
    inputShape: [STEPS, STACK * FILTERS],
  }))
  const read = compile(backend, (tensors: Params, features: Tensor) =>
    model.apply(tensors, features.expandDims(0), evaluation).softmax().reshape([STEPS, CLASSES]),
  )
  return {
    async recognize(samples, rate) {
      const heard = hear(samples, rate)
      const result = await read(params, heard.features)
      const shares = Float32Array.from(await result.data())
      result.dispose()
      const logits = toNdArray({
        shape: [STEPS, CLASSES],
        dtype: 'float32',
        data: shares.map((share) => Math.log(share + 1e-12)),
      })
      return { ...heard, shares, decoded: decodeBestPath(logits, { length: Math.max(1, heard.steps) }) }
    },
    close: () => read.dispose(),
  }
}
