// Initializers: mean, variance and range of many draws, within five standard errors.
import { randomKey, type Shape, type Tensor, tensor } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import {
  constantInitializer,
  type Fans,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  normalInitializer,
  uniformInitializer,
  zerosInitializer,
} from './initializers.ts'
import { dense } from './layers/dense.ts'
import { embedding } from './layers/embedding.ts'
import { maxout } from './layers/maxout.ts'

const fans: Fans = { fanIn: 30, fanOut: 20 }
const shape: Shape = [400, 250]
const count = 1e5

const read = async (initializer: Initializer): Promise<Float32Array> =>
  (await initializer(randomKey(11), shape, fans).data()) as Float32Array

function measure(data: Float32Array): { mean: number; variance: number; largest: number } {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (data.length - 1)
  return { mean, variance, largest: data.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0) }
}

describe.each<[string, Initializer, number, 'uniform' | 'normal']>([
  ['uniformInitializer', uniformInitializer(-0.5, 0.5), 1 / 12, 'uniform'],
  ['normalInitializer', normalInitializer(0.25), 0.0625, 'normal'],
  ['glorotUniform', glorotUniform, 2 / 50, 'uniform'],
  ['glorotNormal', glorotNormal, 2 / 50, 'normal'],
  ['heUniform', heUniform, 2 / 30, 'uniform'],
  ['heNormal', heNormal, 2 / 30, 'normal'],
  ['lecunNormal', lecunNormal, 1 / 30, 'normal'],
])('%s', (_, initializer, variance, kind) => {
  test('has mean 0 and the variance of its paper', async () => {
    const data = await read(initializer)
    const measured = measure(data)
    expect(data.length).toBe(count)
    expect(Math.abs(measured.mean)).toBeLessThan(5 * Math.sqrt(variance / count))
    // The standard error of a variance is σ² √((κ − 1) / n), with the kurtosis κ: 9/5 for uniform, 3 for normal.
    const kurtosis = kind === 'uniform' ? 9 / 5 : 3
    expect(Math.abs(measured.variance / variance - 1)).toBeLessThan(5 * Math.sqrt((kurtosis - 1) / count))
  })

  test(`is ${kind}`, async () => {
    const { largest } = measure(await read(initializer))
    const deviations = largest / Math.sqrt(variance)
    // A uniform distribution ends at √3 deviations; of 10⁵ normal draws the largest lies near 4.4.
    if (kind === 'uniform') expect(deviations).toBeLessThanOrEqual(Math.sqrt(3) + 1e-6)
    expect(deviations).toBeGreaterThan(kind === 'uniform' ? Math.sqrt(3) - 1e-3 : 3.5)
    if (kind === 'normal') expect(deviations).toBeLessThan(6)
  })

  test('gives the same numbers for the same key, and others for another', async () => {
    const draw = async (seed: number): Promise<unknown> => initializer(randomKey(seed), [4], fans).array()
    expect(await draw(1)).toEqual(await draw(1))
    expect(await draw(1)).not.toEqual(await draw(2))
  })
})

test('uniformInitializer takes any range', async () => {
  const data = (await uniformInitializer(2, 3)(randomKey(1), [10_000], fans).data()) as Float32Array
  expect(Math.min(...data)).toBeGreaterThanOrEqual(2)
  expect(Math.max(...data)).toBeLessThanOrEqual(3)
  expect(Math.abs(measure(data).mean - 2.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / 10_000))
})

test('constants', async () => {
  expect(await zerosInitializer(randomKey(1), [2], fans).array()).toEqual([0, 0])
  expect(await constantInitializer(1.5)(randomKey(1), [2], fans).array()).toEqual([1.5, 1.5])
})

describe('layers tell their initializers', () => {
  /** Writes its arguments down. */
  const spy = (seen: unknown[]): Initializer => {
    return (_key: Tensor, wanted: Shape, told: Fans) => {
      seen.push([wanted, told])
      return tensor(new Float32Array(wanted.reduce((size, length) => size * length, 1)), { shape: wanted })
    }
  }

  test('dense: inputs and units', () => {
    const seen: unknown[] = []
    dense(3, { weightInitializer: spy(seen), biasInitializer: spy(seen) }).init(randomKey(1), [7, 5])
    expect(seen).toEqual([
      [[5, 3], { fanIn: 5, fanOut: 3 }],
      [[3], { fanIn: 5, fanOut: 3 }],
    ])
  })

  test('maxout: all pieces', () => {
    const seen: unknown[] = []
    maxout(3, 4, { weightInitializer: spy(seen) }).init(randomKey(1), [5])
    expect(seen).toEqual([[[5, 12], { fanIn: 5, fanOut: 12 }]])
  })

  test('embedding: symbols and width', () => {
    const seen: unknown[] = []
    embedding(9, 4, { initializer: spy(seen) }).init(randomKey(1), [])
    expect(seen).toEqual([[[9, 4], { fanIn: 9, fanOut: 4 }]])
  })

  test('weight and bias have keys of their own', async () => {
    const draw = normalInitializer(1)
    const { weight, bias } = dense(3, { weightInitializer: draw, biasInitializer: draw }).init(randomKey(1), [1])
    expect((await (weight as Tensor).data()).join()).not.toBe((await (bias as Tensor).data()).join())
  })
})
