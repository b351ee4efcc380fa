// Recognition: alone or among others the same, and what decoding makes of scores.
import { compile, openReference, randomKey } from '@deep-recipe/core-tensor'
import type { HostParams } from '@deep-recipe/training'
import { describe, expect, test } from 'vitest'
import { decode } from './decode.ts'
import { makeFeatures } from './fixtures/features.ts'
import { filters } from './hearing.ts'
import { buildNetwork } from './network.ts'
import { openRecognizer } from './recognize.ts'

test('many utterances of different lengths: the scores that each has alone, in their order', async () => {
  const backend = openReference()
  const network = buildNetwork({ name: 'conv-lstm', units: 3, dropout: 0 })
  const draw = compile(backend, () => network.layer.init(randomKey(1), [48, filters + 1]))
  const recognizer = openRecognizer(network, (await draw()) as unknown as HostParams, backend)
  const examples = [90, 20, 150, 1, 40].map((frames) => ({ features: makeFeatures(frames), digits: [1, 2] }))
  // One frame is one step, and cannot spell two digits.
  const examined = await recognizer.examine(examples)
  for (const [i, { features }] of examples.entries()) {
    const alone = await recognizer.listen(features)
    expect(examined[i]?.scores.shape).toEqual([Math.ceil((features.shape[0] as number) / 4), 11])
    expect(alone.shape).toEqual(examined[i]?.scores.shape)
    alone.data.forEach((score, k) => {
      expect(examined[i]?.scores.data[k]).toBeCloseTo(score, 4)
    })
  }
  expect(examined.map(({ loss }) => Number.isFinite(loss))).toEqual([true, true, true, false, true])
  recognizer.dispose()
})

describe('decode', () => {
  /** Scores that are sure of a class at each step. */
  const sure = (...classes: number[]) => {
    const data = new Float32Array(classes.length * 11)
    classes.forEach((label, t) => {
      data[t * 11 + label] = 9
    })
    return { shape: [classes.length, 11] as const, dtype: 'float32' as const, data }
  }

  test('digits with times and confidences', () => {
    const { digits, tokens } = decode(sure(0, 4, 4, 0, 4, 1, 0), 4)
    expect(digits).toEqual([3, 3, 0])
    const times = tokens.map(({ from, to }) => [Number(from.toFixed(2)), Number(to.toFixed(2))])
    expect(times).toEqual([
      [0.04, 0.12],
      [0.16, 0.2],
      [0.2, 0.24],
    ])
    for (const { confidence } of tokens) expect(confidence).toBeGreaterThan(0.99)
  })

  test('nothing at all', () => {
    expect(decode(sure(), 4).digits).toEqual([])
    expect(decode(sure(0, 0, 0), 4).tokens).toEqual([])
  })
})
