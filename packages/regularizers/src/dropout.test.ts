// Dropout: how much is kept, what is expected, and that both scalings and the test-time rule agree.
import {
  compile,
  grad,
  ones,
  openReference,
  RecipeError,
  randomKey,
  randomNormal,
  type Tensor,
  tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import { type Context, dense, relu, sequential } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { annealed, dropout, scaleOutgoingWeights } from './dropout.ts'

const key = randomKey(17)
const training: Context = { training: true, key }
const testing: Context = { training: false }
const shape = [200, 500]
const count = 1e5

/** Five standard errors of a share of n draws. */
const margin = (p: number, n: number): number => 5 * Math.sqrt((p * (1 - p)) / n)

const read = async (value: Tensor): Promise<Float32Array> => (await value.data()) as Float32Array
const mean = (data: Float32Array): number => data.reduce((sum, x) => sum + x, 0) / data.length

describe.each([0.1, 0.5, 0.9])('with the rate %d', (rate) => {
  test('the share 1 − p is kept, divided by 1 − p, so that the expectation is the input', async () => {
    const output = await read(dropout(rate).apply({}, ones(shape), training))
    const kept = output.filter((x) => x !== 0)
    expect(Math.abs(kept.length / count - (1 - rate))).toBeLessThan(margin(rate, count))
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - rate))]))
    expect(Math.abs(mean(output) - 1)).toBeLessThan(margin(rate, count) / (1 - rate))
  })

  test('the original keeps numbers as they are, and its test has the same expectation', async () => {
    const layer = dropout(rate, { scaling: 'original' })
    const output = await read(layer.apply({}, ones(shape), training))
    expect(new Set(output)).toEqual(new Set([0, 1]))
    const tested = mean(await read(layer.apply({}, ones(shape), testing)))
    expect(tested).toBeCloseTo(1 - rate, 5)
    expect(Math.abs(mean(output) - tested)).toBeLessThan(margin(rate, count))
  })

  test('both scalings keep the same places for the same key', async () => {
    const inverted = await read(dropout(rate).apply({}, ones(shape), training))
    const original = await read(dropout(rate, { scaling: 'original' }).apply({}, ones(shape), training))
    expect(inverted.map((x) => (x === 0 ? 0 : 1))).toEqual(original)
  })

  test('each place is dropped by itself: neighbours and rows are not alike', async () => {
    const data = await read(dropout(rate, { scaling: 'original' }).apply({}, ones(shape), training))
    const keep = 1 - rate
    for (const distance of [1, 2, 500]) {
      let both = 0
      for (let i = 0; i + distance < count; i++) both += (data[i] as number) * (data[i + distance] as number)
      expect(Math.abs(both / (count - distance) - keep ** 2)).toBeLessThan(margin(keep ** 2, count - distance))
    }
  })
})

describe('the test-time rule', () => {
  const rate = 0.5 // 1 − p is a power of two: scaling by it rounds nothing, so that equal means equal bits
  const input = randomNormal(randomKey(1), [6, 8])
  const layer = dense(4, { activation: relu })
  const params = layer.init(randomKey(2), [8])
  const { bias, weight } = { bias: tensor([0.5, -1, 2, 0]), weight: params.weight as Tensor }

  test('scaling what is read by 1 − p is scaling the weights that read it', async () => {
    const model = sequential(dropout(rate, { scaling: 'original' }), layer)
    const byInputs = await model.apply({ 0: {}, 1: { weight, bias } }, input, testing).array()
    const scaled = scaleOutgoingWeights({ weight, bias }, rate)
    expect(await layer.apply(scaled, input, testing).array()).toEqual(byInputs)
    expect(scaled.bias).toBe(bias)
  })

  test('an inverted network with these weights is the same network, in training and at the test', async () => {
    const original = sequential(dropout(rate, { scaling: 'original' }), layer)
    const inverted = sequential(dropout(rate), layer)
    const originalParams = { 0: {}, 1: { weight, bias } }
    const invertedParams = { 0: {}, 1: scaleOutgoingWeights({ weight, bias }, rate) }
    const [a, b] = [
      await original.apply(originalParams, input, testing).array(),
      await inverted.apply(invertedParams, input, testing).array(),
    ]
    expect(b).toEqual(a)
    const trained = await read(original.apply(originalParams, input, training))
    const other = await read(inverted.apply(invertedParams, input, training))
    expect(other).toEqual(trained)
  })

  test('the mean over many masks of a linear layer is what the test gives', async () => {
    const linear = dense(4)
    const model = sequential(dropout(rate, { scaling: 'original' }), linear)
    const both = { 0: {}, 1: { weight, bias } }
    const masks = 4000
    const repeated = input.at(0).expandDims(0).broadcastTo([masks, 8])
    const average = await model.apply(both, repeated, training).mean(0).array()
    const tested = (await model.apply(both, input, testing).at(0).array()) as number[]
    // Var = p (1 − p) Σ (x w)².
    const spread = (await input.at(0).expandDims(1).mul(weight).square().sum(0).array()) as number[]
    ;(average as number[]).forEach((value, j) => {
      const error = Math.sqrt((rate * (1 - rate) * (spread[j] as number)) / masks)
      expect(Math.abs(value - (tested[j] as number))).toBeLessThan(5 * error)
    })
  })

  test('needs a weight', () => {
    expect(() => scaleOutgoingWeights({ table: weight }, 0.5)).toThrow(RecipeError)
    expect(() => scaleOutgoingWeights({ table: weight }, 0.5)).toThrow(
      /parameters of a layer with a weight, received table/,
    )
  })
})

test('the test of the inverted kind, and the rate 0, give the input itself', () => {
  const input = ones([2, 2])
  expect(dropout(0.5).apply({}, input, testing)).toBe(input)
  expect(dropout(0).apply({}, input, training)).toBe(input)
  expect(dropout(0, { scaling: 'original' }).apply({}, input, { training: true })).toBe(input)
})

test('the same key drops the same places, another key others', async () => {
  const draw = async (seed: number) =>
    read(dropout(0.5).apply({}, ones([100]), { training: true, key: randomKey(seed) }))
  expect(await draw(1)).toEqual(await draw(1))
  expect(await draw(1)).not.toEqual(await draw(2))
})

test('what is dropped gives 0 whatever it was, and no gradient', async () => {
  const input = tensor([Number.NaN, Number.POSITIVE_INFINITY, 1, 1, 1, 1, 1, 1])
  const output = await read(dropout(0.9).apply({}, input, training))
  expect(output.some((x) => x === 0)).toBe(true)
  const slope = grad((x: Tensor) => dropout(0.5).apply({}, x, training).sum())
  const [values, slopes] = [await read(dropout(0.5).apply({}, ones([1000]), training)), await read(slope(ones([1000])))]
  expect(slopes).toEqual(values)
})

describe('annealed dropout', () => {
  const keptShare = async (rate: ReturnType<typeof annealed>, progress: number): Promise<number> => {
    const run = compile(openReference(), (at: Tensor) =>
      dropout(rate, { scaling: 'original' })
        .apply({}, ones(shape), { ...training, progress: at })
        .mean(),
    )
    return (await (await run(progress)).array()) as number
  }

  test('the rate falls in a straight line to 0', async () => {
    for (const [progress, rate] of [
      [0, 0.6],
      [0.25, 0.45],
      [0.5, 0.3],
      [1, 0],
    ] as const) {
      expect(Math.abs((await keptShare(annealed(0.6), progress)) - (1 - rate))).toBeLessThan(margin(rate, count) + 1e-6)
    }
  })

  test('ends at the share `until`, and stays there', async () => {
    expect(Math.abs((await keptShare(annealed(0.5, 0.5), 0.25)) - 0.75)).toBeLessThan(margin(0.25, count))
    expect(await keptShare(annealed(0.5, 0.5), 0.5)).toBe(1)
    expect(await keptShare(annealed(0.5, 0.5), 0.75)).toBe(1)
  })

  test('keeps the expectation at every rate', async () => {
    const output = dropout(annealed(0.8)).apply({}, ones(shape), { ...training, progress: tensor(0.5) })
    expect(Math.abs(mean(await read(output)) - 1)).toBeLessThan(margin(0.4, count) / 0.6)
  })

  test('without progress it says what to pass; its test needs none', () => {
    expect(() => dropout(annealed(0.5)).apply({}, ones([1]), training)).toThrow(RecipeError)
    expect(() => dropout(annealed(0.5)).apply({}, ones([1]), training)).toThrow(
      /progress of the training in the context, received none\. Pass { progress/,
    )
    const input = ones([1])
    expect(dropout(annealed(0.5)).apply({}, input, testing)).toBe(input)
    expect(() => dropout(annealed(0.5), { scaling: 'original' }).apply({}, input, testing)).toThrow(
      /at the test.*Use the inverted scaling/,
    )
  })
})

describe('bad arguments', () => {
  test.each([-0.1, 1, 1.5, Number.NaN])('the rate %d', (rate) => {
    for (const make of [
      () => dropout(rate),
      () => annealed(rate),
      () => scaleOutgoingWeights({ weight: ones([1]) }, rate),
    ]) {
      expect(make).toThrow(ValueError)
      expect(make).toThrow(/expected a share from 0 up to, but not including, 1, received/)
    }
  })

  test('no time to anneal', () => {
    expect(() => annealed(0.5, 0)).toThrow(/annealed: until: expected a positive number, received 0/)
  })

  test('training without a key', () => {
    expect(() => dropout(0.5).apply({}, ones([1]), { training: true })).toThrow(RecipeError)
    expect(() => dropout(0.5).apply({}, ones([1]), { training: true })).toThrow(
      /dropout while training: expected a random key/,
    )
  })
})
