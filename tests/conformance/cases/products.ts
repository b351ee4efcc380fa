// Matrix products, convolutions and pooling: odd sizes, stacks, transposed operands, and every geometry that differs.
import type { ConvolutionAttributes, Node, PoolAttributes } from '@deep-recipe/core-tensor'
import { apply, type CaseBuilder, type ConformanceCase, cycle, defineCase, normal, whole } from '../case.ts'

const { NaN: nan, POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: lowest } = Number

const matmulSizes = [
  [1, 1, 1],
  [2, 3, 2],
  [3, 5, 7],
  [1, 9, 5],
  [6, 1, 5],
  [5, 9, 1],
  [17, 33, 9],
  [37, 130, 29],
  [0, 3, 2],
  [2, 0, 3],
  [3, 2, 0],
] as const

const matmulCases: readonly ConformanceCase[] = [
  ...matmulSizes.flatMap(([m, k, n]) => [
    defineCase(`matmul ${m}×${k}×${n}`, 'accumulation', (b) => apply('matmul', {}, b.input([m, k]), b.input([k, n]))),
    defineCase(`matmul of transposed matrices ${m}×${k}×${n}`, 'accumulation', (b) => {
      const a = apply('permute', { axes: [1, 0] }, b.input([k, m]))
      const c = apply('permute', { axes: [1, 0] }, b.input([n, k]))
      return [
        apply('matmul', {}, a, c),
        apply('matmul', {}, a, b.input([k, n])),
        apply('matmul', {}, b.input([m, k]), c),
      ]
    }),
  ]),
  defineCase('matmul of a stack', 'accumulation', (b) => apply('matmul', {}, b.input([3, 5, 6]), b.input([3, 6, 7]))),
  defineCase('matmul of a stack of stacks', 'accumulation', (b) =>
    apply('matmul', {}, b.input([2, 3, 5, 3]), b.input([2, 3, 3, 6])),
  ),
  defineCase('matmul of an empty stack', 'accumulation', (b) =>
    apply('matmul', {}, b.input([0, 5, 3]), b.input([0, 3, 6])),
  ),
  defineCase('matmul of a stack with one matrix for all', 'accumulation', (b) =>
    apply('matmul', {}, b.input([4, 5, 3]), apply('broadcast', { shape: [4, 3, 6] }, b.input([1, 3, 6]))),
  ),
  defineCase('matmul of strided stacks', 'accumulation', (b) =>
    apply('matmul', {}, b.stridedInput([3, 4, 5]), b.stridedInput([3, 5, 6])),
  ),
  defineCase('matmul with bias and activation', 'composition', (b) => {
    const bias = apply('broadcast', { shape: [6, 10] }, apply('reshape', { shape: [1, 10] }, b.input([10])))
    return apply('tanh', {}, apply('add', {}, apply('matmul', {}, b.input([6, 7]), b.input([7, 10])), bias))
  }),
  defineCase('matmul passes NaN and infinities on, along their rows only', 'accumulation', (b) =>
    apply('matmul', {}, b.input([5, 3], cycle([1, 2, 3, nan, 1, 1, 1, inf, 2])), b.input([3, 5], cycle([1, 2, 3, 4]))),
  ),
]

const none = { top: 0, bottom: 0, left: 0, right: 0 }

interface Convolution extends ConvolutionAttributes {
  readonly name: string
  readonly input: readonly [number, number, number, number]
  readonly filter: readonly [number, number, number, number]
}

const plain = { stride: [1, 1], padding: none, dilation: [1, 1], groups: 1 } as const

const convolutions: readonly Convolution[] = [
  { ...plain, name: '3×3', input: [2, 3, 7, 9], filter: [5, 3, 3, 3] },
  { ...plain, name: '1×1', input: [2, 5, 3, 4], filter: [6, 5, 1, 1] },
  { ...plain, name: '1×1 with stride', stride: [2, 3], input: [1, 3, 6, 7], filter: [4, 3, 1, 1] },
  { ...plain, name: '1×1 with padding', padding: { ...none, top: 1, right: 2 }, input: [1, 3, 4, 4], filter: [2, 3, 1, 1] },
  { ...plain, name: 'one pixel', input: [1, 1, 1, 1], filter: [1, 1, 1, 1] },
  { ...plain, name: 'window as large as the image', input: [2, 3, 4, 5], filter: [2, 3, 4, 5] },
  { ...plain, name: 'same padding', padding: { top: 1, bottom: 1, left: 1, right: 1 }, input: [2, 4, 6, 6], filter: [3, 4, 3, 3] },
  { ...plain, name: 'unequal padding', padding: { top: 0, bottom: 2, left: 3, right: 1 }, input: [1, 2, 5, 4], filter: [3, 2, 3, 2] },
  { ...plain, name: 'padding beyond the window', padding: { top: 4, bottom: 3, left: 5, right: 4 }, input: [1, 2, 3, 3], filter: [2, 2, 2, 2] },
  { ...plain, name: 'stride', stride: [2, 3], input: [2, 3, 9, 11], filter: [4, 3, 3, 2] },
  { ...plain, name: 'stride that leaves a rest', stride: [3, 3], padding: { top: 1, bottom: 1, left: 1, right: 1 }, input: [1, 2, 7, 9], filter: [3, 2, 2, 3] },
  { ...plain, name: 'dilation', dilation: [2, 3], input: [1, 3, 9, 10], filter: [2, 3, 3, 2] },
  { ...plain, name: 'dilation, stride and padding', dilation: [2, 1], stride: [2, 2], padding: { top: 2, bottom: 1, left: 0, right: 1 }, input: [2, 2, 8, 7], filter: [3, 2, 3, 3] },
  { ...plain, name: 'two groups', groups: 2, input: [2, 6, 5, 6], filter: [4, 3, 3, 3] },
  { ...plain, name: 'depthwise', groups: 5, padding: { top: 1, bottom: 1, left: 1, right: 1 }, input: [2, 5, 6, 5], filter: [5, 1, 3, 3] },
  { ...plain, name: 'depthwise, two filters each', groups: 3, stride: [2, 1], input: [1, 3, 6, 5], filter: [6, 1, 3, 2] },
  { ...plain, name: 'a row: one dimension', padding: { ...none, left: 2, right: 2 }, input: [2, 3, 1, 17], filter: [4, 3, 1, 5] },
  { ...plain, name: 'many channels', padding: { top: 1, bottom: 1, left: 1, right: 1 }, input: [1, 33, 5, 5], filter: [17, 33, 3, 3] },
  { ...plain, name: 'empty batch', input: [0, 3, 5, 5], filter: [2, 3, 3, 3] },
] // biome-ignore format: one geometry a line

function outputSize({ input, filter, stride, padding, dilation }: Convolution): [number, number] {
  const count = (size: number, window: number, step: number, gap: number): number =>
    Math.floor((size - gap * (window - 1) - 1) / step) + 1
  return [
    count(input[2] + padding.top + padding.bottom, filter[2], stride[0], dilation[0]),
    count(input[3] + padding.left + padding.right, filter[3], stride[1], dilation[1]),
  ]
}

type InputMaker = (b: CaseBuilder, shape: readonly number[]) => Node
const layouts: readonly (readonly [string, InputMaker])[] = [
  ['', (b, shape) => b.input(shape)],
  [' strided', (b, shape) => b.stridedInput(shape)],
]

function convolutionCases(
  name: string,
  build: (b: CaseBuilder, geometry: Convolution, attributes: ConvolutionAttributes, make: InputMaker) => Node,
): ConformanceCase[] {
  return convolutions.flatMap((geometry, position) => {
    const { stride, padding, dilation, groups } = geometry
    // Strided operands are one thing, geometry another: a few geometries show the former.
    return layouts
      .slice(0, position % 4 === 0 ? 2 : 1)
      .map(([layout, make]) =>
        defineCase(`${name} ${geometry.name}${layout}`, 'accumulation', (b) =>
          build(b, geometry, { stride, padding, dilation, groups }, make),
        ),
      )
  })
}

interface Pool extends PoolAttributes {
  readonly name: string
  readonly input: readonly [number, number, number, number]
}

const pools: readonly Pool[] = [
  { name: '2×2', window: [2, 2], stride: [2, 2], padding: none, input: [2, 3, 6, 8] },
  { name: '2×2 with a rest', window: [2, 2], stride: [2, 2], padding: none, input: [2, 3, 7, 9] },
  { name: '3×3 overlapping', window: [3, 3], stride: [2, 2], padding: none, input: [1, 5, 7, 7] },
  { name: '3×3 padded', window: [3, 3], stride: [1, 1], padding: { top: 1, bottom: 1, left: 1, right: 1 }, input: [2, 2, 5, 6] },
  { name: 'unequal', window: [2, 3], stride: [1, 2], padding: { top: 1, bottom: 0, left: 2, right: 1 }, input: [1, 3, 5, 7] },
  { name: 'gaps between windows', window: [2, 1], stride: [3, 2], padding: none, input: [1, 2, 8, 7] },
  { name: 'the whole image', window: [5, 4], stride: [1, 1], padding: none, input: [2, 6, 5, 4] },
  { name: 'one pixel', window: [1, 1], stride: [1, 1], padding: none, input: [1, 1, 1, 1] },
  { name: 'empty batch', window: [2, 2], stride: [2, 2], padding: none, input: [0, 3, 4, 4] },
] // biome-ignore format: one geometry a line

function pooledShape({ input, window, stride, padding }: Pool): number[] {
  const size = outputSize({ ...plain, name: '', input, filter: [1, 1, ...window], stride, padding })
  return [input[0], input[1], ...size]
}

function attributesOf({ window, stride, padding }: Pool): PoolAttributes {
  return { window, stride, padding }
}

type Products =
  | 'matmul'
  | 'conv2d'
  | 'convInputGradient'
  | 'convFilterGradient'
  | 'maxPool'
  | 'maxPoolGradient'
  | 'avgPool'
  | 'avgPoolGradient'

export const productCases: { readonly [P in Products]: readonly ConformanceCase[] } = {
  matmul: matmulCases,
  conv2d: [
    ...convolutionCases('conv2d', (b, { input, filter }, attributes, make) =>
      apply('conv2d', attributes, make(b, input), make(b, filter)),
    ),
    defineCase('conv2d with bias and activation', 'composition', (b) => {
      const sum = apply('conv2d', plain, b.input([2, 3, 6, 7]), b.input([5, 3, 3, 3]))
      const bias = apply('broadcast', { shape: [2, 5, 4, 5] }, apply('reshape', { shape: [1, 5, 1, 1] }, b.input([5])))
      return apply('sigmoid', {}, apply('add', {}, sum, bias))
    }),
  ],
  convInputGradient: convolutionCases('convInputGradient', (b, geometry, attributes, make) => {
    const { input, filter } = geometry
    const gradient = make(b, [input[0], filter[0], ...outputSize(geometry)])
    return apply('convInputGradient', { ...attributes, inputSize: [input[2], input[3]] }, gradient, make(b, filter))
  }),
  convFilterGradient: convolutionCases('convFilterGradient', (b, geometry, attributes, make) => {
    const { input, filter } = geometry
    const gradient = make(b, [input[0], filter[0], ...outputSize(geometry)])
    return apply('convFilterGradient', { ...attributes, filterSize: [filter[2], filter[3]] }, make(b, input), gradient)
  }),
  maxPool: [
    ...pools.flatMap((pool) => [
      defineCase(`maxPool ${pool.name}`, 'exact', (b) => apply('maxPool', attributesOf(pool), b.input(pool.input))),
      defineCase(`maxPool strided ${pool.name}`, 'exact', (b) =>
        apply('maxPool', attributesOf(pool), b.stridedInput(pool.input)),
      ),
    ]),
    defineCase('maxPool of negative numbers in padding', 'exact', (b) =>
      apply(
        'maxPool',
        { window: [3, 3], stride: [2, 2], padding: { top: 1, bottom: 1, left: 1, right: 1 } },
        b.input([1, 2, 5, 5], (_, random) => -1 - random.uniform()),
      ),
    ),
    defineCase('maxPool of −∞ and NaN', 'exact', (b) =>
      apply(
        'maxPool',
        { window: [1, 2], stride: [1, 2], padding: none },
        b.input([1, 1, 2, 6], cycle([lowest, lowest, nan, 1, 1, nan])),
      ),
    ),
  ],
  maxPoolGradient: pools.flatMap((pool) => [
    defineCase(`maxPoolGradient ${pool.name}`, 'accumulation', (b) =>
      apply('maxPoolGradient', attributesOf(pool), b.input(pool.input), b.input(pooledShape(pool))),
    ),
    defineCase(`maxPoolGradient with equals ${pool.name}`, 'accumulation', (b) =>
      apply('maxPoolGradient', attributesOf(pool), b.input(pool.input, whole(0, 2)), b.input(pooledShape(pool))),
    ),
  ]),
  avgPool: pools.flatMap((pool) => [
    defineCase(`avgPool ${pool.name}`, 'accumulation', (b) =>
      apply('avgPool', attributesOf(pool), b.input(pool.input, normal)),
    ),
  ]),
  avgPoolGradient: pools.map((pool) =>
    defineCase(`avgPoolGradient ${pool.name}`, 'accumulation', (b) =>
      apply(
        'avgPoolGradient',
        { ...attributesOf(pool), inputSize: [pool.input[2], pool.input[3]] },
        b.input(pooledShape(pool)),
      ),
    ),
  ),
}
