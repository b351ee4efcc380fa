// DropConnect and standout: what is left out, what is expected, and the rule of the test.
import { grad, ones, randomKey, randomNormal, type Tensor, tensor, ValueError } from '@deep-recipe/core-tensor'
import { type Context, dense, relu } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { dropConnect, standout } from './drop-connect.ts'

const key = randomKey(23)
const training: Context = { training: true, key }
const evaluation: Context = { training: false }
const read = async (value: Tensor): Promise<number[]> => [...((await value.data()) as Float32Array)]

describe('dropConnect', () => {
  test('leaves out the share p of the weights, one mask for the batch, and keeps biases', async () => {
    const layer = dropConnect(300, 0.25, { useBias: true })
    const params = { weight: ones([400, 300]), bias: tensor(new Float32Array(300).fill(7)) }
    // The gradient of Σ y for a batch of one 1 shows the mask: 0 or 1 / (1 − p).
    const sum = (weight: Tensor): Tensor => layer.apply({ ...params, weight }, ones([1, 400]), training).sum()
    const mask = await read(grad(sum)(params.weight))
    const kept = mask.filter((x) => x !== 0)
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.75)]))
    expect(Math.abs(kept.length / mask.length - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / mask.length))
    const output = await read(layer.apply(params, ones([2, 400]), training))
    expect(output.slice(0, 300)).toEqual(output.slice(300))
    const average = output.reduce((total, x) => total + x, 0) / output.length
    // Each output is a sum of 400 weights of variance p / (1 − p), and there are 300 of them.
    expect(Math.abs(average - 407)).toBeLessThan(5 * Math.sqrt((400 * (0.25 / 0.75)) / 300))
  })

  test('the test is the dense layer, activation and all; so is the rate 0', async () => {
    const plain = dense(3, { activation: relu })
    const params = plain.init(randomKey(1), [4])
    const input = randomNormal(randomKey(2), [5, 4])
    const wanted = await plain.apply(params, input, evaluation).array()
    expect(await dropConnect(3, 0.5, { activation: relu }).apply(params, input, evaluation).array()).toEqual(wanted)
    expect(await dropConnect(3, 0, { activation: relu }).apply(params, input, { training: true }).array()).toEqual(
      wanted,
    )
  })

  test('the activation comes after the masked sum', async () => {
    const params = { weight: tensor([[-1, -1, -1, -1]]), bias: tensor([0, 0, 0, 0]) }
    const output = dropConnect(4, 0.5, { activation: relu }).apply(params, ones([1, 1]), training)
    expect(await read(output)).toEqual([0, 0, 0, 0])
  })

  test('refuses bad rates, and training without a key', () => {
    expect(() => dropConnect(3, 1)).toThrow(ValueError)
    expect(() => dropConnect(3, -1)).toThrow(/dropConnect: rate/)
    const layer = dropConnect(3, 0.5)
    expect(() => layer.apply(layer.init(key, [2]), ones([1, 2]), { training: true })).toThrow(
      /dropConnect while training/,
    )
  })
})

describe('standout', () => {
  // Net inputs −2, 0 and 3 for the input 1.
  const params = { weight: tensor([[-2, 0, 3]]), bias: tensor([0, 0, 0]) }
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
  const examples = 20_000

  test('keeps each unit with the probability σ(α net + β)', async () => {
    const layer = standout(3, { alpha: 0.5, beta: 0.25, activation: (net) => net.mul(0).add(1) })
    const output = layer.apply(params, ones([examples, 1]), training)
    const kept = await read(output.mean(0))
    ;[-2, 0, 3].forEach((net, j) => {
      const keep = sigmoid(0.5 * net + 0.25)
      expect(Math.abs((kept[j] as number) - keep)).toBeLessThan(5 * Math.sqrt((keep * (1 - keep)) / examples))
    })
  })

  test('the test multiplies by that probability, which is the mean of training', async () => {
    const layer = standout(3, { activation: relu })
    const tested = await read(layer.apply(params, ones([1, 1]), evaluation))
    expect(tested).toEqual([0, 0, expect.closeTo(3 * sigmoid(3), 5)])
    const trained = await read(layer.apply(params, ones([examples, 1]), training).mean(0))
    expect(Math.abs((trained[2] as number) - (tested[2] as number))).toBeLessThan(
      15 * Math.sqrt((sigmoid(3) * sigmoid(-3)) / examples),
    )
  })

  test('the probability itself is not trained', async () => {
    const layer = standout(3)
    const slope = grad((given: typeof params) => layer.apply(given, ones([1, 1]), evaluation).sum())(params)
    expect(await read(slope.bias)).toEqual([-2, 0, 3].map((net) => expect.closeTo(sigmoid(net), 5)))
  })

  test('needs a key while training', () => {
    expect(() => standout(3).apply(params, ones([1, 1]), { training: true })).toThrow(/standout while training/)
    expect(() => standout(0)).toThrow(ValueError)
  })
})
