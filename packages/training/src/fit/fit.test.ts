// fit against training by hand; its seed, its memory, and what it refuses.
import { type HostArray, openReference, randomUniform, ShapeError, ValueError } from '@deep-recipe/core-tensor'
import { DatasetError } from '@deep-recipe/datasets'
import { batchNorm, type Layer, makeLayer } from '@deep-recipe/layers-core'
import { l2Penalty } from '@deep-recipe/regularizers'
import { describe, expect, test } from 'vitest'
import { softmaxCrossEntropy } from '../losses.ts'
import type { Metric } from '../metrics.ts'
import { sgd } from '../optimizers/sgd.ts'
import { withWeightDecay } from '../optimizers/wrappers.ts'
import { type Callback, earlyStopping, onEpochEnd } from './callbacks.ts'
import { type ArrayData, arraySource, type BatchSource } from './data.ts'
import { type FitOptions, type FitResult, fit } from './fit.ts'
import { toComparable } from './fixtures/compare.ts'
import { array, line, lineModel, lineOptions, points, readDense } from './fixtures/line.ts'
import { makeModel, makeOptions, trainingData } from './fixtures/task.ts'

const train = (options: Partial<FitOptions> = {}): Promise<FitResult> =>
  fit(makeModel(), trainingData, { ...makeOptions(openReference()), ...options })

describe('a batch size that does not divide the number of examples', () => {
  test('gives the losses and weights of descent by hand: padding counts nothing', async () => {
    const result = await fit(lineModel, arraySource(line, { batchSize: 3 }), { ...lineOptions, inputShape: [1] })
    let [w, b] = [0.5, 0]
    const losses: number[] = []
    const norms: number[] = []
    for (let epoch = 0; epoch < 3; epoch++) {
      let [sum, lengths] = [0, 0]
      for (const batch of [[0, 1, 2], [3, 4, 5], [6]]) {
        const errors = batch.map((i) => w * (points.x[i] as number) + b - (points.y[i] as number))
        const dw =
          errors.reduce((total, error, at) => total + 2 * error * (points.x[batch[at] as number] as number), 0) /
          batch.length
        const db = errors.reduce((total, error) => total + 2 * error, 0) / batch.length
        sum += errors.reduce((total, error) => total + error ** 2, 0)
        lengths += batch.length * Math.hypot(dw, db)
        w -= 0.125 * dw
        b -= 0.125 * db
      }
      losses.push(sum / 7)
      norms.push(lengths / 7)
    }
    expect(readDense(result.params)).toEqual([w, b].map((number) => expect.closeTo(number, 6)))
    expect(result.history.map(({ train }) => train.loss)).toEqual(losses.map((loss) => expect.closeTo(loss, 6)))
    expect(result.history.map(({ train }) => train.gradientNorm)).toEqual(norms.map((norm) => expect.closeTo(norm, 6)))
    expect(result).toMatchObject({ ended: 'finished', step: 9, warnings: [] })
  })

  test('larger than the number of examples, it is one step an epoch over all', async () => {
    const whole = await fit(lineModel, line, { ...lineOptions, batchSize: 7 })
    const larger = await fit(lineModel, line, { ...lineOptions, batchSize: 100 })
    expect(larger.step).toBe(3)
    expect(toComparable(larger)).toEqual(toComparable(whole))
  })
})

describe('the seed', () => {
  test('decides everything: equal seeds give equal bits, others do not', async () => {
    const [first, second, other] = [await train(), await train(), await train({ seed: 6 })]
    expect(toComparable(second)).toEqual(toComparable(first))
    expect(other.history[0]?.train.loss).not.toBe(first.history[0]?.train.loss)
  })

  test('gives each step its own key, and evaluation none', async () => {
    const probe = makeLayer('probe', (input, { key }) =>
      key ? input.mul(0).add(randomUniform(key, [])) : input.mul(0),
    )
    const seen: number[] = []
    const callback = onEpochEnd(({ train, validation }) => {
      seen.push(train.loss as number)
      expect(validation?.loss).toBe(0)
    })
    const zeros = { inputs: line.inputs, targets: array([7, 1], 0, 0, 0, 0, 0, 0, 0) }
    await fit(probe, zeros, { ...lineOptions, batchSize: 7, validation: zeros, callbacks: [callback], epochs: 5 })
    expect(new Set(seen).size).toBe(5)
  })
})

test('the share of the training that is done goes from 0 towards 1', async () => {
  const probe = makeLayer('probe', (input, { progress }) => input.mul(0).add(progress ?? Number.NaN))
  const zeros = { inputs: line.inputs, targets: array([7, 1], 0, 0, 0, 0, 0, 0, 0) }
  const { history } = await fit(probe, zeros, { ...lineOptions, batchSize: 7, epochs: 4 })
  expect(history.map(({ train }) => train.loss)).toEqual([0, 1 / 16, 4 / 16, 9 / 16])
})

test('running statistics are recorded, and are not trained', async () => {
  const model = batchNorm({ momentum: 0.5 })
  const result = await fit(model, arraySource(line, { batchSize: 7 }), { ...lineOptions, epochs: 2, inputShape: [1] })
  const { mean, variance } = result.params.state as { readonly mean: HostArray; readonly variance: HostArray }
  const average = points.x.reduce((sum, x) => sum + x, 0) / 7
  const unbiased = points.x.reduce((sum, x) => sum + (x - average) ** 2, 0) / 6
  // Two blends: s ← s/2 + new/2.
  expect(mean.data[0]).toBeCloseTo(0.75 * average, 6)
  expect(variance.data[0]).toBeCloseTo(0.25 + 0.75 * unbiased, 6)
})

test('a penalty moves the weights but is not in the figures', async () => {
  const [lambda, rate] = [0.25, 0.125]
  const penalized = await fit(lineModel, line, { ...lineOptions, penalty: (params) => l2Penalty(params, lambda) })
  const decayed = await fit(lineModel, line, {
    ...lineOptions,
    optimizer: withWeightDecay(sgd({ learningRate: rate }), lambda * rate),
  })
  expect(readDense(penalized.params)).toEqual(readDense(decayed.params).map((number) => expect.closeTo(number, 6)))
  expect(penalized.history[2]?.train.loss).toBeCloseTo(decayed.history[2]?.train.loss as number, 6)
})

test('training goes on from given parameters', async () => {
  const { params } = await fit(lineModel, arraySource(line, { batchSize: 7 }), { ...lineOptions, inputShape: [1] })
  const more = await fit(lineModel, arraySource(line, { batchSize: 7 }), {
    ...lineOptions,
    inputShape: [1],
    initial: params,
  })
  const all = await fit(lineModel, arraySource(line, { batchSize: 7 }), { ...lineOptions, inputShape: [1], epochs: 6 })
  expect(readDense(more.params)).toEqual(readDense(all.params))
})

test('it learns', async () => {
  const { history } = await train({ epochs: 40 })
  expect(history[39]?.validation?.accuracy).toBeGreaterThan(0.8)
  expect(history[39]?.validation?.loss).toBeLessThan((history[0]?.validation?.loss as number) / 1.5)
})

describe('memory', () => {
  test('returns to where it began after training, with callbacks, validation and several batch shapes', async () => {
    const own = openReference()
    const mine = own.upload({ shape: [3], dtype: 'float32', data: new Float32Array(3) })
    const before = own.memory()
    const look: Callback = { name: 'look', onEpochEnd: async ({ params }) => void (await params()) }
    await train({ backend: own, callbacks: [look, earlyStopping()] })
    expect(own.memory()).toEqual(before)
    mine.dispose()
  })

  test('does not grow from step to step', async () => {
    const own = openReference()
    const buffers: number[] = []
    const look: Callback = { name: 'look', onStepEnd: () => void buffers.push(own.memory().buffers) }
    await train({ backend: own, callbacks: [look], epochs: 3 })
    expect(new Set(buffers.slice(5)).size).toBe(1)
  })
})

describe('what is refused, with the memory given back', () => {
  const shaped = (inputs: number[], targets: number[]): ArrayData => {
    const size = (shape: number[]): number => shape.reduce((product, length) => product * length, 1)
    return {
      inputs: array(inputs, ...new Array<number>(size(inputs)).fill(1)),
      targets: array(targets, ...new Array<number>(size(targets)).fill(1)),
    }
  }
  const scalarLoss: FitOptions['loss'] = (predictions, targets) => predictions.sub(targets).square().mean()
  const columnMetric: Metric = { name: 'column', measure: (predictions) => predictions }
  const model = lineModel as unknown as Layer
  const initial = { weight: { shape: [2, 1], dtype: 'float32', data: new Float32Array(2) } } as const
  const weights: BatchSource = {
    length: 1,
    epoch: () => [{ inputs: [[1], [2]], targets: [[1], [2]], weights: [[1], [1]] }],
  }

  test.each<[string, ArrayData | BatchSource, Partial<FitOptions>, new (...args: never[]) => Error, RegExp]>([
    ['different numbers of examples', shaped([4, 1], [5, 1]), {}, DatasetError, /4 examples.*received shape \[5, 1\]/],
    ['no examples', shaped([0, 1], [0, 1]), {}, DatasetError, /at least 1 examples, received 0/],
    [
      'targets of another shape',
      shaped([4, 1], [4, 2]),
      {},
      ShapeError,
      /meanSquaredError: targets: expected the shape \[3, 1\]/,
    ],
    [
      'class numbers as floats',
      shaped([4, 1], [4]),
      { loss: softmaxCrossEntropy },
      ShapeError,
      /class numbers as int32/,
    ],
    ['a batch size of 0', line, { batchSize: 0 }, DatasetError, /batchSize/],
    [
      'epochs that are no number',
      line,
      { epochs: Number.NaN },
      ValueError,
      /fit: epochs: expected a whole number, 0 or more, received NaN/,
    ],
    ['half an epoch', line, { epochs: 0.5 }, ValueError, /fit: epochs/],
    ['a seed that is no whole number', line, { seed: 0.5 }, DatasetError, /seed/],
    [
      'a loss that is one number',
      line,
      { loss: scalarLoss },
      ShapeError,
      /loss: expected one number for each example: \[3\], received \[\]/,
    ],
    [
      'a metric that is a column',
      line,
      { metrics: [columnMetric] },
      ShapeError,
      /metric column: expected one number for each example: \[3\], received \[3, 1\]/,
    ],
    [
      'weights in a column',
      weights,
      {},
      ShapeError,
      /batch: weights: expected one number for each example: \[2\], received \[2, 1\]/,
    ],
    [
      'parameters of another model',
      line,
      { initial },
      ShapeError,
      /fit: initial: expected the parameters of the model: bias \[1\], weight \[1, 1\], received weight \[2, 1\]/,
    ],
  ])('%s', async (_, data, options, type, message) => {
    const own = openReference()
    const training = fit(model, data, { ...lineOptions, ...options, backend: own })
    await expect(training).rejects.toThrow(type)
    await expect(training).rejects.toThrow(message)
    expect(own.memory()).toEqual({ buffers: 0, bytes: 0 })
  })

  test('no epochs at all are none, not an error', async () => {
    const result = await fit(model, line, { ...lineOptions, epochs: 0 })
    expect(result).toMatchObject({ ended: 'finished', step: 0, history: [] })
    expect(readDense(result.params)).toEqual([0.5, 0])
  })
})
