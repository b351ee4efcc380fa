// The network of the digits panel. Dropout, noise and decay are inputs of the step, so that a slider needs no new compilation.
import {
  type Backend,
  type Compiled,
  compile,
  type DeviceArray,
  flattenTree,
  foldInKey,
  type HostArray,
  type MapLeaves,
  randomKey,
  randomNormal,
  splitKey,
  type Tensor,
  tensor,
  valueAndGrad,
} from '@deep-recipe/core-tensor'
import { dense, evaluation, flatten, type Layer, type Params, relu, sequential } from '@deep-recipe/layers-core'
import { decayWeights, dropout } from '@deep-recipe/regularizers'
import { accuracy, adam, type OptimizerState, softmaxCrossEntropy } from '@deep-recipe/training'

/** What the sliders set. */
export interface Controls {
  /** Share of hidden units that a step leaves out. */
  readonly dropout: number
  /** Deviation of the Gaussian noise on the training images. */
  readonly noise: number
  /** λ of w ← (1 − λ) w. */
  readonly decay: number
}

/** Images [count, 28, 28] and their digits [count]. */
export interface DigitBatch {
  readonly images: HostArray
  readonly labels: HostArray
}

/** 28 × 28 pixels → two hidden layers → ten digits. */
function makeNetwork(rate: Tensor): Layer {
  const drop = dropout(() => rate)
  return sequential(flatten(), dense(128, { activation: relu }), drop, dense(64, { activation: relu }), drop, dense(10))
}

const optimizer = adam({ learningRate: 0.002 })
const still = makeNetwork(tensor(0))

type Trained = { readonly params: Params; readonly state: OptimizerState }
/** The same on the backend. */
type TrainedArrays = MapLeaves<Trained, Tensor, DeviceArray>

function begin(seed: Tensor): Trained {
  const params = still.init(seed, [28, 28])
  return { params, state: optimizer.init(params) }
}

/** Noise on the images, dropout inside, Adam, then decay. `controls` are dropout, noise and λ. */
function takeStep(
  { params, state }: Trained,
  images: Tensor,
  labels: Tensor,
  controls: Tensor,
  number: Tensor,
): Trained & { loss: Tensor } {
  const [rate, noise, decay] = [0, 1, 2].map((place) => controls.at(place).reshape([])) as [Tensor, Tensor, Tensor]
  const [noiseKey, dropKey] = splitKey(foldInKey(randomKey(1), number))
  const model = makeNetwork(rate)
  const noisy = images.add(randomNormal(noiseKey, images.shape).mul(noise))
  const measure = (weights: Params): Tensor =>
    softmaxCrossEntropy(model.apply(weights, noisy, { training: true, key: dropKey, progress: rate }), labels).mean()
  const { value, gradient } = valueAndGrad(measure)(params)
  // w ← (1 − λ) w − η ∂L/∂w, for weights and not for biases.
  const update = optimizer.update(gradient, state, decayWeights(params, decay))
  return { params: update.params, state: update.state, loss: value }
}

const measureAccuracy = (params: Params, images: Tensor, labels: Tensor): Tensor =>
  accuracy.measure(still.apply(params, images, evaluation), labels).mean()

const readProbabilities = (params: Params, image: Tensor): Tensor =>
  still.apply(params, image, evaluation).softmax().reshape([10])

/** A network in training. Its parameters stay on the backend. */
export class DigitsNetwork {
  readonly #begin: Compiled<[Tensor], Trained>
  readonly #step: Compiled<Parameters<typeof takeStep>, ReturnType<typeof takeStep>>
  readonly #accuracy: Compiled<Parameters<typeof measureAccuracy>, Tensor>
  readonly #probabilities: Compiled<Parameters<typeof readProbabilities>, Tensor>
  #trained: TrainedArrays | undefined
  #steps = 0

  constructor(backend: Backend) {
    this.#begin = compile(backend, begin)
    this.#step = compile(backend, takeStep, { donate: [0] })
    this.#accuracy = compile(backend, measureAccuracy)
    this.#probabilities = compile(backend, readProbabilities)
  }

  /** Steps since it began. */
  get steps(): number {
    return this.#steps
  }

  /** Begins anew, with other first weights for another seed. */
  async restart(seed: number): Promise<void> {
    const trained = await this.#begin({ shape: [2], dtype: 'int32', data: Int32Array.of(seed, 0) })
    this.#release()
    this.#trained = trained
    this.#steps = 0
  }

  /** One step on a batch; gives its loss. */
  async train(batch: DigitBatch, { dropout, noise, decay }: Controls): Promise<number> {
    const controls = { shape: [3], dtype: 'float32' as const, data: Float32Array.of(dropout, noise, decay) }
    const number = { shape: [], dtype: 'int32' as const, data: Int32Array.of(this.#steps) }
    const { loss, ...next } = await this.#step(this.#current(), batch.images, batch.labels, controls, number)
    this.#trained = next
    this.#steps++
    const value = await loss.item()
    loss.dispose()
    return value
  }

  /** Share of images that are read rightly. */
  async measure(batch: DigitBatch): Promise<number> {
    return take(await this.#accuracy(this.#current().params, batch.images, batch.labels))
  }

  /** Probabilities of the ten digits for one image [1, 28, 28]. */
  async read(image: HostArray): Promise<ArrayLike<number>> {
    const result = await this.#probabilities(this.#current().params, image)
    const data = await result.data()
    result.dispose()
    return data
  }

  /** Gives all memory back. */
  close(): void {
    this.#release()
    for (const compiled of [this.#begin, this.#step, this.#accuracy, this.#probabilities]) compiled.dispose()
  }

  #current(): TrainedArrays {
    if (!this.#trained) throw new RangeError('The network has not begun')
    return this.#trained
  }

  #release(): void {
    for (const array of flattenTree<DeviceArray>(this.#trained).leaves) array.dispose()
    this.#trained = undefined
  }
}

async function take(scalar: DeviceArray): Promise<number> {
  const value = await scalar.item()
  scalar.dispose()
  return value
}
