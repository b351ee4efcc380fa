// The two functions that fit compiles: a training step and an evaluation step. Both are pure.
import { flattenTree, mapTree, ShapeError, type Tensor, tensor, valueAndGradWithAux } from '@deep-recipe/core-tensor'
import { evaluation, type Layer, type Params, splitTrainable } from '@deep-recipe/layers-core'
import type { Loss } from '../losses.ts'
import type { Metric } from '../metrics.ts'
import type { Optimizer, OptimizerState } from '../optimizers/optimizer.ts'
import { globalNorm } from '../optimizers/wrappers.ts'

/** What is optimized and measured. */
export interface Objective {
  readonly loss: Loss
  readonly metrics: readonly Metric[]
  /** Added to the mean loss while training, e.g. an L2 penalty of the parameters. */
  readonly penalty?: (params: Params) => Tensor
}

/** A batch as tensors. */
export type TensorBatch = { readonly inputs: Tensor; readonly targets: Tensor; readonly weights: Tensor }

/** Sums over a batch, each weighted by the examples' weights. */
export type BatchSums = { readonly weight: Tensor; readonly loss: Tensor; readonly metrics: readonly Tensor[] }

/** What a training step gives. */
export type StepResult = {
  readonly params: Params
  readonly state: OptimizerState
  readonly sums: BatchSums
  /** Length of the whole gradient. */
  readonly gradientNorm: Tensor
}

/** params, optimizer state, batch, random key, progress from 0 to 1 → new params and state. */
export type TrainStep = (
  params: Params,
  state: OptimizerState,
  batch: TensorBatch,
  key: Tensor,
  progress: Tensor,
) => StepResult

/** The training step of a model: forward, backward, and update in one graph. */
export function makeTrainStep(model: Layer, objective: Objective, optimizer: Optimizer): TrainStep {
  return (params, state, batch, key, progress) => {
    const { trainable, join } = splitTrainable(params)
    const records = new Map<Tensor, Tensor>()
    const differentiate = valueAndGradWithAux((weights: typeof trainable) => {
      const current = join(weights)
      records.clear()
      const record = (parameter: Tensor, next: Tensor): void => {
        records.set(parameter, next)
      }
      const predictions = model.apply(current, batch.inputs, { training: true, key, progress, record })
      const sums = sumOverBatch(objective, predictions, batch)
      const mean = sums.loss.div(sums.weight)
      const total = objective.penalty ? mean.add(objective.penalty(current)) : mean
      // The next running statistics, in the order of the parameters that they replace.
      const statistics = flattenTree<Tensor>(current).leaves.map((leaf) => records.get(leaf))
      return [total, { sums, statistics }] as const
    })
    const { gradient, aux } = differentiate(trainable)
    const update = optimizer.update(gradient, state, trainable)
    let position = 0
    const next = mapTree(join(update.params), (leaf) => aux.statistics[position++] ?? leaf) as Params
    return { params: next, state: update.state, sums: aux.sums, gradientNorm: globalNorm(gradient) }
  }
}

/** The evaluation step of a model: sums over a batch. */
export function makeEvaluationStep(
  model: Layer,
  objective: Objective,
): (params: Params, batch: TensorBatch) => BatchSums {
  return (params, batch) => sumOverBatch(objective, model.apply(params, batch.inputs, evaluation), batch)
}

function sumOverBatch({ loss, metrics }: Objective, predictions: Tensor, batch: TensorBatch): BatchSums {
  const { inputs, targets, weights } = batch
  const count = inputs.shape[0] as number
  checkPerExample('batch: weights', weights, count, 'Give each example one weight, 0 for padding.')
  const sum = (what: string, values: Tensor): Tensor => {
    checkPerExample(what, values, count, 'Average over all axes but the batch.')
    return values.mul(weights).sum()
  }
  return {
    weight: weights.sum().maximum(tensor(1e-12)),
    loss: sum('loss', loss(predictions, targets)),
    metrics: metrics.map(({ name, measure }) => sum(`metric ${name}`, measure(predictions, targets))),
  }
}

/** Throws where broadcasting would turn a mistake into a wrong sum. */
function checkPerExample(what: string, values: Tensor, count: number, remedy: string): void {
  if (values.rank === 1 && values.shape[0] === count) return
  const received = `[${values.shape.join(', ')}]`
  throw new ShapeError({ what, expected: `one number for each example: [${count}]`, received, remedy })
}
