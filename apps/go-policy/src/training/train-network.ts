// Trains one network by the plan of its run, and measures how fast it can.
import { join } from 'node:path'
import { type Backend, compile, evaluate, flattenTree, randomKey } from '@deep-recipe/core-tensor'
import { prefetch } from '@deep-recipe/datasets'
import { type GoGame, positionSource } from '@deep-recipe/datasets/go'
import { type Layer, type Params, splitTrainable } from '@deep-recipe/layers-core'
import {
  accuracy,
  adam,
  type BatchSource,
  type Callback,
  cosineDecay,
  type EpochFigures,
  fit,
  type HostParams,
  makeTrainStep,
  type Optimizer,
  softmaxCrossEntropy,
  topAccuracy,
  warmup,
} from '@deep-recipe/training'
import type { NetworkName } from '../model/networks.ts'
import { featuresOf, inputShapeOf, type PlaneSet } from '../planes.ts'
import type { TrainingPlan } from './plan.ts'

/** What to train a network with. */
export interface TrainingOptions {
  readonly backend: Backend
  /** Games to learn from, all on boards of one size. */
  readonly games: readonly GoGame[]
  /** Held-out games for the curve. */
  readonly curve: readonly GoGame[]
  readonly planes: PlaneSet
  readonly size: number
  readonly plan: TrainingPlan
  readonly batchSize: number
  readonly learningRate: number
  readonly seed: number
  /** Of the run; each network has a folder of its own below it. */
  readonly folder: string
  readonly resume: boolean
  readonly signal: AbortSignal
}

/** A trained network. */
export interface TrainedNetwork {
  readonly name: NetworkName
  readonly layer: Layer
  readonly params: HostParams
  /** Figures after each part of the training. */
  readonly history: readonly EpochFigures[]
}

/** The folder of a network's checkpoints. */
export function checkpointFolder(run: string, name: NetworkName): string {
  return join(run, name)
}

/**
 * Trains a network, or goes on with it: Adam, whose rate rises over the first steps and falls along half a cosine to nothing.
 *
 * @returns undefined when it was interrupted.
 */
export async function trainNetwork(
  name: NetworkName,
  layer: Layer,
  options: TrainingOptions,
  callbacks: readonly Callback[],
): Promise<{ readonly trained: TrainedNetwork; readonly warnings: readonly string[] } | undefined> {
  const { backend, curve, planes, plan, seed, folder, resume, signal } = options
  const { parts, stepsPerPart } = plan
  const result = await fit(layer, trainingSource(options, stepsPerPart), {
    backend,
    loss: softmaxCrossEntropy,
    optimizer: chooseOptimizer(options.learningRate, parts * stepsPerPart),
    epochs: parts,
    seed,
    signal,
    inputShape: inputShapeOf(planes, options.size),
    metrics: [accuracy, topAccuracy(5)],
    validation: positionSource(curve, { features: featuresOf(planes), batchSize: 128 }),
    callbacks,
    checkpoint: { folder: checkpointFolder(folder, name), resume, keep: 2 },
  })
  if (result.ended === 'interrupted') return undefined
  return { trained: { name, layer, params: result.params, history: result.history }, warnings: result.warnings }
}

/**
 * Positions of the games at random, turned and mirrored at random, without end; the next batch is made while the network looks
 * at the one before. An epoch of `fit` is here a part of the training after which it is measured, not a pass over the data.
 */
function trainingSource(
  { games, planes, batchSize, seed }: Pick<TrainingOptions, 'games' | 'planes' | 'batchSize' | 'seed'>,
  batchesPerEpoch: number,
): BatchSource {
  const source = positionSource(games, { features: featuresOf(planes), batchSize, seed, batchesPerEpoch })
  return { length: source.length, epoch: (part, start) => prefetch(source.epoch(part, start), 1) }
}

function chooseOptimizer(learningRate: number, steps: number): Optimizer {
  const rising = Math.max(1, Math.min(200, Math.round(steps / 20)))
  return adam({ learningRate: warmup(rising, cosineDecay(learningRate, Math.max(1, steps - rising))) })
}

/** Seconds that a step of a network takes here and now, batches and all: the median of some after the first. */
export async function measureStep(
  layer: Layer,
  options: Pick<TrainingOptions, 'backend' | 'games' | 'planes' | 'size' | 'batchSize' | 'seed'>,
): Promise<number> {
  const { backend, planes, size, batchSize, seed } = options
  const optimizer = chooseOptimizer(1e-3, 1000)
  const step = compile(backend, makeTrainStep(layer, { loss: softmaxCrossEntropy, metrics: [] }, optimizer))
  const begin = compile(backend, (params: Params) => optimizer.init(splitTrainable(params).trainable))
  const params = await evaluate(backend, layer.init(randomKey(seed), inputShapeOf(planes, size)))
  const state = await begin(params)
  const times: number[] = []
  try {
    // In order: drawn at random, the first batches cost more than later ones, for many positions are prepared at once.
    const source = positionSource(options.games, {
      features: featuresOf(planes),
      batchSize,
      batchesPerEpoch: measuredSteps,
    })
    const weights = new Float32Array(batchSize).fill(1)
    let startedAt = performance.now()
    for (const { inputs, targets } of source.epoch(0, 0)) {
      const next = await step(params, state, { inputs, targets, weights }, new Int32Array(2), 0)
      await next.gradientNorm.data()
      disposeAll(next)
      times.push((performance.now() - startedAt) / 1000)
      startedAt = performance.now()
    }
  } finally {
    step.dispose()
    begin.dispose()
    disposeAll([params, state])
  }
  // The first one compiles.
  const sorted = times.slice(1).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}

const measuredSteps = 8

function disposeAll(tree: unknown): void {
  for (const leaf of flattenTree<{ dispose(): void }>(tree).leaves) leaf.dispose()
}
