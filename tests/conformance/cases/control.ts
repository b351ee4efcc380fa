// Gather, scatterAdd, random draws and scans.
import { type DType, type Graph, makeGraph, makeInput, makeNode, type Shape } from '@deep-recipe/core-tensor'
import { apply, applyScan, type ConformanceCase, coin, cycle, defineCase, normal, whole } from '../case.ts'

const gathers = [
  { values: [5], indices: [7], axis: 0 },
  { values: [9, 6], indices: [4], axis: 0 },
  { values: [9, 6], indices: [4], axis: 1 },
  { values: [9, 7], indices: [2, 3], axis: 0 },
  { values: [3, 8, 5], indices: [6], axis: 1 },
  { values: [3, 4, 5], indices: [], axis: 1 },
  { values: [4, 3], indices: [0], axis: 0 },
  { values: [1], indices: [1], axis: 0 },
  { values: [200, 33], indices: [17, 3], axis: 0 },
] as const

const gatherCases = gathers.flatMap(({ values, indices, axis }) =>
  (['float32', 'int32', 'bool'] as const).map((dtype: DType) =>
    defineCase(`gather ${dtype} [${values}] at [${indices}] along ${axis}`, 'exact', (b) => {
      const size = values[axis] as number
      const fill = dtype === 'bool' ? coin : dtype === 'int32' ? whole(-(2 ** 31), 2 ** 31) : normal
      return apply('gather', { axis }, b.input(values, fill, dtype), b.input(indices, whole(0, size), 'int32'))
    }),
  ),
)

const scatterCases = gathers.flatMap(({ values, indices, axis }) => {
  const size = values[axis] as number
  const shape = (values as Shape).toSpliced(axis, 1, ...indices)
  return [
    defineCase(`scatterAdd [${shape}] into ${size} along ${axis}`, 'accumulation', (b) =>
      apply('scatterAdd', { axis, size }, b.input(indices, whole(0, size), 'int32'), b.input(shape)),
    ),
    defineCase(`scatterAdd int32 [${shape}] into ${size} along ${axis}`, 'exact', (b) =>
      apply(
        'scatterAdd',
        { axis, size },
        b.input(indices, whole(0, size), 'int32'),
        b.input(shape, whole(-(2 ** 31), 2 ** 31), 'int32'),
      ),
    ),
  ]
})

const keys = [
  [0, 0],
  [-1, -1],
  [0x13198a2e, 0x03707344],
  [7, -2147483648],
] as const

const randomCases = keys.flatMap((key) =>
  [[], [1], [7], [3, 5], [64, 65], [0, 4]].flatMap((shape) =>
    (['bits', 'uniform'] as const).map((kind) =>
      defineCase(`random ${kind} [${shape}] with key ${key}`, 'exact', (b) =>
        apply(
          'random',
          { shape, kind },
          b.input([2], cycle(key), 'int32'),
          b.input([], cycle([shape.length * 1000]), 'int32'),
        ),
      ),
    ),
  ),
)

/** h ← tanh(x·U + h·W); result h. The plain recurrent network. */
function recurrentBody(batch: number, inputs: number, units: number): Graph {
  const h = makeInput('h', { shape: [batch, units], dtype: 'float32' })
  const x = makeInput('x', { shape: [batch, inputs], dtype: 'float32' })
  const u = makeInput('u', { shape: [inputs, units], dtype: 'float32' })
  const w = makeInput('w', { shape: [units, units], dtype: 'float32' })
  const sum = makeNode('add', [makeNode('matmul', [x, u], {}), makeNode('matmul', [h, w], {})], {})
  const next = makeNode('tanh', [sum], {})
  return makeGraph([h, x, u, w], [next, next])
}

function recurrent(length: number, reverse: boolean): ConformanceCase {
  return defineCase(`scan of ${length} recurrent steps${reverse ? ' in reverse' : ''}`, 'composition', (b) =>
    applyScan(
      { length, body: recurrentBody(3, 5, 6), carries: 1, sequences: 1, reverse },
      b.input([3, 6]),
      b.input([length, 3, 5]),
      b.input([5, 6]),
      b.input([6, 6], (_, random) => 0.5 * random.normal()),
    ),
  )
}

const scalar = { shape: [], dtype: 'float32' } as const
const counter = { shape: [], dtype: 'int32' } as const
const row = { shape: [5], dtype: 'float32' } as const

/** The inner scan sums a row; the outer adds its sums up. */
function nestedBody(): Graph {
  const [total, number] = [makeInput('total', scalar), makeInput('number', scalar)]
  const inner = makeGraph([total, number], [makeNode('add', [total, number], {})])
  const [sum, numbers] = [makeInput('sum', scalar), makeInput('numbers', row)]
  const attributes = { length: 5, body: inner, carries: 1, sequences: 1, reverse: true }
  const result = makeNode('scan', [sum, numbers], attributes)
  return makeGraph([sum, numbers], [result, result])
}

const scanCases: readonly ConformanceCase[] = [
  ...[0, 1, 2, 3, 10].flatMap((length) => [recurrent(length, false), recurrent(length, true)]),
  defineCase('scan of carries that change places', 'exact', (b) => {
    const [x, y] = [makeInput('x', counter), makeInput('y', counter)]
    const body = makeGraph([x, y], [y, makeNode('add', [x, y], {}), x])
    const start = [b.input([], cycle([0]), 'int32'), b.input([], cycle([1]), 'int32')]
    return applyScan({ length: 50, body, carries: 2, sequences: 0, reverse: false }, ...start)
  }),
  defineCase('scan without carries', 'composition', (b) => {
    const [x, c] = [makeInput('x', row), makeInput('c', row)]
    const body = makeGraph([x, c], [makeNode('mul', [x, c], {}), x, c])
    return applyScan({ length: 4, body, carries: 0, sequences: 1, reverse: false }, b.input([4, 5]), b.input([5]))
  }),
  defineCase('scan over strided sequences and constants', 'composition', (b) => {
    const [h, x, c] = [makeInput('h', row), makeInput('x', row), makeInput('c', row)]
    const next = makeNode('add', [makeNode('mul', [h, c], {}), x], {})
    const body = makeGraph([h, x, c], [next, next, x])
    return applyScan(
      { length: 4, body, carries: 1, sequences: 1, reverse: true },
      b.stridedInput([5]),
      b.stridedInput([4, 5]),
      apply('broadcast', { shape: [5] }, b.input([1])),
    )
  }),
  defineCase('scan with carries of every dtype', 'composition', (b) => {
    const flag = makeInput('flag', { shape: [3], dtype: 'bool' })
    const count = makeInput('count', counter)
    const total = makeInput('total', { shape: [3], dtype: 'float32' })
    const x = makeInput('x', { shape: [3], dtype: 'float32' })
    const larger = makeNode('compare', [x, total], { comparison: 'greater' })
    const chosen = makeNode('select', [flag, makeNode('add', [total, x], {}), total], {})
    const one = makeNode(
      'cast',
      [makeNode('maxReduce', [makeNode('cast', [larger], { dtype: 'int32' })], { axes: [0] })],
      {
        dtype: 'int32',
      },
    )
    const body = makeGraph([flag, count, total, x], [larger, makeNode('add', [count, one], {}), chosen, chosen])
    return applyScan(
      { length: 6, body, carries: 3, sequences: 1, reverse: false },
      b.input([3], coin, 'bool'),
      b.input([], cycle([0]), 'int32'),
      b.input([3], cycle([0])),
      b.input([6, 3], whole(-3, 4)),
    )
  }),
  defineCase('scan within a scan', 'composition', (b) =>
    applyScan(
      { length: 3, body: nestedBody(), carries: 1, sequences: 1, reverse: false },
      b.input([]),
      b.input([3, 5]),
    ),
  ),
  defineCase('scan whose results are used by what follows', 'composition', (b) => {
    const body = recurrentBody(2, 3, 4)
    const [last, states] = applyScan(
      { length: 5, body, carries: 1, sequences: 1, reverse: false },
      apply('mul', {}, b.input([2, 4]), b.input([2, 4])),
      apply('exp', {}, b.input([5, 2, 3])),
      b.input([3, 4]),
      b.input([4, 4]),
    ) as [ReturnType<typeof apply>, ReturnType<typeof apply>]
    const mean = apply('sum', { axes: [0] }, states)
    return [
      apply('sub', {}, mean, last),
      apply('slice', { start: [4, 0, 0], size: [1, 2, 4], stride: [1, 1, 1] }, states),
    ]
  }),
  defineCase('scan of random draws', 'exact', (b) => {
    const key = makeInput('key', { shape: [2], dtype: 'int32' })
    const step = makeInput('step', counter)
    const draw = makeNode('random', [key, step], { shape: [5], kind: 'uniform' })
    const body = makeGraph([step, key], [draw])
    return applyScan(
      { length: 4, body, carries: 0, sequences: 1, reverse: false },
      b.input([4], (position) => position, 'int32'),
      b.input([2], cycle([3, 4]), 'int32'),
    )
  }),
]

export const controlCases: { readonly [P in 'gather' | 'scatterAdd' | 'random' | 'scan']: readonly ConformanceCase[] } =
  {
    gather: [
      ...gatherCases,
      defineCase('gather from strided values', 'exact', (b) =>
        apply('gather', { axis: 1 }, b.stridedInput([3, 6, 5]), b.stridedInput([4], cycle([5, 0, 3, 3]), 'int32')),
      ),
    ],
    scatterAdd: [
      ...scatterCases,
      defineCase('scatterAdd of strided updates', 'accumulation', (b) =>
        apply(
          'scatterAdd',
          { axis: 1, size: 6 },
          b.input([4], cycle([5, 0, 3, 3]), 'int32'),
          b.stridedInput([3, 4, 5]),
        ),
      ),
    ],
    random: randomCases,
    scan: scanCases,
  }
