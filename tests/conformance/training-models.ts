// Networks of real layers with data to train them on: what the whole training step is tested and counted on.
import {
  flattenTree,
  type HostArray,
  HostRandom,
  mapTree,
  optimizeGraph,
  randomKey,
  type Shape,
  sizeOf,
  tensor,
  traceGraph,
} from '@deep-recipe/core-tensor'
import { countKernels, generateShader, listKernels, planGraph } from '@deep-recipe/gl-kernels'
import { conv2d, maxPool2d } from '@deep-recipe/layers-cnn'
import {
  activation,
  batchNorm,
  dense,
  flatten,
  type Layer,
  type Params,
  relu,
  sequential,
  splitTrainable,
} from '@deep-recipe/layers-core'
import { gru, lstm, masked } from '@deep-recipe/layers-rnn'
import { dropout, ensemble } from '@deep-recipe/regularizers'
import {
  accuracy,
  adam,
  makeTrainStep,
  type Optimizer,
  type OptimizerState,
  sgd,
  softmaxCrossEntropy,
  type TensorBatch,
  type TrainStep,
} from '@deep-recipe/training'

/** A network and how it is trained. */
export interface TrainingModel {
  readonly name: string
  readonly model: Layer
  readonly optimizer: Optimizer
  /** Shape of one example. */
  readonly inputShape: Shape
  /** Shape of one example's class numbers: none, or the steps of a sequence. */
  readonly targetShape: Shape
  readonly batch: number
  readonly classes: number
  /** Steps of the sequences that are real; the others hold zeros. */
  readonly lengths?: readonly number[]
  /** Draws of one training step on gl, those in a loop once for each step; a larger number is a regression. */
  readonly kernels: number
  /** Different shaders among them; a larger number is a regression. */
  readonly programs: number
}

const lengths = [7, 3, 6, 1]
const sequence = { inputShape: [7, 5], targetShape: [7], batch: lengths.length, classes: 4, lengths } as const

export const trainingModels: readonly TrainingModel[] = [
  {
    name: 'dense network with dropout, Adam',
    model: sequential(dense(32, { activation: relu }), dropout(0.5), dense(32, { activation: relu }), dense(10)),
    optimizer: adam({ learningRate: 0.01 }),
    inputShape: [20],
    targetShape: [],
    batch: 16,
    classes: 10,
    kernels: 41,
    programs: 39,
  },
  {
    name: 'convolutions with batch normalisation and max pooling, momentum',
    model: sequential(
      conv2d(6, 3, { padding: 'same', useBias: false }),
      batchNorm(),
      activation(relu),
      maxPool2d(2),
      conv2d(8, 3, { padding: 'same', activation: relu }),
      maxPool2d(2),
      flatten(),
      dense(10),
    ),
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    inputShape: [2, 9, 11],
    targetShape: [],
    batch: 5,
    classes: 10,
    kernels: 57,
    programs: 56,
  },
  {
    name: 'LSTM tagger of padded sequences, Adam',
    model: masked(sequential(lstm(12), dense(4))),
    optimizer: adam({ learningRate: 0.01 }),
    ...sequence,
    kernels: 99,
    programs: 49,
  },
  {
    name: 'GRU tagger of padded sequences, Adam',
    model: masked(sequential(gru(12), dense(4))),
    optimizer: adam({ learningRate: 0.01 }),
    ...sequence,
    kernels: 116,
    programs: 55,
  },
  {
    name: 'ensemble of two networks, descent',
    model: ensemble(sequential(dense(16, { activation: relu }), dense(5)), dense(5)),
    optimizer: sgd({ learningRate: 0.1 }),
    inputShape: [11],
    targetShape: [],
    batch: 8,
    classes: 5,
    kernels: 52,
    programs: 46,
  },
]

/** The training step of a model. */
export function makeStep({ model, optimizer }: TrainingModel): TrainStep {
  return makeTrainStep(model, { loss: softmaxCrossEntropy, metrics: [accuracy] }, optimizer)
}

/** What training begins with, as tensors. */
export function makeStart({ model, optimizer, inputShape }: TrainingModel): { params: Params; state: OptimizerState } {
  const params = model.init(randomKey(5), inputShape)
  return { params, state: optimizer.init(splitTrainable(params).trainable) }
}

/** A batch of examples, the last of which has the weight 0. */
export function makeBatch(model: TrainingModel, seed: number): Record<keyof TensorBatch, HostArray> {
  const { inputShape, targetShape, batch, classes } = model
  const random = new HostRandom(seed)
  const inputs = new Float32Array(batch * sizeOf(inputShape))
  const [steps = 1, features = sizeOf(inputShape)] = targetShape.length > 0 ? inputShape : []
  inputs.forEach((_, position) => {
    const step = Math.floor(position / features)
    const isReal = step % steps < (model.lengths?.[Math.floor(step / steps)] ?? steps)
    inputs[position] = isReal ? random.normal() : 0
  })
  const targets = new Int32Array(batch * sizeOf(targetShape)).map(() => random.integer(classes))
  return {
    inputs: { shape: [batch, ...inputShape], dtype: 'float32', data: inputs },
    targets: { shape: [batch, ...targetShape], dtype: 'int32', data: targets },
    weights: { shape: [batch], dtype: 'float32', data: new Float32Array(batch).fill(1, 0, -1) },
  }
}

/** What a model's training step takes on gl, planned without a device. */
export interface StepCounts {
  readonly kernels: number
  readonly programs: number
  /** Kernels that write new parameters and new state of the optimizer. */
  readonly updates: number
}

/** Plans a model's training step without a device and counts. */
export function countStep(model: TrainingModel): StepCounts {
  const { params, state } = makeStart(model)
  const batch = mapTree(makeBatch(model, 1), (leaf) => tensor(leaf as HostArray)) as TensorBatch
  const step = makeStep(model)
  const inOrder = (...values: Parameters<TrainStep>): unknown => {
    const { params: weights, state: moments, ...rest } = step(...values)
    return [weights, moments, rest]
  }
  const graph = traceGraph(inOrder, params, state, batch, randomKey(1), tensor(0.5))
  const { steps, arena, buffers, outputs } = planGraph(optimizeGraph(graph), {
    maxTextureSize: 16384,
    textureUnits: 16,
  })
  const shaders = listKernels(steps).map((kernel) => generateShader(arena, kernel, buffers, { quadDerivatives: true }))
  const next = outputs.slice(0, flattenTree([params, state]).leaves.length)
  return {
    kernels: countKernels(steps),
    programs: new Set(shaders.map(({ source }) => source)).size,
    updates: new Set(next.map((id) => buffers[id]?.part?.sheet ?? id)).size,
  }
}

/** Tensors that a model's optimizer changes. */
export function countParameters(model: TrainingModel): number {
  return flattenTree(splitTrainable(makeStart(model).params).trainable).leaves.length
}
