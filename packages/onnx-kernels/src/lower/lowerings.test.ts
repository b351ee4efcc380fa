// Every primitive on ONNX Runtime against the reference interpreter: ordinary values, special values, odd geometry.
import {
  type Backend,
  type Graph,
  type HostArray,
  makeGraph,
  makeInput,
  makeNode,
  type NoAttributes,
  type Primitive,
  type PrimitiveAttributes,
} from '@deep-recipe/core-tensor'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { booleans, expectAgreement, floats, graphOf, integers, randomArray } from '../fixtures/compare.ts'
import { geometries, image, overlapping, padding, pools, unordered } from '../fixtures/image-cases.ts'
import { openOnnx } from '../index.ts'

let backend: Backend
beforeAll(async () => {
  backend = await openOnnx()
})
afterAll(() => backend.close())

/** One run of a primitive. */
interface Case<Attributes> {
  readonly of: string
  readonly inputs: readonly HostArray[]
  readonly attributes: Attributes
  readonly tolerance?: number
}

const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, 1e-30, -3e38, 88, -104, 20, 7.25, -2.5, 3]
const plain = (length = 40): HostArray => randomArray([length])
const specials = floats([16], special)
/** All pairs of special numbers. */
const leftSpecials = floats(
  [256],
  special.flatMap((value) => special.map(() => value)),
)
const rightSpecials = floats(
  [256],
  special.flatMap(() => special),
)
const wholes = integers([8], [0, 1, -1, 2147483647, -2147483648, 12345, -7, 100])
const leftWholes = integers(
  [64],
  [...wholes.data].flatMap((value) => [...wholes.data].map(() => value)),
)
const rightWholes = integers(
  [64],
  [...wholes.data].flatMap(() => [...wholes.data]),
)
const none = {}
function unary(inputs: readonly HostArray[] = [specials, plain()], tolerance?: number): Case<NoAttributes>[] {
  return inputs.map((input) => ({
    of: `${input.dtype}[${input.shape}]`,
    inputs: [input],
    attributes: none,
    ...(tolerance && { tolerance }),
  }))
}
const binary = (): Case<NoAttributes>[] => [
  { of: 'special numbers', inputs: [leftSpecials, rightSpecials], attributes: none },
  { of: 'integers that wrap', inputs: [leftWholes, rightWholes], attributes: none },
  { of: 'scalars', inputs: [floats([], [2]), floats([], [3])], attributes: none },
]
const logical = (): Case<NoAttributes>[] => [
  ...binary(),
  { of: 'bool', inputs: [booleans([4], [0, 0, 1, 1]), booleans([4], [0, 1, 0, 1])], attributes: none },
]
const counting: Graph = (() => {
  const carry = makeInput('carry', { shape: [3], dtype: 'float32' })
  const fixed = makeInput('fixed', { shape: [], dtype: 'int32' })
  const step = makeInput('step', { shape: [3], dtype: 'float32' })
  const next = makeNode('add', [makeNode('mul', [carry, step], {}), step], {})
  return makeGraph([carry, fixed, step], [next, makeNode('add', [fixed, fixed], {}), next, carry])
})()

/** At least one case for each primitive: a missing entry is a compile error. */
const cases: { readonly [P in Primitive]: readonly Case<PrimitiveAttributes[P]>[] } = {
  neg: unary([specials, plain(), wholes]),
  exp: unary(),
  log: unary(),
  sqrt: unary(),
  tanh: unary(),
  sigmoid: unary(),
  abs: unary([specials, wholes]),
  sign: unary([specials, wholes]),
  floor: unary(),
  sin: unary([floats([6], [0, 1, -1, 3, 20, -7]), plain()]),
  cos: unary([floats([6], [0, 1, -1, 3, 20, -7]), plain()]),
  stopGradient: unary([specials]),
  cast: [
    { of: 'float32 → int32', inputs: [floats([5], [1.9, -1.9, 0, 2.5, -0.3])], attributes: { dtype: 'int32' } },
    { of: 'float32 → bool', inputs: [specials], attributes: { dtype: 'bool' } },
    { of: 'int32 → float32', inputs: [wholes], attributes: { dtype: 'float32' } },
    { of: 'int32 → bool', inputs: [wholes], attributes: { dtype: 'bool' } },
    { of: 'bool → float32', inputs: [booleans([2], [0, 1])], attributes: { dtype: 'float32' } },
    { of: 'bool → int32', inputs: [booleans([2], [0, 1])], attributes: { dtype: 'int32' } },
    { of: 'to itself', inputs: [specials], attributes: { dtype: 'float32' } },
  ],
  add: binary(),
  sub: binary(),
  mul: binary(),
  div: [
    { of: 'special numbers', inputs: [leftSpecials, rightSpecials], attributes: none },
    {
      of: 'integers',
      inputs: [integers([5], [7, -7, 7, -2147483648, 5]), integers([5], [2, 2, -2, -1, -1])],
      attributes: none,
    },
  ],
  max: logical(),
  min: logical(),
  pow: [{ of: 'special numbers', inputs: [leftSpecials, rightSpecials], attributes: none }],
  compare: (['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const).flatMap((comparison) => [
    { of: `${comparison}, special numbers`, inputs: [leftSpecials, rightSpecials], attributes: { comparison } },
    { of: `${comparison}, integers`, inputs: [leftWholes, rightWholes], attributes: { comparison } },
  ]),
  select: [
    {
      of: 'float32',
      inputs: [randomArray([16], 'bool'), specials, floats([16], special.toReversed())],
      attributes: none,
    },
    {
      of: 'int32',
      inputs: [randomArray([8], 'bool'), wholes, integers([8], [1, 2, 3, 4, 5, 6, 7, 8])],
      attributes: none,
    },
    { of: 'bool', inputs: [1, 2, 3].map((seed) => randomArray([32], 'bool', seed)), attributes: none },
  ],
  sum: [
    { of: 'inner axis', inputs: [image([3, 4, 5])], attributes: { axes: [2] } },
    { of: 'outer axes', inputs: [image([3, 4, 5])], attributes: { axes: [0, 1] } },
    { of: 'no axes', inputs: [plain()], attributes: { axes: [] } },
    { of: 'integers that wrap', inputs: [leftWholes], attributes: { axes: [0] } },
    { of: 'nothing', inputs: [floats([0, 3], [])], attributes: { axes: [0] } },
    { of: 'NaN and infinities', inputs: [specials], attributes: { axes: [0] } },
  ],
  maxReduce: [
    { of: 'inner axis', inputs: [image([3, 4, 5])], attributes: { axes: [2] } },
    {
      of: 'NaN anywhere',
      inputs: [floats([2, 3], [1, Number.NaN, 2, -Infinity, -Infinity, -Infinity])],
      attributes: { axes: [1] },
    },
    {
      of: 'NaN in columns',
      inputs: [floats([3, 3], [1, 2, Infinity, Number.NaN, 5, 6, 7, 8, 9])],
      attributes: { axes: [0] },
    },
    { of: 'integers', inputs: [wholes], attributes: { axes: [0] } },
  ],
  argMax: [
    { of: 'first of equals', inputs: [floats([2, 4], [1, 3, 3, 2, 5, 5, 1, 5])], attributes: { axis: 1 } },
    {
      of: 'NaN is largest',
      inputs: [floats([2, 4], [1, Number.NaN, 3, Number.NaN, Infinity, 5, Number.NaN, 1])],
      attributes: { axis: 1 },
    },
    {
      of: 'outer axis with NaN',
      inputs: [floats([4, 2], [1, Number.NaN, 3, Number.NaN, Infinity, 5, Number.NaN, 1])],
      attributes: { axis: 0 },
    },
    { of: 'integers', inputs: [wholes], attributes: { axis: 0 } },
  ],
  reshape: [
    { of: 'other rank', inputs: [image([2, 6])], attributes: { shape: [3, 1, 4] } },
    { of: 'scalar', inputs: [image([1, 1])], attributes: { shape: [] } },
    { of: 'bool', inputs: [randomArray([4], 'bool')], attributes: { shape: [1, 4] } },
    { of: 'nothing', inputs: [floats([0, 2], [])], attributes: { shape: [3, 0] } },
  ],
  permute: [
    { of: 'three axes', inputs: [image([2, 3, 4])], attributes: { axes: [2, 0, 1] } },
    { of: 'bool', inputs: [randomArray([2, 3], 'bool')], attributes: { axes: [1, 0] } },
    { of: 'scalar', inputs: [floats([], [5])], attributes: { axes: [] } },
  ],
  broadcast: [
    { of: 'two axes', inputs: [image([1, 3, 1])], attributes: { shape: [2, 3, 4] } },
    { of: 'bool', inputs: [randomArray([1, 3], 'bool')], attributes: { shape: [2, 3] } },
    { of: 'to nothing', inputs: [image([1, 3])], attributes: { shape: [0, 3] } },
  ],
  slice: [
    { of: 'part', inputs: [image([4, 6])], attributes: { start: [1, 2], size: [2, 3], stride: [1, 1] } },
    { of: 'strides', inputs: [image([7, 6])], attributes: { start: [1, 0], size: [3, 2], stride: [2, 4] } },
    {
      of: 'a stride as long as the axis',
      inputs: [image([3, 5])],
      attributes: { start: [0, 4], size: [3, 1], stride: [1, 9] },
    },
    { of: 'nothing', inputs: [image([3, 5])], attributes: { start: [0, 0], size: [0, 5], stride: [1, 1] } },
    { of: 'bool', inputs: [randomArray([5], 'bool')], attributes: { start: [1], size: [2], stride: [2] } },
  ],
  pad: [
    {
      of: 'around',
      inputs: [image([2, 3])],
      attributes: { before: [1, 0], after: [2, 3], interior: [0, 0], value: -Infinity },
    },
    {
      of: 'between',
      inputs: [image([3, 4])],
      attributes: { before: [0, 1], after: [2, 0], interior: [2, 1], value: 0.5 },
    },
    {
      of: 'int32',
      inputs: [integers([3], [1, 2, 3])],
      attributes: { before: [1], after: [0], interior: [1], value: 7 },
    },
    { of: 'bool', inputs: [booleans([2], [0, 1])], attributes: { before: [1], after: [1], interior: [0], value: 1 } },
    { of: 'nothing', inputs: [floats([0], [])], attributes: { before: [2], after: [1], interior: [3], value: 4 } },
    { of: 'scalar', inputs: [floats([], [3])], attributes: { before: [], after: [], interior: [], value: 4 } },
  ],
  concat: [
    { of: 'three parts', inputs: [image([2, 1]), image([2, 3], 2), image([2, 2], 3)], attributes: { axis: 1 } },
    { of: 'an empty part', inputs: [image([0, 2]), image([1, 2])], attributes: { axis: 0 } },
    { of: 'one part', inputs: [integers([2], [1, 2])], attributes: { axis: 0 } },
  ],
  flip: [
    { of: 'one axis', inputs: [image([3, 4])], attributes: { axes: [1] } },
    { of: 'two axes, one of them short', inputs: [image([3, 1, 4])], attributes: { axes: [0, 1, 2] } },
    { of: 'bool', inputs: [randomArray([5], 'bool')], attributes: { axes: [0] } },
  ],
  matmul: [
    { of: 'matrices', inputs: [image([5, 7]), image([7, 3], 2)], attributes: none },
    { of: 'batches', inputs: [image([2, 3, 4, 5]), image([2, 3, 5, 2], 2)], attributes: none },
    { of: 'empty inner axis', inputs: [floats([2, 0], []), floats([0, 3], [])], attributes: none },
    { of: 'NaN', inputs: [floats([1, 2], [Number.NaN, 1]), floats([2, 2], [0, 1, 1, 1])], attributes: none },
  ],
  conv2d: [
    ...geometries.map(({ of, x, f, stride, padding, dilation, groups }) => ({
      of,
      inputs: [image(x), image(f, 2)],
      attributes: { stride, padding, dilation, groups },
    })),
    {
      of: 'no images',
      inputs: [image([0, 2, 4, 4]), image([2, 2, 3, 3])],
      attributes: { stride: [1, 1], padding: padding(1), dilation: [1, 1], groups: 1 },
    },
  ],
  convInputGradient: geometries.map(({ of, x, f, y, stride, padding, dilation, groups }) => ({
    of,
    inputs: [image(y), image(f, 2)],
    attributes: { stride, padding, dilation, groups, inputSize: [x[2], x[3]] },
  })),
  convFilterGradient: [
    ...geometries.map(({ of, x, f, y, stride, padding, dilation, groups }) => ({
      of,
      inputs: [image(x), image(y, 2)],
      attributes: { stride, padding, dilation, groups, filterSize: [f[2], f[3]] as const },
    })),
    {
      of: 'no images',
      inputs: [image([0, 2, 4, 4]), image([0, 2, 4, 4])],
      attributes: { stride: [1, 1], padding: padding(1), dilation: [1, 1], groups: 1, filterSize: [3, 3] },
    },
  ],
  maxPool: [
    ...pools.map(({ of, x, window, stride, padding }) => ({
      of,
      inputs: [image(x)],
      attributes: { window, stride, padding },
    })),
    { of: 'NaN wins wherever it stands', inputs: [unordered], attributes: overlapping },
  ],
  maxPoolGradient: [
    {
      of: 'NaN takes the gradient, then infinity',
      inputs: [unordered, image([1, 2, 4, 4])],
      attributes: overlapping,
    },
    ...pools.map(({ of, x, y, window, stride, padding }) => ({
      of,
      inputs: [image(x), image(y, 2)],
      attributes: { window, stride, padding },
    })),
    {
      of: 'equal places',
      inputs: [floats([1, 1, 4, 4], [2, 2, 0, 0, 2, 1, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1]), image([1, 1, 3, 3])],
      attributes: { window: [2, 2], stride: [1, 1], padding: padding(0) },
    },
  ],
  avgPool: pools.map(({ of, x, window, stride, padding }) => ({
    of,
    inputs: [image(x)],
    attributes: { window, stride, padding },
  })),
  avgPoolGradient: pools.map(({ of, x, y, window, stride, padding }) => ({
    of,
    inputs: [image(y)],
    attributes: { window, stride, padding, inputSize: [x[2], x[3]] as const },
  })),
  gather: [
    { of: 'rows', inputs: [image([5, 3]), integers([2, 2], [4, 0, 1, 4])], attributes: { axis: 0 } },
    { of: 'inner axis, scalar index', inputs: [image([2, 3, 4]), integers([], [2])], attributes: { axis: 1 } },
    { of: 'bool', inputs: [randomArray([6], 'bool'), integers([3], [5, 1, 0])], attributes: { axis: 0 } },
  ],
  scatterAdd: [
    { of: 'repeated rows', inputs: [integers([4], [1, 3, 1, 1]), image([4, 3])], attributes: { axis: 0, size: 5 } },
    {
      of: 'inner axis, matrix of indices',
      inputs: [integers([2, 2], [1, 0, 1, 1]), image([3, 2, 2, 2])],
      attributes: { axis: 1, size: 3 },
    },
    {
      of: 'integers',
      inputs: [integers([3], [0, 0, 1]), integers([3], [2147483647, 1, 5])],
      attributes: { axis: 0, size: 2 },
    },
    { of: 'scalar index', inputs: [integers([], [2]), image([3])], attributes: { axis: 0, size: 4 } },
    {
      of: 'many repeats',
      inputs: [
        integers(
          [4096],
          Array.from({ length: 4096 }, (_, i) => i % 7),
        ),
        image([4096, 8]),
      ],
      attributes: { axis: 0, size: 7 },
      tolerance: 1e-5,
    },
    { of: 'nothing', inputs: [integers([0], []), floats([0, 2], [])], attributes: { axis: 0, size: 3 } },
  ],
  random: (['bits', 'uniform'] as const).flatMap((kind) => [
    {
      of: `${kind}, odd size`,
      inputs: [integers([2], [-5, 77]), integers([], [3])],
      attributes: { shape: [7, 3], kind },
      tolerance: 0,
    },
    {
      of: `${kind}, scalar`,
      inputs: [integers([2], [2147483647, -2147483648]), integers([], [-1])],
      attributes: { shape: [], kind },
      tolerance: 0,
    },
  ]),
  scan: [false, true].flatMap((reverse) => [
    {
      of: `4 steps, reverse ${reverse}`,
      inputs: [image([3]), integers([], [5]), image([4, 3], 2)],
      attributes: { length: 4, body: counting, carries: 2, sequences: 1, reverse },
    },
    {
      of: `no steps, reverse ${reverse}`,
      inputs: [image([3]), integers([], [5]), floats([0, 3], [])],
      attributes: { length: 0, body: counting, carries: 2, sequences: 1, reverse },
    },
  ]),
}

for (const operation of Object.keys(cases) as Primitive[]) {
  describe(operation, () => {
    test.each(cases[operation].map((example) => ({ ...example })))('$of', async ({ inputs, attributes, tolerance }) => {
      const graph = graphOf(operation, attributes as PrimitiveAttributes[Primitive], inputs)
      await expectAgreement(backend, graph, inputs, tolerance)
    })
  })
}
