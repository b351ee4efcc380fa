// Movement and reductions: index arithmetic at odd sizes, with steps, gaps, many axes, and nothing at all.
import type { DType } from '@deep-recipe/core-tensor'
import { apply, type ConformanceCase, coin, cycle, defineCase, type Fill, normal, whole } from '../case.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

const kinds: readonly (readonly [DType, Fill])[] = [
  ['float32', normal],
  ['int32', whole(-(2 ** 31), 2 ** 31)],
  ['bool', coin],
]

/** One case for each dtype. */
function everyType(
  name: string,
  build: (input: (shape: readonly number[]) => ReturnType<typeof apply>) => ReturnType<typeof apply>,
): ConformanceCase[] {
  return kinds.map(([dtype, fill]) =>
    defineCase(`${name} ${dtype}`, 'exact', (b) => build((shape) => b.input(shape, fill, dtype))),
  )
}

const reshapes = [
  [[6], [2, 3]],
  [
    [5, 7],
    [7, 5],
  ],
  [
    [2, 3, 4, 5],
    [6, 20],
  ],
  [[1], []],
  [[], [1, 1, 1]],
  [
    [0, 3],
    [3, 0, 2],
  ],
  [[4, 9], [36]],
  [
    [3, 5],
    [1, 3, 1, 5, 1],
  ],
] as const

const permutations = [
  [
    [3, 5],
    [1, 0],
  ],
  [
    [2, 3, 7],
    [2, 0, 1],
  ],
  [
    [2, 3, 4, 5],
    [0, 2, 3, 1],
  ],
  [
    [2, 3, 4, 5],
    [0, 3, 1, 2],
  ],
  [
    [2, 1, 3, 2, 1, 5],
    [5, 3, 0, 4, 2, 1],
  ],
  [
    [0, 3],
    [1, 0],
  ],
  [
    [33, 21],
    [1, 0],
  ],
  [[], []],
] as const

const broadcasts = [
  [[1], [9]],
  [
    [1, 5],
    [3, 5],
  ],
  [
    [3, 1],
    [3, 6],
  ],
  [
    [2, 1, 3, 1],
    [2, 5, 3, 7],
  ],
  [
    [1, 1, 1, 1, 1, 3],
    [2, 1, 2, 1, 3, 3],
  ],
  [
    [1, 3],
    [0, 3],
  ],
] as const

const slices = [
  { shape: [10], start: [3], size: [5], stride: [1] },
  { shape: [11], start: [1], size: [4], stride: [3] },
  { shape: [6, 9], start: [1, 2], size: [3, 6], stride: [2, 1] },
  { shape: [3, 4, 5, 6], start: [1, 0, 2, 1], size: [2, 4, 1, 3], stride: [1, 1, 1, 2] },
  { shape: [5, 5], start: [2, 5], size: [3, 0], stride: [1, 1] },
  { shape: [4, 7], start: [3, 6], size: [1, 1], stride: [5, 5] },
] as const

const pads = [
  { shape: [5], before: [1], after: [2], interior: [0] },
  { shape: [3, 5], before: [0, 3], after: [1, 0], interior: [0, 0] },
  { shape: [3, 4], before: [1, 0], after: [0, 2], interior: [2, 1] },
  { shape: [1, 1, 2, 3], before: [0, 1, 2, 0], after: [0, 0, 1, 1], interior: [3, 0, 0, 2] },
  { shape: [0, 2], before: [1, 1], after: [1, 0], interior: [4, 1] },
  { shape: [], before: [], after: [], interior: [] },
] as const

const flips = [
  [[7], [0]],
  [[3, 6], [1]],
  [
    [3, 6],
    [0, 1],
  ],
  [
    [2, 3, 4, 5],
    [1, 3],
  ],
  [[4, 5], []],
  [[0, 3], [0]],
] as const

const concats = [
  [[[3], [5], [1]], 0],
  [
    [
      [2, 3],
      [2, 5],
    ],
    1,
  ],
  [
    [
      [2, 3],
      [4, 3],
      [1, 3],
    ],
    0,
  ],
  [
    [
      [2, 3, 4],
      [2, 0, 4],
      [2, 2, 4],
    ],
    1,
  ],
  [
    [
      [2, 2, 3, 5],
      [2, 2, 3, 2],
    ],
    3,
  ],
  [[[7]], 0],
  [[[0], [0]], 0],
] as const

const reductions = [
  [[7], [0]],
  [[], []],
  [[3, 5], [1]],
  [[3, 5], [0]],
  [[3, 5], []],
  [[37, 29], [0]],
  [[37, 29], [1]],
  [
    [2, 3, 5, 7],
    [0, 2, 3],
  ],
  [[2, 3, 5, 7], [1]],
  [
    [2, 1, 3, 1, 2, 5],
    [0, 2, 4],
  ],
  [
    [1, 1],
    [0, 1],
  ],
  [[0, 3], [1]],
  [[4, 300], [1]],
  [
    [2, 1029],
    [0, 1],
  ],
] as const

const movementTable = {
  reshape: reshapes.flatMap(([from, shape]) =>
    everyType(`reshape [${from}] to [${shape}]`, (input) => apply('reshape', { shape }, input(from))),
  ),
  permute: permutations.flatMap(([shape, axes]) =>
    everyType(`permute [${shape}] by [${axes}]`, (input) => apply('permute', { axes }, input(shape))),
  ),
  broadcast: broadcasts.flatMap(([from, shape]) =>
    everyType(`broadcast [${from}] to [${shape}]`, (input) => apply('broadcast', { shape }, input(from))),
  ),
  slice: slices.flatMap(({ shape, ...attributes }) =>
    everyType(`slice [${shape}] from [${attributes.start}] by [${attributes.stride}]`, (input) =>
      apply('slice', attributes, input(shape)),
    ),
  ),
  pad: pads.flatMap(({ shape, ...widths }) =>
    everyType(`pad [${shape}] by [${widths.before}] [${widths.after}] [${widths.interior}]`, (input) =>
      apply('pad', { ...widths, value: 1 }, input(shape)),
    ),
  ),
  flip: flips.flatMap(([shape, axes]) =>
    everyType(`flip [${shape}] along [${axes}]`, (input) => apply('flip', { axes }, input(shape))),
  ),
  concat: concats.flatMap(([shapes, axis]) =>
    everyType(`concat ${shapes.map((shape) => `[${shape}]`)} along ${axis}`, (input) =>
      apply('concat', { axis }, ...shapes.map((shape) => input(shape))),
    ),
  ),
} satisfies Record<string, readonly ConformanceCase[]>

const keepsEverything = defineCase(
  'movement keeps −0, NaN and infinities',
  'exact',
  (b) => {
    const x = b.input([3, 4], cycle([0, -0, nan, inf, -inf, 1e-30, 3e38]))
    const moved = apply('permute', { axes: [1, 0] }, apply('flip', { axes: [0] }, x))
    return [moved, apply('reshape', { shape: [2, 6] }, moved), apply('concat', { axis: 0 }, x, x)]
  },
  { signedZeros: true },
)

const chained = defineCase('movement in a long chain', 'exact', (b) => {
  const x = b.input([4, 6, 5])
  const sliced = apply('slice', { start: [1, 0, 1], size: [3, 3, 4], stride: [1, 2, 1] }, x)
  const turned = apply('permute', { axes: [2, 0, 1] }, apply('flip', { axes: [0, 2] }, sliced))
  const wide = apply('broadcast', { shape: [2, 4, 9] }, apply('reshape', { shape: [1, 4, 9] }, turned))
  return apply('pad', { before: [0, 1, 0], after: [1, 0, 0], interior: [0, 1, 0], value: -3 }, wide)
})

const padInfinite = defineCase('pad with −∞', 'exact', (b) =>
  apply('pad', { before: [1], after: [1], interior: [0], value: -inf }, b.input([3])),
)

export const movementCases = {
  ...movementTable,
  permute: [...movementTable.permute, keepsEverything, chained],
  pad: [...movementTable.pad, padInfinite],
}

const wholeNumbers = whole(-(2 ** 31), 2 ** 31)

export const reductionCases: { readonly [P in 'sum' | 'maxReduce' | 'argMax']: readonly ConformanceCase[] } = {
  sum: [
    ...reductions.flatMap(([shape, axes]) => [
      defineCase(`sum [${shape}] over [${axes}]`, 'accumulation', (b) => apply('sum', { axes }, b.input(shape))),
      defineCase(`sum int32 [${shape}] over [${axes}]`, 'exact', (b) =>
        apply('sum', { axes }, b.input(shape, wholeNumbers, 'int32')),
      ),
    ]),
    defineCase('sum of nothing is 0', 'exact', (b) => apply('sum', { axes: [0] }, b.input([0, 3]))),
    defineCase('sum strided', 'accumulation', (b) => {
      const x = b.stridedInput([4, 5, 9])
      return [apply('sum', { axes: [0] }, x), apply('sum', { axes: [1] }, x), apply('sum', { axes: [2] }, x)]
    }),
    defineCase('sum of a broadcast', 'accumulation', (b) =>
      apply('sum', { axes: [0, 2] }, apply('broadcast', { shape: [5, 3, 7] }, b.input([1, 3, 1]))),
    ),
    defineCase('sum passes NaN and infinities on', 'accumulation', (b) =>
      apply('sum', { axes: [1] }, b.input([4, 5], cycle([1, 2, inf, 4, 5, nan, 7, 8, -inf, 3, inf]))),
    ),
    defineCase('sum does not lose small terms', 'accumulation', (b) =>
      apply(
        'sum',
        { axes: [0] },
        b.input([5000], (position) => (position === 0 ? 1000 : 1e-3)),
      ),
    ),
  ],
  maxReduce: [
    ...reductions
      .filter(([shape, axes]) => axes.every((axis) => shape[axis] !== 0))
      .flatMap(([shape, axes]) => [
        defineCase(`maxReduce [${shape}] over [${axes}]`, 'exact', (b) => apply('maxReduce', { axes }, b.input(shape))),
        defineCase(`maxReduce int32 [${shape}] over [${axes}]`, 'exact', (b) =>
          apply('maxReduce', { axes }, b.input(shape, wholeNumbers, 'int32')),
        ),
      ]),
    defineCase('maxReduce of negative numbers', 'exact', (b) =>
      apply(
        'maxReduce',
        { axes: [1] },
        b.input([3, 7], (_, random) => -1 - random.uniform()),
      ),
    ),
    defineCase('maxReduce strided', 'exact', (b) => apply('maxReduce', { axes: [1] }, b.stridedInput([4, 5, 9]))),
    defineCase('maxReduce of −∞ only, and with NaN', 'exact', (b) =>
      apply(
        'maxReduce',
        { axes: [1] },
        b.input([4, 3], cycle([-inf, -inf, -inf, 1, nan, 2, nan, -inf, inf, inf, 0, -inf])),
      ),
    ),
  ],
  argMax: [
    ...[
      [[7], 0],
      [[3, 5], 1],
      [[3, 5], 0],
      [[2, 3, 5, 7], 1],
      [[2, 3, 5, 7], 3],
      [[37, 29], 1],
      [[1], 0],
      [[0, 3], 1],
      [[2, 301], 1],
    ].flatMap(([shape, axis]) => [
      defineCase(`argMax [${shape}] along ${axis}`, 'exact', (b) =>
        apply('argMax', { axis: axis as number }, b.input(shape as number[])),
      ),
      defineCase(`argMax int32 with equals [${shape}] along ${axis}`, 'exact', (b) =>
        apply('argMax', { axis: axis as number }, b.input(shape as number[], whole(-2, 2), 'int32')),
      ),
    ]),
    defineCase('argMax int32 beyond 2^24', 'exact', (b) =>
      apply('argMax', { axis: 0 }, b.input([3], cycle([2 ** 24, 2 ** 24 + 1, 2 ** 24 - 1]), 'int32')),
    ),
    defineCase('argMax strided', 'exact', (b) => apply('argMax', { axis: 1 }, b.stridedInput([4, 5, 9]))),
    defineCase('argMax takes NaN for the largest, and the first of equals', 'exact', (b) =>
      apply(
        'argMax',
        { axis: 1 },
        b.input([5, 3], cycle([1, 1, 0, 1, nan, inf, nan, nan, 1, -inf, -inf, -inf, 0, -0, 0])),
      ),
    ),
  ],
}
