// Figures and predictions of a trained model, in batches of any size.
import { type HostArray, openReference, toNdArray } from '@deep-recipe/core-tensor'
import { DatasetError } from '@deep-recipe/datasets'
import { dense } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { meanAbsoluteError, softmaxCrossEntropy } from '../losses.ts'
import { accuracy, type Metric } from '../metrics.ts'
import { evaluateModel, predict } from './evaluate.ts'
import { makeData } from './fixtures/task.ts'

const float = (shape: number[], ...numbers: number[]): HostArray => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(numbers),
})
const model = dense(1)
const params = { weight: float([1, 1], 3), bias: float([1], 1) }
const inputs = toNdArray(float([5, 1], 0, 1, 2, 3, 4))
const targets = toNdArray(float([5, 1], 1, 5, 5, 10, 13))

describe.each([1, 2, 3, 5, 100])('in batches of %i', (batchSize) => {
  test('figures are means over all examples', async () => {
    const backend = openReference()
    const largest: Metric = {
      name: 'positive',
      measure: (predictions) => predictions.greater(6).cast('float32').mean(1),
    }
    const options = { backend, loss: meanAbsoluteError, metrics: [largest], batchSize }
    const figures = await evaluateModel(model, params, { inputs, targets }, options)
    // Predictions 1, 4, 7, 10, 13.
    expect(figures).toEqual({ loss: expect.closeTo(3 / 5, 6), positive: expect.closeTo(3 / 5, 6) })
    expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
  })

  test('predictions come in order, one for each example', async () => {
    const backend = openReference()
    const outputs = await predict(model, params, inputs, { backend, batchSize })
    expect(outputs).toEqual(float([5, 1], 1, 4, 7, 10, 13))
    expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
  })
})

test('a transform changes the output, its shape and dtype too', async () => {
  const backend = openReference()
  const transform: Parameters<typeof predict>[3]['transform'] = (output) =>
    output.greater(6).reshape([output.shape[0] as number])
  const outputs = await predict(model, params, inputs, { backend, batchSize: 2, transform })
  expect(outputs).toEqual({ shape: [5], dtype: 'bool', data: Uint8Array.of(0, 0, 1, 1, 1) })
})

test('no examples are told, and the memory comes back', async () => {
  const backend = openReference()
  const none = toNdArray(float([0, 1]))
  await expect(predict(model, params, none, { backend })).rejects.toThrow(DatasetError)
  await expect(predict(model, params, none, { backend })).rejects.toThrow(/at least 1 examples, received 0/)
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
})

test('accuracy of a model is that of its predictions', async () => {
  const backend = openReference()
  const data = makeData(20, 3)
  const layer = dense(3)
  const weights = { weight: float([4, 3], 1, 0, -1, 0, 1, -1, 0, 0, 0, 0, 0, 0), bias: float([3], 0, 0, 0) }
  const figures = await evaluateModel(layer, weights, data, {
    backend,
    loss: softmaxCrossEntropy,
    metrics: [accuracy],
    batchSize: 7,
  })
  const classes = await predict(layer, weights, data.inputs, {
    backend,
    batchSize: 6,
    transform: (logits) => logits.argMax(),
  })
  const right = [...classes.data].filter((number, i) => number === data.targets.get(i)).length
  expect(figures.accuracy).toBeCloseTo(right / 20, 6)
})
