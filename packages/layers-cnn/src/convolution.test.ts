// Convolution against PyTorch, as a sparsely connected layer with shared weights, and what it refuses.
import { readFileSync } from 'node:fs'
import {
  grad,
  type NestedArray,
  randomKey,
  randomNormal,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '@deep-recipe/core-tensor'
import {
  constantInitializer,
  countParameters,
  dense,
  evaluation,
  type Fans,
  heNormal,
  type Initializer,
  relu,
  summary,
} from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { conv1d, conv2d, depthwiseConv2d, separableConv2d } from './convolution.ts'
import { type Derived, differentiate, expectClose, expectSame } from './fixtures/differentiate.ts'

type ConvolutionCase = Derived & {
  readonly options: object
  readonly input: NestedArray
  readonly weight: NestedArray
  readonly bias: NestedArray
}

const { convolutions } = JSON.parse(readFileSync(new URL('fixtures/networks.json', import.meta.url), 'utf8')) as {
  convolutions: Record<string, ConvolutionCase>
}
const key = randomKey(1)

/** A layer whose filters have the shape of `weight`. */
function layerFor(weight: NestedArray, options: object): ReturnType<typeof conv2d> {
  const [filters, , ...window] = tensor(weight).shape as [number, number, ...number[]]
  if (window.length === 1) return conv1d(filters, window[0] as number, options)
  return conv2d(filters, window as [number, number], options)
}

describe('PyTorch', () => {
  test.each(Object.entries(convolutions))('%s', async (_name, { options, input, weight, bias, ...wanted }) => {
    const layer = layerFor(weight, options)
    const drawn = layer.init(key, tensor(input).shape.slice(1))
    expect([drawn.weight?.shape, drawn.bias?.shape]).toEqual([tensor(weight).shape, tensor(bias).shape])
    const apply = (...[x, w, b]: Tensor[]) =>
      layer.apply({ weight: w as Tensor, bias: b as Tensor }, x as Tensor, evaluation)
    expectSame(await differentiate(apply, input, weight, bias), wanted)
  })
})

describe('a dense layer in disguise', () => {
  const [channels, height, width, filters, window, stride] = [2, 5, 4, 3, 2, 1]
  const [rows, columns] = [height - window + 1, width - window + 1]
  const inputs = channels * height * width
  const outputs = filters * rows * columns

  /** Which weight of the convolution connects a number of the input to one of the output; −1 for none. */
  const connections: number[] = []
  for (let input = 0; input < inputs; input++) {
    const [c, y, x] = [Math.floor(input / (height * width)), Math.floor(input / width) % height, input % width]
    for (let output = 0; output < outputs; output++) {
      const [f, i, j] = [Math.floor(output / (rows * columns)), Math.floor(output / columns) % rows, output % columns]
      const [dy, dx] = [y - i * stride, x - j * stride]
      const isSeen = dy >= 0 && dy < window && dx >= 0 && dx < window
      connections.push(isSeen ? ((f * channels + c) * window + dy) * window + dx : -1)
    }
  }

  test('that is sparse and shares weights: each output reads one window, each weight stands at every place', () => {
    const used = connections.filter((index) => index >= 0)
    expect(used.length).toBe(outputs * channels * window * window)
    expect(new Set(used).size).toBe(filters * channels * window * window)
    expect(used.filter((index) => index === 0).length).toBe(rows * columns)
  })

  test('gives the same, and its gradients summed over shared places are those of the filters', async () => {
    const input = randomNormal(randomKey(2), [3, channels, height, width])
    const shared = conv2d(filters, window).init(key, [channels, height, width])
    const numbers = await (shared.weight as Tensor).data()
    const matrix = tensor(Float32Array.from(connections, (index) => (index < 0 ? 0 : (numbers[index] as number))))
    const full = { weight: matrix.reshape([inputs, outputs]) }
    const flat = input.reshape([3, inputs])
    const upstream = randomNormal(randomKey(3), [3, outputs])
    const convolve = (params: typeof shared): Tensor =>
      conv2d(filters, window, { useBias: false }).apply(params, input, evaluation).reshape([3, outputs])
    const connect = (params: typeof full): Tensor => dense(outputs, { useBias: false }).apply(params, flat, evaluation)
    expectClose(await convolve(shared).array(), await connect(full).array(), 1e-5)
    expect((await convolve(shared).data()).some((number) => Math.abs(number) > 0.1)).toBe(true)

    const given = { weight: shared.weight as Tensor }
    const filterGradient = grad((params: typeof given) => convolve(params).mul(upstream).sum())(given)
    const matrixGradient = await grad((params: typeof full) => connect(params).mul(upstream).sum())(full).weight.data()
    const summed = new Array<number>(numbers.length).fill(0)
    connections.forEach((index, place) => {
      if (index >= 0) summed[index] = (summed[index] as number) + (matrixGradient[place] as number)
    })
    expectClose([...(await filterGradient.weight.data())], summed, 1e-4)
  })
})

describe('parameters', () => {
  /** Notes the fans that it is given. */
  function noteFans(fans: Fans[]): Initializer {
    return (_key, shape, given) => {
      fans.push(given)
      return zeros(shape)
    }
  }

  test('initializers hear how many numbers flow in and out of a unit', () => {
    const fans: Fans[] = []
    const weightInitializer = noteFans(fans)
    conv2d(8, [3, 5], { weightInitializer }).init(key, [4, 9, 9])
    conv2d(8, 3, { weightInitializer, groups: 2 }).init(key, [4, 9, 9])
    conv1d(6, 5, { weightInitializer }).init(key, [2, 9])
    depthwiseConv2d(3, { weightInitializer, multiplier: 2 }).init(key, [4, 9, 9])
    expect(fans).toEqual([
      { fanIn: 60, fanOut: 120 },
      { fanIn: 18, fanOut: 36 },
      { fanIn: 10, fanOut: 30 },
      { fanIn: 9, fanOut: 18 },
    ])
  })

  test('He initialization keeps the size of activations through ReLU', async () => {
    const layer = conv2d(32, 3, { weightInitializer: heNormal, useBias: false })
    const params = layer.init(key, [16, 6, 6])
    expect(Object.keys(params)).toEqual(['weight'])
    const variance = (await (params.weight as Tensor).square().mean().array()) as number
    expect(Math.abs(variance * ((16 * 9) / 2) - 1)).toBeLessThan(0.1)
  })

  test('activation and initial bias', async () => {
    const ones = constantInitializer(1)
    const layer = conv2d(1, 2, { weightInitializer: ones, biasInitializer: constantInitializer(-5), activation: relu })
    const output = layer.apply(
      layer.init(key, [1, 2, 3]),
      tensor([
        [
          [
            [1, 2, 3],
            [0, 1, 4],
          ],
        ],
      ]),
      evaluation,
    )
    expect(await output.array()).toEqual([[[[0, 5]]]])
  })

  test('one layer draws filters that differ', async () => {
    expect(new Set(await (conv2d(4, 3).init(key, [2, 8, 8]).weight as Tensor).data()).size).toBe(72)
  })
})

describe('depthwise and separable', () => {
  const weight = [[[[1, 2]]], [[[3, 4]]], [[[0, 1]]], [[[-1, 1]]]]
  const image = tensor([[[[1, 2, 3]], [[10, 20, 30]]]])

  test('depthwise filters see one channel each, filters of a channel stand together', async () => {
    const layer = depthwiseConv2d([1, 2], { multiplier: 2, useBias: false })
    const output = layer.apply({ weight: tensor(weight) }, image, evaluation)
    expect(await output.array()).toEqual([[[[5, 8]], [[11, 18]], [[20, 30]], [[10, 10]]]])
    expect(layer.init(key, [2, 1, 3]).weight?.shape).toEqual([4, 1, 1, 2])
  })

  test('separable: depthwise, then a mixture with bias and activation', async () => {
    const layer = separableConv2d(1, [1, 2], { multiplier: 2, activation: relu })
    const mixture = { weight: tensor([[[[1]], [[1]], [[0]], [[-2]]]]), bias: tensor([3]) }
    const output = layer.apply({ 0: { weight: tensor(weight) }, 1: mixture }, image, evaluation)
    // 5 + 11 − 20 + 3 < 0, and 8 + 18 − 20 + 3.
    expect(await output.array()).toEqual([[[[0, 9]]]])
  })

  test('separable needs fewer weights, and its geometry is that of the depthwise part', () => {
    const layer = separableConv2d(64, 3, { stride: 2, padding: 'same' })
    expect(layer.name).toBe('separableConv2d(64, 3×3)')
    const params = layer.init(key, [32, 9, 9])
    expect(countParameters(params)).toBe(32 * 9 + 32 * 64 + 64)
    expect(layer.apply(params, zeros([1, 32, 9, 9]), evaluation).shape).toEqual([1, 64, 5, 5])
    expect(summary(layer, [32, 9, 9])).toContain('depthwiseConv2d(3×3, stride 2×2)')
  })
})

describe('refuses, with a remedy', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['no filters', () => conv2d(0, 3), /conv2d: filters/],
    ['half a filter', () => conv1d(1.5, 3), /conv1d: filters/],
    ['groups that do not divide the filters', () => conv2d(4, 3, { groups: 3 }), /4 filters in 3 groups/],
    ['an empty window', () => conv2d(4, 0), /conv2d: window: expected a positive whole number/],
    ['a stride of 0', () => conv2d(4, 3, { stride: [1, 0] }), /conv2d: stride/],
    ['a fractional dilation', () => conv1d(4, 3, { dilation: 0.5 }), /conv1d: dilation/],
    ['two sizes for a sequence', () => conv1d(4, [3, 3] as never), /conv1d: window/],
    ['a negative padding', () => conv2d(4, 3, { padding: -1 }), /conv2d: padding/],
    ['a misspelt padding', () => conv2d(4, 3, { padding: 'full' as never }), /conv2d: padding: expected 'same'/],
    ['a side left out', () => conv2d(4, 3, { padding: { top: 1 } as never }), /\{ top, bottom, left, right \}/],
    ['sides of an image for a sequence', () => conv1d(4, 3, { padding: { top: 1 } as never }), /\{ before, after \}/],
    ['no multiplier', () => depthwiseConv2d(3, { multiplier: 0 }), /depthwiseConv2d: filters/],
  ])('%s', (_what, make, message) => {
    expect(make).toThrow(ValueError)
    expect(make).toThrow(message)
  })

  test('grey images without a channel axis', () => {
    expect(() => conv2d(4, 3).init(key, [28, 28])).toThrow(/Put reshape\(\[1, 28, 28\]\) before it/)
    expect(() => conv1d(4, 3).init(key, [28])).toThrow(/Put reshape\(\[1, 28\]\) before it/)
    expect(() => conv2d(4, 3).init(key, [784])).toThrow(ShapeError)
  })

  test('channels that the groups do not divide, or that are not those of the filters', () => {
    expect(() => conv2d(4, 3, { groups: 2 }).init(key, [3, 8, 8])).toThrow(/a number of channels that 2 groups divide/)
    const layer = conv2d(4, 3)
    expect(() => layer.apply(layer.init(key, [2, 8, 8]), zeros([1, 3, 8, 8]), evaluation)).toThrow(ShapeError)
  })

  test('images smaller than the window, and integers', () => {
    const layer = conv2d(4, 3)
    expect(() => layer.apply(layer.init(key, [1, 8, 8]), zeros([1, 1, 2, 8]), evaluation)).toThrow(/at least as large/)
    expect(() => layer.apply(layer.init(key, [1, 8, 8]), zeros([1, 1, 8, 8], 'int32'), evaluation)).toThrow(/float32/)
  })
})
