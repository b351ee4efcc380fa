// Chains of layers, and looking at their parameters.
import { flattenTree, randomKey, randomUniform, ShapeError, type Tensor, tensor, zeros } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { activation, relu } from './activations.ts'
import { type Context, evaluation, inferOutputShape, makeLayer } from './layer.ts'
import { dense } from './layers/dense.ts'
import { embedding } from './layers/embedding.ts'
import { maxout } from './layers/maxout.ts'
import { batchNorm } from './layers/normalization.ts'
import { flatten, reshape } from './layers/shape.ts'
import { countParameters, isState, splitTrainable } from './parameters.ts'
import { sequential } from './sequential.ts'

const key = randomKey(3)

function leafAt(tree: unknown, path: string): Tensor {
  const { leaves, paths } = flattenTree<Tensor>(tree)
  return leaves[paths.indexOf(path)] as Tensor
}

describe('sequential', () => {
  test('passes the input through its layers in turn', async () => {
    const double = makeLayer('double', (input) => input.mul(2))
    const addOne = makeLayer('addOne', (input) => input.add(1))
    const model = sequential(double, addOne, double)
    expect(model.name).toBe('sequential(double, addOne, double)')
    expect(await model.apply(model.init(key, [2]), tensor([[1, 2]]), evaluation).array()).toEqual([[6, 10]])
  })

  test('tells each layer the shape that the layers before it give', () => {
    const model = sequential(reshape([2, 6]), maxout(5), flatten(), dense(3), batchNorm())
    const params = model.init(key, [12])
    const shapes = Object.entries(params).map(([at, own]) => [
      at,
      Object.keys(own).map((name) => [name, (own[name] as Tensor).shape]),
    ])
    expect(shapes.slice(0, 4)).toEqual([
      ['0', []],
      [
        '1',
        [
          ['weight', [6, 10]],
          ['bias', [10]],
        ],
      ],
      ['2', []],
      [
        '3',
        [
          ['weight', [10, 3]],
          ['bias', [3]],
        ],
      ],
    ])
    expect(model.apply(params, zeros([7, 12]), evaluation).shape).toEqual([7, 3])
    expect(inferOutputShape(model, params, [12])).toEqual([3])
  })

  test('may stand within one another, and be empty', async () => {
    const model = sequential(sequential(dense(2), activation(relu)), sequential())
    const params = model.init(key, [3])
    expect(model.apply(params, zeros([1, 3]), evaluation).shape).toEqual([1, 2])
    expect(countParameters(params)).toBe(8)
  })

  test('gives each layer a key of its own, in drawing and in applying', async () => {
    const draw = makeLayer('draw', (input, context: Context) =>
      input.mul(10).add(randomUniform(context.key as Tensor, [])),
    )
    const both = await sequential(draw, draw)
      .apply({}, zeros([1]), { training: true, key })
      .data()
    const again = await sequential(draw, draw)
      .apply({}, zeros([1]), { training: true, key })
      .data()
    expect(again).toEqual(both)
    const first = Math.floor(both[0] as number) / 10
    expect(((both[0] as number) % 1).toFixed(3)).not.toBe(first.toFixed(3))
    const params = sequential(dense(4), dense(4)).init(key, [4])
    expect(await leafAt(params, '0.weight').array()).not.toEqual(await leafAt(params, '1.weight').array())
  })

  test('tells progress, training and record to every layer', () => {
    const seen: Context[] = []
    const look = makeLayer('look', (input, context) => {
      seen.push(context)
      return input
    })
    const context: Context = { training: true, key, progress: tensor(0.5), record: () => {} }
    sequential(look, look).apply({}, zeros([1]), context)
    expect(seen.map(({ key: _, ...rest }) => rest)).toEqual([context, context].map(({ key: _, ...rest }) => rest))
  })

  test('refuses layers that do not fit together, when it is set up', () => {
    expect(() => sequential(reshape([5]), dense(2)).init(key, [4])).toThrow(ShapeError)
  })
})

test('inferOutputShape computes nothing', () => {
  const fail = makeLayer('embed', (input) => input)
  expect(inferOutputShape(fail, {}, [2, 3])).toEqual([2, 3])
  const words = embedding(1000, 8)
  expect(inferOutputShape(words, words.init(key, [5]), [5])).toEqual([5, 8])
  expect(inferOutputShape(words, words.init(key, []), [])).toEqual([8])
})

describe('parameters', () => {
  const params = sequential(dense(4), batchNorm()).init(key, [3])

  test('countParameters leaves out what is not trained', () => {
    expect(countParameters(params)).toBe(3 * 4 + 4 + 4 + 4)
    expect(countParameters({})).toBe(0)
    expect(
      countParameters({ a: { shape: [2, 5], dtype: 'float32', data: new Float32Array(10) }, state: zeros([7]) }),
    ).toBe(10)
  })

  test('isState goes by whole names', () => {
    expect(['state', '1.state.mean', 'a.state'].map(isState)).toEqual([true, true, true])
    expect(['statement', '1.weight', 'my-state', ''].map(isState)).toEqual([false, false, false, false])
  })

  test('splitTrainable lists what is trained and puts it back', () => {
    const { trainable, join } = splitTrainable(params)
    expect(Object.keys(trainable).sort()).toEqual(['0.bias', '0.weight', '1.offset', '1.scale'])
    expect(join(trainable)).toEqual(params)
    const changed = join({ ...trainable, '0.bias': zeros([4]) })
    expect(leafAt(changed, '0.bias')).not.toBe(leafAt(params, '0.bias'))
    expect(leafAt(changed, '0.weight')).toBe(leafAt(params, '0.weight'))
    expect(leafAt(changed, '1.state.mean')).toBe(leafAt(params, '1.state.mean'))
  })
})
