// The networks: their shapes, and that neighbours in a batch and padding change nothing.
import { compile, openReference, randomKey, type Tensor } from '@deep-recipe/core-tensor'
import { evaluation } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { packBatch, packFeatures, targetWidth } from './batches.ts'
import { makeFeatures } from './fixtures/features.ts'
import { filters } from './hearing.ts'
import { buildNetwork, countSteps, type NetworkName } from './network.ts'
import { lossPerDigit } from './objective.ts'

const backend = openReference()

describe.each(['conv-lstm', 'bilstm', 'frames'] as const)('%s', (name: NetworkName) => {
  const { layer, stride } = buildNetwork({ name, units: 5, dropout: 0.3 })
  const params = layer.init(randomKey(1), [48, filters + 1])
  const run = compile(backend, (inputs: Tensor) => layer.apply(params, inputs, evaluation))

  test('a score for the blank and each digit, every few frames', async () => {
    const output = await run(packFeatures([{ features: makeFeatures(30) }], 2, 48))
    expect(output.shape).toEqual([2, 48 / stride, 11])
  })

  test('begins with blank seven times as unlikely as a digit', async () => {
    const silence = makeFeatures(30)
    silence.data.fill(0)
    const { data } = await (await run(packFeatures([{ features: silence }], 1, 48))).host()
    // e² = 7.4: the bias; what the untrained weights make of nothing is little beside it.
    for (let digit = 1; digit < 11; digit++)
      expect(Math.abs((data[digit] as number) - (data[0] as number) - 2)).toBeLessThan(1)
  })

  test('an utterance gives the same scores alone and among longer ones', async () => {
    const [short, long] = [makeFeatures(29), makeFeatures(96)]
    const steps = countSteps(29, stride)
    const alone = (await (await run(packFeatures([{ features: short }], 1, 36))).host()).data.subarray(0, steps * 11)
    const batch = packFeatures([{ features: long }, { features: short }], 2, 96)
    const among = (await (await run(batch)).host()).data
    const own = among.subarray((96 / stride) * 11, (96 / stride + steps) * 11)
    alone.forEach((score, i) => {
      expect(own[i]).toBeCloseTo(score, 4)
    })
  })
})

describe('lossPerDigit', () => {
  const [a, b] = [
    { features: makeFeatures(40), digits: [3, 1] },
    { features: makeFeatures(20), digits: [] },
  ]
  const loss = compile(backend, (logits: Tensor, targets: Tensor) => lossPerDigit(logits, targets))

  test('of scores that know nothing: the number of spellings times 11^−steps, by counting them', async () => {
    const { targets, weights } = packBatch([a, b], 3, 48, 4)
    expect(targets).toMatchObject({ shape: [3, targetWidth] })
    expect([...(weights as Float32Array)]).toEqual([1, 1, 0])
    const output = await loss({ shape: [3, 12, 11], dtype: 'float32', data: new Float32Array(3 * 12 * 11) }, targets)
    const losses = (await output.host()).data
    // 10 steps for two different labels: the runs of blank 3 blank 1 blank, of which only those of the labels must not be empty. As many as
    // ways to choose 4 borders of 10 steps into 5 runs: C(10 + 2, 4).
    const spellings = (12 * 11 * 10 * 9) / 24
    expect(losses[0]).toBeCloseTo((10 * Math.log(11) - Math.log(spellings)) / 2, 4)
    // No digit: all 5 steps are blank.
    expect(losses[1]).toBeCloseTo(5 * Math.log(11), 4)
    expect(losses[2]).toBeCloseTo(0, 9)
  })
})

test('targets: steps, then classes, then nothing', () => {
  const { targets } = packBatch([{ features: makeFeatures(41), digits: [0, 9] }], 1, 48, 4)
  expect([...(targets as { data: Int32Array }).data]).toEqual([11, 1, 10, -1, -1, -1, -1, -1])
})
