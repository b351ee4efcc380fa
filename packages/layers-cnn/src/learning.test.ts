// A small convolutional network learns digits at any place of an image in a few seconds of plain descent.
import {
  compile,
  evaluate,
  type HostArray,
  oneHot,
  openReference,
  randomKey,
  type Tensor,
  valueAndGrad,
  zipTrees,
} from '@deep-recipe/core-tensor'
import { dense, evaluation, relu, sequential } from '@deep-recipe/layers-core'
import { expect, test } from 'vitest'
import { conv2d } from './convolution.ts'
import { drawDigits, side } from './fixtures/digits.ts'
import { globalMaxPool } from './pooling.ts'

test('ten digits at any place, 0.1 by chance', { timeout: 60_000 }, async () => {
  const backend = openReference()
  const model = sequential(conv2d(24, [5, 3], { activation: relu }), globalMaxPool(), dense(10))
  type ModelParams = ReturnType<typeof model.init>
  const loss = (params: ModelParams, images: Tensor, labels: Tensor): Tensor =>
    model.apply(params, images, evaluation).logSoftmax().mul(oneHot(labels, 10)).sum(-1).mean().neg()
  const step = compile(backend, (params: ModelParams, images: Tensor, labels: Tensor) => {
    const { value, gradient } = valueAndGrad((current: ModelParams) => loss(current, images, labels))(params)
    const next = zipTrees([params, gradient], (weight, slope) => (weight as Tensor).sub((slope as Tensor).mul(0.3)))
    return { value, next: next as ModelParams }
  })

  const { images, labels } = drawDigits(960, 1)
  let params: unknown = await evaluate(backend, model.init(randomKey(1), [1, side, side]))
  const losses: number[] = []
  for (let at = 0; at < 240; at++) {
    const from = (at % 30) * 32
    const batch: HostArray = {
      shape: [32, 1, side, side],
      dtype: 'float32',
      data: images.subarray(from * side * side, (from + 32) * side * side),
    }
    const { value, next } = await step(params as never, batch, labels.subarray(from, from + 32))
    params = next
    losses.push((await value.array()) as number)
  }
  expect(losses[0]).toBeCloseTo(Math.log(10), 0)
  expect(losses.slice(-30).reduce((sum, value) => sum + value, 0) / 30).toBeLessThan(0.5)

  const held = drawDigits(200, 2)
  const accuracy = compile(backend, (current: ModelParams, given: Tensor, right: Tensor) =>
    model.apply(current, given, evaluation).argMax(-1).equal(right).cast('float32').mean(),
  )
  const share = await accuracy(
    params as never,
    { shape: [200, 1, side, side], dtype: 'float32', data: held.images },
    held.labels,
  )
  expect((await share.array()) as number).toBeGreaterThan(0.85)
})
