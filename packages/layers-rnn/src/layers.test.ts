// Recurrent layers as layers: what they give, how they are put together, dropout, learned states, masks in the context.
import {
  grad,
  RecipeError,
  randomKey,
  randomNormal,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '@deep-recipe/core-tensor'
import { type Context, countParameters, evaluation } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import type { GateParams } from './cell.ts'
import { gru } from './cells/gru.ts'
import { lstm, lstmCell } from './cells/lstm.ts'
import { peepholeLstm } from './cells/peephole-lstm.ts'
import { simpleRnn } from './cells/simple-rnn.ts'
import { lastStep, lengthsToMask } from './mask.ts'
import type { RecurrentLayer, RecurrentOptions } from './recurrent.ts'
import { runRecurrent } from './run-recurrent.ts'

const key = randomKey(9)
const [batch, time, features, units] = [2, 5, 3, 4]
const input = randomNormal(key, [batch, time, features])
const mask = lengthsToMask([3, 5], time)
const withMask: Context = { ...evaluation, mask }

describe.each<[string, (options?: RecurrentOptions) => RecurrentLayer, number]>([
  ['simpleRnn', (options) => simpleRnn(units, options), 1],
  ['lstm', (options) => lstm(units, options), 4],
  ['peepholeLstm', (options) => peepholeLstm(units, options), 4],
  ['gru', (options) => gru(units, options), 3],
])('%s', (name, make, gates) => {
  const layer = make()
  const params = layer.init(key, [time, features])

  test('has its name and its number of parameters', () => {
    expect(layer.name).toBe(`${name}(4)`)
    const extra = { peepholeLstm: 3 * units, gru: units }[name] ?? 0
    expect(countParameters(params)).toBe(gates * units * (features + units + 1) + extra)
  })

  test('the last step is the last of the sequence, with a mask the last real one', async () => {
    const last = make({ output: 'last' })
    for (const context of [evaluation, withMask]) {
      const wanted = lastStep().apply({}, layer.apply(params, input, context), context)
      expect(await last.apply(params, input, context).array()).toEqual(await wanted.array())
    }
    const back = make({ output: 'last', reverse: true }).apply(params, input, withMask)
    const all = make({ reverse: true }).apply(params, input, withMask)
    expect(await back.array()).toEqual(await all.at(0, 1).array())
  })

  test('a learned initial state begins as zeros, is used and learns', async () => {
    const learned = make({ initialState: 'learned' })
    const own = learned.init(key, [time, features])
    expect(await learned.apply(own, input, evaluation).array()).toEqual(
      await layer.apply(params, input, evaluation).array(),
    )
    const moved = {
      ...own,
      initial: Object.fromEntries(
        Object.keys(own.initial as object).map((part) => [part, randomNormal(randomKey(1), [units])]),
      ),
    }
    const { lastState } = learned.run(moved, input, evaluation)
    const repeated = Object.fromEntries(
      Object.entries(moved.initial).map(([part, value]) => [part, value.broadcastTo([batch, units])]),
    )
    const given = layer.run(params, input, evaluation, repeated).lastState
    expect(await (lastState.h as Tensor).array()).toEqual(await (given.h as Tensor).array())
    const gradient = grad((weights: typeof moved) => learned.apply(weights, input, evaluation).sum())(moved)
    for (const part of Object.values(gradient.initial))
      expect(Number(await part.abs().min().array())).toBeGreaterThan(0)
  })

  test('recurrent dropout leaves out the same of h in every step, scaled, and nothing in evaluation', async () => {
    const rate = 0.5
    const dropping = make({ recurrentDropout: rate })
    expect(await dropping.apply(params, input, evaluation).array()).toEqual(
      await layer.apply(params, input, evaluation).array(),
    )
    // Without recurrent weights it changes nothing.
    const apart = { ...params, recurrentWeight: zeros((params.recurrentWeight as Tensor).shape) }
    const training: Context = { training: true, key }
    expect(await dropping.apply(apart, input, training).array()).toEqual(
      await layer.apply(apart, input, evaluation).array(),
    )
    const dropped = await dropping.apply(params, input, training).array()
    expect(dropped).not.toEqual(await layer.apply(params, input, evaluation).array())
    expect(dropped).toEqual(await dropping.apply(params, input, training).array())
    expect(dropped).not.toEqual(await dropping.apply(params, input, { training: true, key: randomKey(10) }).array())
  })

  test('dropout of the input is the same in every step', async () => {
    const training: Context = { training: true, key }
    const same = randomNormal(key, [batch, 1, features]).broadcastTo([batch, time, features])
    // With no state, equal steps that lost the same features stay equal.
    const apart = { ...params, recurrentWeight: zeros((params.recurrentWeight as Tensor).shape) }
    const outputs = make({ dropout: 0.5 }).apply(apart, same, training)
    const plain = layer.apply(apart, same, evaluation)
    expect(await outputs.array()).not.toEqual(await plain.array())
    if (name === 'simpleRnn') {
      const [first, last] = [outputs.at(0, 1), outputs.at(-1, 1)]
      expect(await first.array()).toEqual(await last.array())
    }
  })

  test('drops only with a key, and shares below 1 only', () => {
    expect(() => make({ recurrentDropout: 0.5 }).apply(params, input, { training: true })).toThrow(RecipeError)
    for (const rate of [1, -0.1, Number.NaN]) {
      expect(() => make({ dropout: rate })).toThrow(ValueError)
      expect(() => make({ recurrentDropout: rate })).toThrow(ValueError)
    }
    expect(() => make({ truncate: 1.5 })).toThrow(ValueError)
    expect(() => layer.init(key, [features])).toThrow(/expected sequences \[batch, time, features\]/)
    expect(() => layer.init(key, [2, time, features])).toThrow(ShapeError)
  })
})

test('what recurrent dropout keeps is divided by the share that it keeps', async () => {
  // h_t = h_{t−1} · keep: a ReLU network that hands its state on.
  const layer = simpleRnn(1000, { activation: 'relu', recurrentDropout: 0.25 })
  const weights = { inputWeight: zeros([1, 1000]), bias: zeros([1000]) }
  const identity = tensor(
    Float32Array.from({ length: 1e6 }, (_, i) => (i % 1001 === 0 ? 1 : 0)),
    { shape: [1000, 1000] },
  )
  const state = { h: zeros([1, 1000]).add(1) }
  const run = layer.run({ ...weights, recurrentWeight: identity }, zeros([1, 2, 1]), { training: true, key }, state)
  const [[first, second]] = (await run.output.array()) as [[number[], number[]]]
  const kept = first.filter((number) => number > 0)
  expect(Math.abs(kept.length / 1000 - 0.75)).toBeLessThan(5 * Math.sqrt((0.75 * 0.25) / 1000))
  for (const number of kept) expect(number).toBeCloseTo(4 / 3, 5)
  first.forEach((number, unit) => {
    expect(second[unit]).toBeCloseTo((number * 4) / 3, 5)
  })
})

test('an LSTM layer is its cell, run', async () => {
  const [layer, cell] = [lstm(units), lstmCell(units)]
  const params = layer.init(key, [time, features])
  const wanted = runRecurrent(cell, params as GateParams, input, { lengths: [3, 5] })
  expect(await layer.apply(params, input, withMask).array()).toEqual(await wanted.outputs.array())
})
