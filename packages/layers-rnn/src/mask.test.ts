// Padding found, passed on and passed over; layers applied to each step.
import { randomKey, randomNormal, ShapeError, type Tensor, tensor, zeros } from '@deep-recipe/core-tensor'
import { type Context, dense, embedding, evaluation, flatten, sequential } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { bidirectional } from './bidirectional.ts'
import { lstm } from './cells/lstm.ts'
import { expectClose } from './fixtures/expected.ts'
import { lastStep, lengthsToMask, masked } from './mask.ts'
import { timeDistributed } from './time-distributed.ts'

const key = randomKey(9)
const [batch, time, features, units] = [2, 5, 3, 4]
const input = randomNormal(key, [batch, time, features])
const mask = lengthsToMask([3, 5], time)
const withMask: Context = { ...evaluation, mask }

describe('masks', () => {
  test('lengths', async () => {
    expect(await lengthsToMask([0, 2, 3], 3).array()).toEqual([
      [false, false, false],
      [true, true, false],
      [true, true, true],
    ])
  })

  test('masked finds the padding of symbols, for all layers inside', async () => {
    const inner = sequential(embedding(9, features), bidirectional(lstm(units)), dense(2))
    const model = masked(inner)
    const params = model.init(key, [time])
    const symbols = tensor([
      [3, 1, 2, 0, 0],
      [4, 4, 8, 1, 5],
    ])
    const output = (await model.apply(params, symbols, evaluation).array()) as number[][][]
    const alone = (await inner.apply(params, tensor([[3, 1, 2]]), evaluation).array()) as number[][][]
    expectClose('tags', output[0]?.slice(0, 3) as number[][], alone[0] as number[][], 1e-6)
    expect(model.name).toBe('masked(sequential(embedding(9, 3), bidirectional(lstm(4)), dense(2)))')
  })

  test('masked finds steps of features that hold nothing but the padding', async () => {
    const seen: Tensor[] = []
    const probe = {
      ...flatten(),
      apply: (_: object, x: Tensor, context: Context) => {
        seen.push(context.mask as Tensor)
        return x
      },
    }
    const steps = tensor([
      [
        [1, -1],
        [-1, -1],
        [-1, 0],
      ],
    ])
    masked(probe, { padding: -1 }).apply({}, steps, evaluation)
    expect(await seen[0]?.array()).toEqual([[true, false, true]])
    expect(() => masked(probe).apply({}, zeros([2]), evaluation)).toThrow(ShapeError)
  })

  test('the last real step: after padding, before padding, of none', async () => {
    const three = tensor([
      [[1], [2], [Number.NaN]],
      [[Number.NaN], [5], [6]],
      [[7], [8], [9]],
    ])
    const real = tensor([
      [true, true, false],
      [false, true, true],
      [false, false, false],
    ])
    expect(
      await lastStep()
        .apply({}, three, { ...evaluation, mask: real })
        .array(),
    ).toEqual([[2], [6], [0]])
    expect(await lastStep().apply({}, three.at(2).expandDims(0), evaluation).array()).toEqual([[9]])
    expect(() => lastStep().apply({}, zeros([2, 3]), evaluation)).toThrow(ShapeError)
    expect(() => lastStep().apply({}, zeros([2, 3, 1]), { ...evaluation, mask })).toThrow(/lastStep: mask/)
  })
})

describe('timeDistributed', () => {
  test('applies a layer to each step by itself', async () => {
    const inner = sequential(flatten(), dense(2))
    const layer = timeDistributed(inner)
    const params = layer.init(key, [4, 3, 2])
    const frames = randomNormal(key, [2, 4, 3, 2])
    const output = layer.apply(params, frames, evaluation)
    expect(output.shape).toEqual([2, 4, 2])
    for (const step of [0, 3]) {
      const wanted = inner.apply(params[0] as never, frames.at(step, 1), evaluation)
      expectClose('step', await output.at(step, 1).array(), await wanted.array(), 1e-6)
    }
    expect(() => layer.apply(params, zeros([3]), evaluation)).toThrow(ShapeError)
  })

  test('does not tell the layer of a mask that is not of its steps', () => {
    let told: Context | undefined
    const probe = {
      ...flatten(),
      apply: (_: object, x: Tensor, context: Context) => {
        told = context
        return x
      },
    }
    timeDistributed(probe).apply({}, input, withMask)
    expect(told && 'mask' in told).toBe(false)
  })
})
