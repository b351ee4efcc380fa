// Elementwise primitives: every shape, strided and broadcast operands, and the numbers at the edges of float32 and int32.
import type { Comparison, Primitive } from '@deep-recipe/core-tensor'
import {
  adversarialShapes,
  apply,
  type ConformanceCase,
  coin,
  cycle,
  defineCase,
  type Fill,
  normal,
  positive,
  whole,
} from '../case.ts'
import type { OperationClass } from '../tolerances.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
/** Zeros of both signs, infinities, NaN, and numbers near the borders. */
const specials = [0, -0, 1, -1, 0.5, -2.5, inf, -inf, nan, 3e38, -3e38, 1e-30, 100, -100]
const integers = [0, 1, -1, 7, -7, 2 ** 31 - 1, -(2 ** 31), 65536, 123456789, -987654321]

type Unary = 'neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'abs' | 'sign' | 'floor' | 'sin' | 'cos'
type Binary = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow'

function unary(name: Unary, operationClass: OperationClass, fill: Fill = normal): ConformanceCase[] {
  const shapes = adversarialShapes.map((shape) =>
    defineCase(`${name} [${shape}]`, operationClass, (b) => apply(name, {}, b.input(shape, fill))),
  )
  return [
    ...shapes,
    defineCase(`${name} strided`, operationClass, (b) => apply(name, {}, b.stridedInput([3, 5, 6], fill))),
    defineCase(`${name} twice and of a broadcast`, operationClass, (b) => {
      const row = apply('broadcast', { shape: [4, 7] }, b.input([1, 7], fill))
      return [apply(name, {}, row), apply(name, {}, b.input([5], fill))]
    }),
  ]
}

/** Inputs where the function is defined, and what it gives at infinities, zeros and NaN. */
function edges(name: Unary, operationClass: OperationClass, numbers: readonly number[] = specials): ConformanceCase {
  return defineCase(`${name} at zeros, infinities and NaN`, operationClass, (b) =>
    apply(name, {}, b.input([numbers.length], cycle(numbers))),
  )
}

function keepsZeroSigns(name: Unary): ConformanceCase {
  const build: Parameters<typeof defineCase>[2] = (b) => apply(name, {}, b.input([6], cycle([0, -0, 2])))
  return defineCase(`${name} keeps the sign of zero`, 'exact', build, { signedZeros: true })
}

function wholeUnary(name: 'neg' | 'abs' | 'sign'): ConformanceCase {
  return defineCase(`${name} int32`, 'exact', (b) =>
    apply(name, {}, b.input([integers.length], cycle(integers), 'int32')),
  )
}

function binary(name: Binary, operationClass: OperationClass, fill: Fill = normal): ConformanceCase[] {
  const shapes = adversarialShapes.map((shape) =>
    defineCase(`${name} [${shape}]`, operationClass, (b) =>
      apply(name, {}, b.input(shape, fill), b.input(shape, fill)),
    ),
  )
  return [
    ...shapes,
    defineCase(`${name} strided`, operationClass, (b) =>
      apply(name, {}, b.stridedInput([3, 5, 6], fill), b.stridedInput([3, 5, 6], fill)),
    ),
    defineCase(`${name} of broadcast operands`, operationClass, (b) => {
      const column = apply('broadcast', { shape: [6, 9] }, b.input([6, 1], fill))
      const row = apply('broadcast', { shape: [6, 9] }, b.input([1, 9], fill))
      const scalar = apply('broadcast', { shape: [6, 9] }, b.input([1, 1], fill))
      return [apply(name, {}, column, row), apply(name, {}, row, scalar), apply(name, {}, scalar, column)]
    }),
    defineCase(`${name} of one operand with itself`, operationClass, (b) => {
      const x = b.input([5, 7], fill)
      return apply(name, {}, x, x)
    }),
  ]
}

/** Every special number with every other. */
function pairs(name: Primitive & Binary, operationClass: OperationClass, numbers = specials): ConformanceCase {
  const n = numbers.length
  return defineCase(`${name} at zeros, infinities and NaN`, operationClass, (b) => {
    const left = b.input([n, n], (position) => numbers[Math.floor(position / n)] as number)
    return apply(name, {}, left, b.input([n, n], cycle(numbers)))
  })
}

function wholePairs(name: Exclude<Binary, 'pow' | 'div'>): ConformanceCase {
  const n = integers.length
  return defineCase(`${name} int32 wraps`, 'exact', (b) => {
    const left = b.input([n, n], (position) => integers[Math.floor(position / n)] as number, 'int32')
    return apply(name, {}, left, b.input([n, n], cycle(integers), 'int32'))
  })
}

function compareCases(comparison: Comparison): ConformanceCase[] {
  const n = specials.length
  const ordered = comparison !== 'equal' && comparison !== 'notEqual'
  const cases = [
    defineCase(`compare ${comparison} floats`, 'exact', (b) => {
      const left = b.input([n, n], (position) => specials[Math.floor(position / n)] as number)
      return apply('compare', { comparison }, left, b.input([n, n], cycle(specials)))
    }),
    defineCase(`compare ${comparison} integers`, 'exact', (b) =>
      apply(
        'compare',
        { comparison },
        b.input([9, 10], cycle(integers), 'int32'),
        b.stridedInput([9, 10], cycle(integers), 'int32'),
      ),
    ),
    // Neighbours that are the same number in float32.
    defineCase(`compare ${comparison} integers beyond 2^24`, 'exact', (b) =>
      apply(
        'compare',
        { comparison },
        b.input([4], cycle([2 ** 24, 2 ** 24 + 1]), 'int32'),
        b.input([4], cycle([2 ** 24 + 1, 2 ** 24 + 1, 2 ** 24, 2 ** 24]), 'int32'),
      ),
    ),
    defineCase(`compare ${comparison} nothing`, 'exact', (b) =>
      apply('compare', { comparison }, b.input([0, 3]), b.input([0, 3])),
    ),
  ]
  const bools = defineCase(`compare ${comparison} bools`, 'exact', (b) =>
    apply('compare', { comparison }, b.input([3, 5], coin, 'bool'), b.input([3, 5], coin, 'bool')),
  )
  return ordered ? cases : [...cases, bools]
}

const selectCases = (['float32', 'int32', 'bool'] as const).flatMap((dtype): ConformanceCase[] => {
  const fill = dtype === 'float32' ? normal : dtype === 'int32' ? cycle(integers) : coin
  return [[], [1], [7], [4, 9], [0, 2], [2, 1, 3, 1, 2, 5]].map((shape) =>
    defineCase(`select ${dtype} [${shape}]`, 'exact', (b) =>
      apply(
        'select',
        {},
        b.input(shape, coin, 'bool'),
        b.input(shape, fill, dtype),
        b.stridedInput(shape, fill, dtype),
      ),
    ),
  )
})

type CastTable = { readonly [From in 'float32' | 'int32' | 'bool']: Fill }
/** Within the range where every conversion is defined; halves and quarters test the truncation. */
const castInputs: CastTable = {
  float32: cycle([0, -0, 0.25, -0.25, 0.999, -0.999, 1, -1.5, 2.75, -1e6, 16777216]),
  int32: cycle([0, 1, -1, 2, -3, 1000000, -16777216]),
  bool: coin,
}

const castCases = (['float32', 'int32', 'bool'] as const).flatMap((from) =>
  (['float32', 'int32', 'bool'] as const).flatMap((dtype) =>
    [[], [11], [5, 3], [0]].map((shape) =>
      defineCase(`cast ${from} to ${dtype} [${shape}]`, 'exact', (b) =>
        apply('cast', { dtype }, b.input(shape, castInputs[from], from)),
      ),
    ),
  ),
)

function stopGradientCases(): ConformanceCase[] {
  return (['float32', 'int32', 'bool'] as const).map((dtype) =>
    defineCase(`stopGradient ${dtype}`, 'exact', (b) => apply('stopGradient', {}, b.input([3, 5], coin, dtype))),
  )
}

type Elementwise = Unary | Binary | 'compare' | 'select' | 'cast' | 'stopGradient'

export const elementwiseCases: { readonly [P in Elementwise]: readonly ConformanceCase[] } = {
  neg: [...unary('neg', 'exact'), edges('neg', 'exact'), keepsZeroSigns('neg'), wholeUnary('neg')],
  abs: [...unary('abs', 'exact'), edges('abs', 'exact'), keepsZeroSigns('abs'), wholeUnary('abs')],
  sign: [...unary('sign', 'exact'), edges('sign', 'exact'), keepsZeroSigns('sign'), wholeUnary('sign')],
  floor: [...unary('floor', 'exact'), edges('floor', 'exact'), keepsZeroSigns('floor')],
  sqrt: [...unary('sqrt', 'arithmetic', positive), edges('sqrt', 'arithmetic')],
  exp: [...unary('exp', 'transcendental'), edges('exp', 'transcendental')],
  log: [...unary('log', 'transcendental', positive), edges('log', 'transcendental')],
  tanh: [...unary('tanh', 'transcendental'), edges('tanh', 'transcendental')],
  sigmoid: [...unary('sigmoid', 'transcendental'), edges('sigmoid', 'transcendental')],
  // Very large arguments are left out: no backend promises to reduce them by 2π.
  sin: [...unary('sin', 'transcendental'), edges('sin', 'transcendental', [0, -0, 1, -3, inf, -inf, nan, 6])],
  cos: [...unary('cos', 'transcendental'), edges('cos', 'transcendental', [0, -0, 1, -3, inf, -inf, nan, 6])],
  add: [...binary('add', 'arithmetic'), pairs('add', 'arithmetic'), wholePairs('add')],
  sub: [...binary('sub', 'arithmetic'), pairs('sub', 'arithmetic'), wholePairs('sub')],
  mul: [...binary('mul', 'arithmetic'), pairs('mul', 'arithmetic'), wholePairs('mul')],
  div: [
    ...binary('div', 'arithmetic', positive),
    pairs('div', 'arithmetic'),
    defineCase('div int32 truncates', 'exact', (b) => {
      const dividends = b.input(
        [5, 10],
        cycle([0, 1, -1, 7, -7, 2 ** 31 - 1, 65536, 123456789, -987654321, 8]),
        'int32',
      )
      const divisors = [1, -1, 2, -3, 65537]
      return apply(
        'div',
        {},
        dividends,
        b.input([5, 10], (i) => divisors[Math.floor(i / 10)] as number, 'int32'),
      )
    }),
  ],
  max: [
    ...binary('max', 'exact'),
    pairs('max', 'exact'),
    wholePairs('max'),
    defineCase('max bool is or', 'exact', (b) =>
      apply('max', {}, b.input([3, 7], coin, 'bool'), b.input([3, 7], coin, 'bool')),
    ),
  ],
  min: [
    ...binary('min', 'exact'),
    pairs('min', 'exact'),
    wholePairs('min'),
    defineCase('min bool is and', 'exact', (b) =>
      apply('min', {}, b.input([3, 7], coin, 'bool'), b.input([3, 7], coin, 'bool')),
    ),
  ],
  pow: [
    ...binary('pow', 'transcendental', positive),
    pairs('pow', 'transcendental', [0, 1, -1, 2, -2, 0.5, -0.5, 3, inf, -inf, nan]),
    defineCase('pow of negative numbers to whole powers', 'transcendental', (b) =>
      apply('pow', {}, b.input([6, 7], normal), b.input([6, 7], whole(-3, 5))),
    ),
  ],
  compare: (['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const).flatMap(compareCases),
  select: [
    ...selectCases,
    defineCase('select does not let NaN and infinities across', 'exact', (b) =>
      apply(
        'select',
        {},
        b.input([9], cycle([1, 0]), 'bool'),
        b.input([9], cycle([1, nan, 2, inf])),
        b.input([9], cycle([inf, 3, nan, 4])),
      ),
    ),
  ],
  cast: [
    ...castCases,
    defineCase('cast NaN to bool is true', 'exact', (b) =>
      apply('cast', { dtype: 'bool' }, b.input([3], cycle([nan, inf, 0]))),
    ),
  ],
  stopGradient: stopGradientCases(),
}
