// Summaries against counts by hand, and looking inside layers made of layers.
import { randomKey, randomUniform, type Tensor, tensor, zeros } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { activation, relu } from './activations.ts'
import { applyPart, initPart, observeLayers, type ParamsByPosition } from './composition.ts'
import { evaluation, type Layer, makeLayer } from './layer.ts'
import { dense } from './layers/dense.ts'
import { embedding } from './layers/embedding.ts'
import { maxout } from './layers/maxout.ts'
import { batchNorm } from './layers/normalization.ts'
import { flatten, reshape } from './layers/shape.ts'
import { sequential } from './sequential.ts'
import { summarizeLayers, summary } from './summary.ts'

const key = randomKey(1)

describe('summary', () => {
  test('prints the table, batch axis left open, and tells what is trained', () => {
    const model = sequential(flatten(), sequential(dense(32, { activation: relu }), batchNorm()), maxout(10, 2))
    // dense 784·32 + 32, batchNorm 32 · (scale, offset | mean, variance), maxout 32·20 + 20
    expect(summary(model, [28, 28])).toBe(
      [
        'at   layer           output shape  parameters',
        '─────────────────────────────────────────────',
        '0    flatten         [batch, 784]           0',
        '1    sequential      [batch, 32]       25,248',
        '1.0    dense(32)     [batch, 32]       25,120',
        '1.1    batchNorm     [batch, 32]          128',
        '2    maxout(10 × 2)  [batch, 10]          660',
        '─────────────────────────────────────────────',
        '25,908 parameters, 25,844 trained, 64 not trained',
      ].join('\n'),
    )
  })

  test('of a single layer, and of one with nothing in it', () => {
    expect(summarizeLayers(dense(3), [5, 4])).toEqual({
      rows: [{ path: '', name: 'dense(3)', depth: 0, outputShape: [5, 3], parameters: 15 }],
      trained: 15,
      notTrained: 0,
    })
    expect(summarizeLayers(sequential(), [4]).rows).toMatchObject([{ name: 'sequential()', outputShape: [4] }])
  })

  test('draws nothing, whatever the size', () => {
    const { trained, rows } = summarizeLayers(sequential(embedding(1e6, 1000), dense(1e6)), [20])
    expect(trained).toBe(1e9 + 1e9 + 1e6)
    expect(rows[1]?.outputShape).toEqual([20, 1e6])
  })

  test('a part that is applied twice has one row and is counted once', () => {
    const part = dense(4)
    const twice: Layer<ParamsByPosition> = {
      name: 'twice(dense)',
      init: (given, shape) => ({ 0: initPart(part, 0, given, shape) }),
      apply: (params, input, context) =>
        applyPart(part, 0, params, applyPart(part, 0, params, input, context), context),
    }
    const { rows, trained } = summarizeLayers(sequential(twice), [4])
    expect(rows.map(({ path, name, parameters }) => [path, name, parameters])).toEqual([
      ['0', 'twice', 20],
      ['0.0', 'dense(4)', 20],
    ])
    expect(trained).toBe(20)
  })
})

describe('observeLayers', () => {
  const double = makeLayer('double', (input) => input.mul(2))
  const addOne = makeLayer('addOne', (input) => input.add(1))
  const model = sequential(double, sequential(addOne, sequential(double)), activation(relu))

  test('lists layers from the outside in, with what goes in and comes out', async () => {
    const calls = observeLayers(model, model.init(key, [1]), tensor([[-3], [4]]))
    const read = async (value: Tensor) => [...(await value.data())]
    const seen = calls.map(async ({ path, layer, input, output }) => [
      path,
      layer.name.replace(/\(.*/, ''),
      await read(input),
      await read(output),
    ])
    expect(await Promise.all(seen)).toEqual([
      ['', 'sequential', [-3, 4], [0, 18]],
      ['0', 'double', [-3, 4], [-6, 8]],
      ['1', 'sequential', [-6, 8], [-10, 18]],
      ['1.0', 'addOne', [-6, 8], [-5, 9]],
      ['1.1', 'sequential', [-5, 9], [-10, 18]],
      ['1.1.0', 'double', [-5, 9], [-10, 18]],
      ['2', 'activation', [-10, 18], [0, 18]],
    ])
  })

  test('hands over the parameters of each layer', () => {
    const net = sequential(reshape([2, 2]), sequential(dense(3)))
    const params = net.init(key, [4])
    const calls = observeLayers(net, params, zeros([1, 4]))
    expect(calls.map(({ params: own }) => Object.keys(own))).toEqual([['0', '1'], [], ['0'], ['weight', 'bias']])
    expect(calls[3]?.params).toBe((params['1'] as ParamsByPosition)[0])
  })

  test('changes nothing about the result, random draws included', async () => {
    const noise = makeLayer('noise', (input, context) => input.add(randomUniform(context.key as Tensor, [3])))
    const net = sequential(noise, sequential(noise))
    const context = { training: true, key }
    const [whole] = observeLayers(net, {}, zeros([1, 3]), context)
    expect(await whole?.output.data()).toEqual(await net.apply({}, zeros([1, 3]), context).data())
    expect(await net.apply({}, zeros([1, 3]), context).data()).not.toEqual(
      await net.apply({}, zeros([1, 3]), { ...context, key: randomKey(2) }).data(),
    )
    expect(() => net.apply({}, zeros([1, 3]), evaluation)).toThrow()
  })
})
