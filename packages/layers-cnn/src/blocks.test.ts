// Residual and inception-like blocks, and batch normalisation between them: a small network against PyTorch.
import { readFileSync } from 'node:fs'
import {
  flattenTree,
  type NestedArray,
  randomKey,
  type Shape,
  type Tensor,
  tensor,
  unflattenTree,
  zeros,
} from '@deep-recipe/core-tensor'
import {
  activation,
  batchNorm,
  type Context,
  dense,
  evaluation,
  inferOutputShape,
  type Layer,
  makeLayer,
  type ParamsByPosition,
  relu,
  sequential,
  summarizeLayers,
} from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { branches, residual } from './blocks.ts'
import { conv1d, conv2d } from './convolution.ts'
import { type Derived, differentiate, expectClose, expectSame } from './fixtures/differentiate.ts'
import { globalAveragePool, maxPool2d } from './pooling.ts'

const { network } = JSON.parse(readFileSync(new URL('fixtures/networks.json', import.meta.url), 'utf8')) as {
  network: {
    readonly parameters: { readonly [path: string]: NestedArray }
    readonly input: NestedArray
    readonly train: Derived
    readonly mean: NestedArray
    readonly variance: NestedArray
    readonly evaluated: NestedArray
  }
}
const key = randomKey(1)

describe('a network with batch norm, residual and branches', () => {
  const model = sequential(
    conv2d(3, 3, { padding: 'same', useBias: false }),
    batchNorm({ momentum: 0.875, epsilon: 0.0625 }),
    activation(relu),
    residual(conv2d(4, 3, { stride: 2, padding: 1 }), { activation: relu }),
    branches(conv2d(2, 1), maxPool2d(3, { stride: 1, padding: 1 })),
    globalAveragePool(),
    dense(3),
  )
  const drawn = model.init(key, [2, 5, 6])
  const { paths, leaves } = flattenTree<Tensor>(drawn)
  const names = Object.keys(network.parameters)

  /** Parameters of the model with the given values in the order of the fixture. */
  const fill = (values: readonly Tensor[]): ParamsByPosition => {
    const known = new Map(names.map((name, i) => [name, values[i]]))
    return unflattenTree(
      drawn,
      paths.map((path, i) => known.get(path) ?? leaves[i]),
    ) as ParamsByPosition
  }

  test('has the parameters of PyTorch’s, and two that are not trained', () => {
    expect(paths.filter((path) => !path.includes('state'))).toEqual([...names].sort())
    const shapes = names.map((name) => leaves[paths.indexOf(name)]?.shape)
    expect(shapes).toEqual(names.map((name) => tensor(network.parameters[name] as NestedArray).shape))
  })

  test('trains with its gradients', async () => {
    const apply = (...[x, ...values]: Tensor[]) => model.apply(fill(values), x as Tensor, { training: true })
    expectSame(await differentiate(apply, network.input, ...Object.values(network.parameters)), network.train)
  })

  test('keeps running statistics, with which it is evaluated', async () => {
    const values = Object.values(network.parameters).map((value) => tensor(value))
    const next = new Map<Tensor, Tensor>()
    const record: Context['record'] = (parameter, value) => void next.set(parameter, value)
    const params = fill(values)
    model.apply(params, tensor(network.input), { training: true, record })
    expect(next.size).toBe(2)
    const after = unflattenTree(
      params,
      flattenTree<Tensor>(params).leaves.map((leaf) => next.get(leaf) ?? leaf),
    ) as ParamsByPosition
    const [mean, variance] = ['1.state.mean', '1.state.variance'].map(
      (path) => flattenTree<Tensor>(after).leaves[paths.indexOf(path)] as Tensor,
    ) as [Tensor, Tensor]
    expectClose(await mean.array(), network.mean, 1e-5)
    expectClose(await variance.array(), network.variance, 1e-5)
    expectClose(await model.apply(after, tensor(network.input), evaluation).array(), network.evaluated, 1e-5)
  })

  test('is summarized with all its parts', () => {
    const { rows, trained, notTrained } = summarizeLayers(model, [2, 5, 6])
    expect(rows.map(({ path, name, outputShape, parameters }) => [path, name, outputShape, parameters])).toEqual([
      ['0', 'conv2d(3, 3×3)', [3, 5, 6], 54],
      ['1', 'batchNorm', [3, 5, 6], 12],
      ['2', 'activation', [3, 5, 6], 0],
      ['3', 'residual', [4, 3, 3], 124],
      ['3.0', 'conv2d(4, 3×3, stride 2×2)', [4, 3, 3], 112],
      ['3.1', 'conv2d(4, 1×1, stride 2×2)', [4, 3, 3], 12],
      ['4', 'branches', [6, 3, 3], 10],
      ['4.0', 'conv2d(2, 1×1)', [2, 3, 3], 10],
      ['4.1', 'maxPool2d(3×3, stride 1×1)', [4, 3, 3], 0],
      ['5', 'globalAveragePool', [6], 0],
      ['6', 'dense(3)', [3], 21],
    ])
    expect([trained, notTrained]).toEqual([54 + 6 + 124 + 10 + 21, 6])
  })
})

describe('residual', () => {
  const double = makeLayer('double', (input) => input.mul(2))

  test('adds the input, then applies the activation', async () => {
    const input = tensor([[1, -2]])
    expect(await residual(double).apply({}, input, evaluation).array()).toEqual([[3, -6]])
    expect(await residual(double, { activation: relu }).apply({}, input, evaluation).array()).toEqual([[3, 0]])
    expect(residual(double).init(key, [2])).toEqual({ 0: {} })
  })

  test('a shortcut that is given is used, whatever the shapes', async () => {
    const layer = residual(double, { shortcut: makeLayer('ten', (input) => input.mul(10)) })
    expect(await layer.apply(layer.init(key, [2]), tensor([[1, -2]]), evaluation).array()).toEqual([[12, -24]])
  })

  test.each<[Layer, Shape, Shape | undefined]>([
    [conv2d(4, 3, { padding: 'same' }), [4, 7, 5], undefined],
    [conv2d(6, 3, { padding: 'same' }), [4, 7, 5], [6, 4, 1, 1]],
    [conv2d(4, 3, { padding: 'same', stride: [2, 3] }), [4, 7, 5], [4, 4, 1, 1]],
    [conv1d(5, 3, { padding: 1, stride: 2 }), [2, 9], [5, 2, 1]],
    [dense(3), [8], [8, 3]],
  ])('projects where the block changes the shape: $name', (block, from, weight) => {
    const layer = residual(block)
    const params = layer.init(key, from) as { readonly 1?: { readonly weight: Tensor } }
    expect(params[1]?.weight.shape).toEqual(weight)
    const output = inferOutputShape(layer, params as never, from)
    expect(output).toEqual(inferOutputShape(block, block.init(key, from), from))
  })

  test('refuses what no projection reaches', () => {
    expect(() => residual(conv2d(4, 2)).init(key, [4, 5, 5])).toThrow(
      /residual: shortcut: expected .* received \[4, 5, 5\] to \[4, 4, 4\]/,
    )
    expect(() => residual(globalAveragePool()).init(key, [4, 5, 5])).toThrow(/keeps the rank/)
    const wrong = residual(conv2d(4, 3), { shortcut: makeLayer('same', (input) => input) })
    expect(() => wrong.apply(wrong.init(key, [4, 5, 5]), zeros([1, 4, 5, 5]), evaluation)).toThrow(
      /received \[1, 4, 5, 5\]/,
    )
  })
})

describe('branches', () => {
  const times = (factor: number): Layer => makeLayer(`times(${factor})`, (input) => input.mul(factor))

  test('puts channels one after the other', async () => {
    const output = branches(times(1), times(10)).apply({}, tensor([[[1, 2]], [[3, 4]]]), evaluation)
    expect(await output.array()).toEqual([
      [
        [1, 2],
        [10, 20],
      ],
      [
        [3, 4],
        [30, 40],
      ],
    ])
  })

  test('draws each branch by itself', async () => {
    const params = branches(conv2d(2, 1), conv2d(2, 1)).init(key, [3, 4, 4]) as Record<string, { weight: Tensor }>
    expect(await params[0]?.weight.data()).not.toEqual(await params[1]?.weight.data())
  })

  test('refuses nothing at all, and outputs of different sizes', () => {
    expect(() => branches()).toThrow(/branches: expected at least one layer/)
    const uneven = branches(conv2d(2, 1), conv2d(2, 3))
    expect(() => inferOutputShape(uneven, uneven.init(key, [1, 5, 5]), [1, 5, 5])).toThrow(/Pad with 'same'/)
  })
})
