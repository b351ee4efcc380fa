// Layers both ways and on top of each other: outputs, states, masks and dropout of the whole.
import { compile, concat, openReference, randomKey, randomNormal, type Tensor } from '@deep-recipe/core-tensor'
import { type Context, evaluation, observeLayers, sequential } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { bidirectional, type Merge } from './bidirectional.ts'
import { gru } from './cells/gru.ts'
import { lstm } from './cells/lstm.ts'
import { simpleRnn } from './cells/simple-rnn.ts'
import { expectClose } from './fixtures/expected.ts'
import { lengthsToMask } from './mask.ts'
import { stacked } from './stacked.ts'

const key = randomKey(9)
const [batch, time, features, units] = [2, 5, 3, 4]
const input = randomNormal(key, [batch, time, features])
const mask = lengthsToMask([3, 5], time)
const withMask: Context = { ...evaluation, mask }

describe('bidirectional', () => {
  const layer = lstm(units)
  const both = bidirectional(layer)
  const params = both.init(key, [time, features])
  const forward = layer.apply(params.forward, input, withMask)
  const backward = layer.reversed().apply(params.backward, input, withMask)

  test.each<[Merge, Tensor]>([
    ['concat', concat([forward, backward], -1)],
    ['sum', forward.add(backward)],
    ['average', forward.add(backward).div(2)],
    ['multiply', forward.mul(backward)],
  ])('%s', async (merge, wanted) => {
    const output = bidirectional(layer, { merge }).apply(params, input, withMask)
    expectClose(merge, await output.array(), await wanted.array(), 1e-7)
  })

  test('the two walks have weights and dropout of their own', async () => {
    expect(await params.forward.inputWeight.array()).not.toEqual(await params.backward.inputWeight.array())
    const one = { forward: params.forward, backward: params.forward }
    // A sequence that reads the same from both ends, with one set of weights: only dropout tells the walks apart.
    const palindrome = concat([input, input.flip(1)], 1)
    const ends = (context: Context) => {
      const output = bidirectional(lstm(units, { recurrentDropout: 0.5, output: 'last' })).apply(
        one,
        palindrome,
        context,
      )
      return Promise.all([0, units].map((from) => output.slice([0, from], [batch, units]).array()))
    }
    const [a, b] = await ends(evaluation)
    expect(a).toEqual(b)
    const [c, d] = await ends({ training: true, key })
    expect(c).not.toEqual(d)
  })

  test('the last step of each walk, and states for each', async () => {
    const last = bidirectional(lstm(units, { output: 'last' })).run(params, input, withMask)
    expect(await last.output.array()).toEqual(
      await concat([last.lastState.forward.h, last.lastState.backward.h], -1).array(),
    )
    const again = both.run(params, input, withMask, last.lastState)
    const wanted = layer.run(params.forward, input, withMask, last.lastState.forward).lastState.c
    expect(await again.lastState.forward.c.array()).toEqual(await wanted.array())
  })

  test('reversed, the walks change places', async () => {
    const swapped = { forward: params.backward, backward: params.forward }
    const output = bidirectional(layer, { merge: 'sum' }).reversed().apply(swapped, input, withMask)
    expectClose('sum', await output.array(), await forward.add(backward).array(), 1e-6)
  })
})

describe('stacked', () => {
  const model = stacked(lstm(units), bidirectional(gru(3)), simpleRnn(2, { output: 'last' }))
  const params = model.init(key, [time, features])

  test('is one layer after the other', async () => {
    const wanted = sequential(lstm(units), bidirectional(gru(3)), simpleRnn(2, { output: 'last' }))
    expect(wanted.init(key, [time, features])['1']).toHaveProperty('backward')
    expect(await model.apply(params, input, withMask).array()).toEqual(
      await wanted.apply(params, input, withMask).array(),
    )
    expect(model.output).toBe('last')
    expect(model.name).toBe('stacked(lstm(4), bidirectional(gru(3)), simpleRnn(2))')
  })

  test('hands on the states of all', async () => {
    const deep = stacked(lstm(units), gru(3))
    const own = deep.init(key, [time, features])
    const whole = deep.run(own, input, evaluation)
    const first = deep.run(own, input.slice([0, 0, 0], [batch, 2, features]), evaluation)
    const rest = deep.run(own, input.slice([0, 2, 0], [batch, 3, features]), evaluation, first.lastState)
    expect(await concat([first.output, rest.output], 1).array()).toEqual(await whole.output.array())
    expect(Object.keys(whole.lastState)).toEqual(['0', '1'])
  })

  test('states go in and out of compiled functions', async () => {
    const deep = stacked(lstm(units), gru(3))
    const own = deep.init(key, [time, features])
    const backend = openReference()
    const begin = compile(backend, (given: Tensor) => deep.run(own, given, evaluation).lastState)
    const goOn = compile(
      backend,
      (given: Tensor, state: typeof first.lastState) => deep.run(own, given, evaluation, state).output,
    )
    const first = deep.run(own, input, evaluation)
    const host = (await input.host()) as never
    const output = await goOn(host, (await begin(host)) as never)
    expectClose(
      'output',
      await output.array(),
      await deep.run(own, input, evaluation, first.lastState).output.array(),
      1e-6,
    )
  })

  test('shows its layers, and turns around', async () => {
    const paths = observeLayers(model, params, input).map(({ path, layer }) => `${path} ${layer.name}`)
    expect(paths).toEqual([` ${model.name}`, '0 lstm(4)', '1 bidirectional(gru(3))', '2 simpleRnn(2)'])
    const pair = stacked(lstm(units), gru(3))
    const own = pair.init(key, [time, features])
    const turned = pair.apply(own, input.flip(1), evaluation).flip(1)
    expect(await pair.reversed().apply(own, input, evaluation).array()).toEqual(await turned.array())
  })

  test('refuses nothing, and last steps in between', () => {
    expect(() => stacked()).toThrow(/stacked: .* received none/)
    expect(() => stacked(lstm(2, { output: 'last' }), gru(2))).toThrow(/the output 'last' at position 0/)
  })
})
