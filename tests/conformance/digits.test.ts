// Digits from end to end on gl: the same training as on the reference leads to the same accuracy, and however long it goes
// on, it takes no more memory. TRAINING_STEPS sets how long that is; gl-backend.test.ts of gl-kernels does 10,000 steps of a
// smaller network in every run.
import { type Backend, openReference } from '@deep-recipe/core-tensor'
import { generateDigitSplits } from '@deep-recipe/datasets'
import { type GlBackend, openGl } from '@deep-recipe/gl-kernels'
import { conv2d, maxPool2d } from '@deep-recipe/layers-cnn'
import { activation, batchNorm, dense, flatten, relu, reshape, sequential } from '@deep-recipe/layers-core'
import { dropout } from '@deep-recipe/regularizers'
import { accuracy, adam, type Callback, evaluateModel, fit, softmaxCrossEntropy } from '@deep-recipe/training'
import { afterAll, describe, expect, test } from 'vitest'

const loss = softmaxCrossEntropy
const steps = Number(process.env.TRAINING_STEPS ?? 1000)

/** Share of 300 generated digits that a small convolutional network reads after three epochs over 600 others. */
async function trainDigits(backend: Backend): Promise<{ readonly accuracy: number; readonly losses: number[] }> {
  const { train, test } = generateDigitSplits({ train: 600, test: 300, seed: 1 })
  const model = sequential(
    reshape([1, 28, 28]),
    conv2d(8, 3, { stride: 2, useBias: false }),
    batchNorm(),
    activation(relu),
    maxPool2d(2),
    flatten(),
    dropout(0.2),
    dense(10),
  )
  const { params, history } = await fit(
    model,
    { inputs: train.images, targets: train.labels },
    { backend, loss, optimizer: adam({ learningRate: 0.01 }), epochs: 3, seed: 3 },
  )
  const figures = await evaluateModel(
    model,
    params,
    { inputs: test.images, targets: test.labels },
    {
      backend,
      loss,
      metrics: [accuracy],
    },
  )
  return { accuracy: figures.accuracy as number, losses: history.map((epoch) => epoch.train.loss as number) }
}

const opened: GlBackend | string = await openGl().catch((error: Error) => error.message)

describe('digits on gl', () => {
  if (typeof opened === 'string') {
    test.skip(`no WebGL2 context: ${opened}`, () => {})
    return
  }
  const gl = opened
  afterAll(() => gl.close())

  test('the accuracy of the reference', { timeout: 120_000 }, async () => {
    const reference = openReference()
    const wanted = await trainDigits(reference)
    reference.close()
    const received = await trainDigits(gl)
    expect(wanted.accuracy).toBeGreaterThan(0.75)
    // Half of the standard error of such an accuracy on 300 digits.
    expect(Math.abs(received.accuracy - wanted.accuracy)).toBeLessThanOrEqual(0.01)
    expect(received.losses).toHaveLength(wanted.losses.length)
    for (const [epoch, each] of received.losses.entries()) expect(each).toBeCloseTo(wanted.losses[epoch] as number, 3)
  })

  test(`no growth of texture memory over ${steps} steps`, { timeout: 600_000 }, async () => {
    const { train } = generateDigitSplits({ train: 16, test: 1, seed: 1 })
    const model = sequential(flatten(), dense(8, { activation: relu }), dropout(0.5), dense(10))
    const before = gl.memory()
    const seen = new Set<string>()
    const watch: Callback = {
      name: 'watch',
      onStepEnd: ({ step }) => {
        const { buffers, bytes } = gl.memory()
        const { programs } = gl.device
        if (step > 10)
          seen.add(`${buffers} textures, ${bytes} bytes in use, ${gl.idleBytes} kept, ${programs} programs`)
      },
    }
    const data = { inputs: train.images, targets: train.labels }
    const { step } = await fit(model, data, { backend: gl, loss, batchSize: 8, epochs: steps / 2, callbacks: [watch] })
    expect(step).toBe(steps)
    // The same after every step.
    expect([...seen]).toHaveLength(1)
    expect(gl.memory()).toEqual(before)
  })
})
