// Trains the policy of the Go panel on games of a simple player.
import type { Backend } from '@deep-recipe/core-tensor'
import { generateGames, positionSource } from '@deep-recipe/datasets/go'
import { adam, fit, linearDecay, softmaxCrossEntropy } from '@deep-recipe/training'
import type { Effort, TrainedModel } from '../trained/trained-model.ts'
import { FEATURES, makePolicy, PLANES, SIZE } from './model.ts'

const BATCH = 64
/** Batches in what is called an epoch here. */
const BATCHES = 100

/** Trains it; some seconds on ONNX Runtime. */
export async function trainGo(backend: Backend, { epochs, share }: Effort): Promise<TrainedModel<null>> {
  const games = generateGames({ count: Math.ceil(400 * share), size: SIZE, seed: 1, temperature: 0.3 })
  const batches = Math.ceil(BATCHES * share)
  const source = positionSource(games, { features: FEATURES, batchSize: BATCH, seed: 1, batchesPerEpoch: batches })
  const { params } = await fit(makePolicy(), source, {
    backend,
    loss: softmaxCrossEntropy,
    optimizer: adam({ learningRate: linearDecay(0.003, 0.0001, epochs * batches) }),
    inputShape: [PLANES, SIZE, SIZE],
    epochs,
    seed: 1,
  })
  return { params, extra: null }
}
