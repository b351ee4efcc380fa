// A loss that is not finite ends the training with one sentence that says where it came from.
import { NonFiniteError, openReference, type Tensor, toNdArray } from '@deep-recipe/core-tensor'
import { constantInitializer, dense, type Layer, makeLayer, relu, sequential } from '@deep-recipe/layers-core'
import { expect, test } from 'vitest'
import { type Loss, meanSquaredError, softmaxCrossEntropy } from '../losses.ts'
import { sgd } from '../optimizers/sgd.ts'
import type { ArrayData } from './data.ts'
import { fit } from './fit.ts'

const array = (shape: number[], ...numbers: number[]): ArrayData['inputs'] =>
  toNdArray({ shape, dtype: 'float32', data: Float32Array.from(numbers) })

/** Trains on four examples in batches of two, without shuffling across: the message of the NonFiniteError that ends it. */
async function trainUntilItFails(options: {
  readonly model?: Layer
  readonly inputs?: ArrayData['inputs']
  readonly targets?: ArrayData['inputs']
  readonly loss?: Loss
  readonly learningRate?: number
}): Promise<string> {
  const backend = openReference()
  const error = await fit(
    options.model ?? (sequential(dense(4, { activation: relu }), dense(1)) as unknown as Layer),
    { inputs: options.inputs ?? array([4, 1], 1, 2, 3, 4), targets: options.targets ?? array([4, 1], 1, 2, 3, 4) },
    {
      backend,
      loss: options.loss ?? meanSquaredError,
      optimizer: sgd({ learningRate: options.learningRate ?? 0.01 }),
      epochs: 200,
      batchSize: 2,
      seed: 3,
    },
  ).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(NonFiniteError)
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
  return (error as Error).message
}

test('NaN in the inputs: the batch and the place in it', async () => {
  expect(await trainUntilItFails({ inputs: array([4, 2], 1, 2, 3, Number.NaN, 5, 6, 7, 8) })).toMatch(
    /^Training stopped at epoch 1, step [12]: expected a finite loss and gradient, received the loss NaN\. The inputs of the batch hold NaN at index \[[01], 1\]\. Clean the data, or scale it\.$/,
  )
})

test('infinite targets', async () => {
  expect(await trainUntilItFails({ targets: array([4, 1], 1, Number.POSITIVE_INFINITY, 3, 4) })).toMatch(
    /epoch 1, step [12]: .* received the loss Infinity\. The targets of the batch hold Infinity at index \[[01], 0\]\./,
  )
})

test('a learning rate that makes the weights explode: the step, and the node that overflowed', async () => {
  const message = await trainUntilItFails({ learningRate: 100 })
  expect(message).toMatch(
    /^Training stopped at epoch \d+, step \d+: expected a finite loss and gradient, received (the loss (NaN|Infinity)|a gradient of length (NaN|Infinity))\. The first such number was -?(NaN|Infinity) at index \[[\d, ]*\], from \w+ \(node \d+, float32\[[\d, ]*\]\), built at .*\.ts:\d+:\d+.*\. Lower the learning rate, clip gradients, or scale the inputs\.$/,
  )
  expect(message).not.toMatch(/undefined|expected finite numbers/)
})

test('weights that overflowed in the last update', async () => {
  // The loss is linear, so that its gradient stays finite while one step reaches beyond float32.
  const linear: Loss = (predictions, targets) => predictions.sub(targets).mul(1e3).reshape([2])
  const message = await trainUntilItFails({
    model: dense(1, { weightInitializer: constantInitializer(1), useBias: false }) as unknown as Layer,
    loss: linear,
    learningRate: 3e38,
  })
  expect(message).toMatch(
    /stopped at epoch 1, step 2: .*\. The parameter weight holds -Infinity at index \[0, 0\] since the last update, which overflowed\. Lower the learning rate or clip gradients\.$/,
  )
})

test('a logarithm of 0 in a layer: the line that built it', async () => {
  const takeLogarithm = (input: Tensor): Tensor => input.sub(1).log()
  const message = await trainUntilItFails({
    model: sequential(makeLayer('log', takeLogarithm), dense(1)) as unknown as Layer,
  })
  expect(message).toMatch(
    /was -Infinity at index \[[01], 0\], from log \(node \d+, float32\[2, 1\]\), built at .*takeLogarithm.*non-finite\.test\.ts/,
  )
})

test('a class number out of range', async () => {
  const targets = toNdArray({ shape: [4], dtype: 'int32', data: Int32Array.of(0, 1, 3, 2) })
  const message = await trainUntilItFails({ model: dense(3) as unknown as Layer, loss: softmaxCrossEntropy, targets })
  expect(message).toMatch(
    /received the loss Infinity\. .*from log .*losses\.ts.* A class number out of range costs infinitely much\.$/,
  )
})

test('a finite loss with a gradient that is not', async () => {
  // √x has the slope ∞ at 0.
  const root: Loss = (predictions) => predictions.sub(predictions.stopGradient()).abs().sqrt().sum(1)
  expect(await trainUntilItFails({ loss: root })).toMatch(
    /received a gradient of length NaN\. The first such number was .*from /,
  )
})
