// A short training on the recall task: what it gives, and how long the gradients were on the way.
import { type Backend, HostRandom, NonFiniteError } from '@deep-recipe/core-tensor'
import { dense, type Layer, sequential } from '@deep-recipe/layers-core'
import {
  accuracy,
  adam,
  type Callback,
  evaluateModel,
  fit,
  type HostParams,
  softmaxCrossEntropy,
  withClipping,
} from '@deep-recipe/training'
import type { Network, NetworkSettings } from './networks.ts'
import { drawRecallBatch, recallSource, symbols } from './recall-task.ts'

/** How to train. */
export interface RecallTraining {
  readonly steps: number
  /** Updates of the weights; 0 leaves them as they were drawn. */
  readonly trainSteps: number
  readonly learningRate: number
  readonly seed: number
  readonly backend: Backend
  readonly signal: AbortSignal
  /** Told of every update. */
  readonly onStep: (step: number) => void
}

/** Updates whose figures are averaged. */
export const stepsPerFigure = 10
const batchSize = 32
/** Apart from the seeds of batches. */
const testLabel = -1

/** What came of it. */
export interface RecallResult {
  /** Of the recurrent layer, before and after. */
  readonly before: HostParams
  readonly after: HostParams
  /** Means over every ten updates. */
  readonly losses: readonly number[]
  readonly gradientNorms: readonly number[]
  /** Share of 512 new sequences whose first symbol is recalled. */
  readonly accuracy: number
  /** What stopped it early: a loss or gradient that is not finite. */
  readonly diverged: string | undefined
}

/** Trains a network, or returns undefined when interrupted. */
export async function trainRecall(
  network: Network,
  settings: NetworkSettings,
  training: RecallTraining,
): Promise<RecallResult | undefined> {
  const { trainSteps, learningRate, seed, signal } = training
  const { model, source, shared } = describeTask(network, settings, training)
  const { params: before } = await fit(model, source, { ...shared, epochs: 0 })
  let after = before
  const descent = adam({ learningRate })
  let diverged: string | undefined
  const losses: number[] = []
  const gradientNorms: number[] = []
  const keep: Callback = {
    name: 'keep',
    onStepEnd: ({ step }) => training.onStep(step),
    onEpochEnd: async ({ figures, params }) => {
      losses.push(figures.train.loss as number)
      gradientNorms.push(figures.train.gradientNorm as number)
      after = await params()
    },
  }
  try {
    const result = await fit(model, source, {
      ...shared,
      signal,
      optimizer: network.clips ? withClipping(descent, { norm: settings.clip }) : descent,
      epochs: Math.ceil(trainSteps / stepsPerFigure),
      initial: before,
      callbacks: [keep],
    })
    if (result.ended === 'interrupted') return undefined
  } catch (error) {
    // An exploded gradient is one of the things to be seen here: what was learned before it is measured.
    if (!(error instanceof NonFiniteError)) throw error
    diverged = `not finite after ${losses.length * stepsPerFigure} updates`
  }
  const test = drawRecallBatch(new HostRandom(seed).fork(testLabel), 512, training.steps)
  const testSource = { length: 1, epoch: () => [test] }
  const figures = await evaluateModel(model, after, testSource, { ...shared, metrics: [accuracy] })
  return {
    before: recurrentPart(before),
    after: recurrentPart(after),
    losses,
    gradientNorms,
    accuracy: figures.accuracy as number,
    diverged,
  }
}

/** The recurrent layer's parameters as a training would begin with them. */
export async function drawRecurrent(
  network: Network,
  settings: NetworkSettings,
  task: Pick<RecallTraining, 'steps' | 'seed' | 'backend'>,
): Promise<HostParams> {
  const { model, source, shared } = describeTask(network, settings, task)
  return recurrentPart((await fit(model, source, { ...shared, epochs: 0 })).params)
}

function describeTask(
  network: Network,
  settings: NetworkSettings,
  { steps, seed, backend }: Pick<RecallTraining, 'steps' | 'seed' | 'backend'>,
) {
  const model: Layer = sequential(network.build(settings), dense(symbols))
  const source = recallSource({ steps, seed, batchSize, batchesPerEpoch: stepsPerFigure })
  return { model, source, shared: { backend, seed, inputShape: [steps, symbols], loss: softmaxCrossEntropy } }
}

function recurrentPart(params: HostParams): HostParams {
  return (params as { readonly 0: HostParams })[0]
}
