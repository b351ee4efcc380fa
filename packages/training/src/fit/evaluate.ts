// Looking at a trained model: figures over a data set, and predictions.
import { allocate, type Backend, compile, type HostArray, type Tensor, toHostArray } from '@deep-recipe/core-tensor'
import { batches, type HostNdArray } from '@deep-recipe/datasets'
import { evaluation, type Layer, type Params } from '@deep-recipe/layers-core'
import type { HostParams } from './callbacks.ts'
import { type ArrayData, type BatchSource, toSource, withWeights } from './data.ts'
import { addTotals, type Figures, readSums, type Totals, toFigures } from './history.ts'
import { makeEvaluationStep, type Objective } from './steps.ts'
import { disposeTree, type OnDevice, uploadTree } from './trees.ts'

/** Options of `evaluateModel`. */
export interface EvaluateOptions extends Omit<Objective, 'metrics' | 'penalty'> {
  readonly backend: Backend
  readonly metrics?: Objective['metrics']
  /** For arrays. Default 256. */
  readonly batchSize?: number
}

/**
 * Mean loss and metrics of a model over a data set, without dropping, noise or update.
 *
 * @returns `loss` and each metric by its name.
 */
export async function evaluateModel<P extends Params>(
  model: Layer<P>,
  params: HostParams,
  data: BatchSource | ArrayData,
  options: EvaluateOptions,
): Promise<Figures> {
  const evaluation = prepareEvaluation(model, options)
  const uploaded = uploadTree(options.backend, params)
  try {
    return await evaluation.measure(uploaded, data)
  } finally {
    evaluation.dispose()
    disposeTree(uploaded)
  }
}

/** An evaluation that is compiled once and measures as often as needed. */
export interface Evaluation {
  measure(params: OnDevice<Params>, data: BatchSource | ArrayData): Promise<Figures>
  dispose(): void
}

/** Readies the evaluation of a model; nothing is compiled before the first batch. */
export function prepareEvaluation(model: Layer, options: EvaluateOptions): Evaluation {
  const { backend, batchSize = 256, metrics = [], loss } = options
  const step = compile(backend, makeEvaluationStep(model, { loss, metrics }))
  return {
    measure: async (params, data) => {
      let totals: Totals = {}
      for await (const batch of toSource(data, { batchSize }).epoch(0, 0)) {
        const count = toHostArray(batch.inputs).shape[0] ?? 0
        totals = addTotals(totals, await readSums(await step(params, withWeights(batch, count)), metrics))
      }
      return toFigures(totals)
    },
    dispose: () => step.dispose(),
  }
}

/** Options of `predict`. */
export interface PredictOptions {
  readonly backend: Backend
  /** Default 256. */
  readonly batchSize?: number
  /** Applied to the model's output, e.g. a softmax. Default: the output as it is. */
  readonly transform?: (output: Tensor) => Tensor
}

/**
 * A model's output for any number of examples.
 *
 * @param inputs [count, ...].
 * @returns [count, ...] on the host.
 */
export async function predict<P extends Params>(
  model: Layer<P>,
  params: HostParams,
  inputs: HostNdArray,
  options: PredictOptions,
): Promise<HostArray> {
  const { backend, batchSize = 256, transform = (output) => output } = options
  const layer: Layer = model
  const count = inputs.shape[0] ?? 0
  const run = compile(backend, (weights: Params, batch: Tensor) => transform(layer.apply(weights, batch, evaluation)))
  const uploaded = uploadTree(backend, params)
  try {
    const parts: HostArray[] = []
    for (const batch of batches({ inputs }, { batchSize: Math.min(batchSize, Math.max(1, count)), pad: 'wrap' })) {
      const output = await run(uploaded, batch.data.inputs)
      const host = await output.host()
      output.dispose()
      const rowSize = host.data.length / (host.shape[0] ?? 1)
      const kept = host.data.subarray(0, batch.count * rowSize) as HostArray['data']
      parts.push({ shape: [batch.count, ...host.shape.slice(1)], dtype: host.dtype, data: kept })
    }
    return joinRows(parts)
  } finally {
    run.dispose()
    disposeTree(uploaded)
  }
}

function joinRows(parts: readonly HostArray[]): HostArray {
  const first = parts[0] as HostArray
  const size = parts.reduce((sum, part) => sum + part.data.length, 0)
  const data = allocate(first.dtype, size)
  let position = 0
  for (const part of parts) {
    data.set(part.data, position)
    position += part.data.length
  }
  const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0)
  return { shape: [rows, ...first.shape.slice(1)], dtype: first.dtype, data }
}
