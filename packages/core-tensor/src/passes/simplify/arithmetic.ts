// Algebra on elementwise primitives: only what gives the same float32 (NaN, infinities and rounding included), except
// that the sign of a zero may change: x + 0 becomes x although −0 + 0 is 0.
//
// Deliberately absent, because they are wrong for NaN or infinity: x − x = 0, x · 0 = 0, x / x = 1, pow(x, ½) = sqrt x.
import { isSplatOf, isZero, makeSplat, mapSplat, splatValue } from '../splat.ts'
import { makeLike } from '../walk.ts'
import { inputOf, type RulesOf, under } from './rule.ts'

export const arithmeticRules: RulesOf<
  'neg' | 'abs' | 'sign' | 'stopGradient' | 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'max' | 'min'
> = {
  neg: (node, { uses }) => {
    const x = inputOf(node, 0)
    const inner = under(x, 'neg')
    if (inner) return inner
    // −(a − b) = b − a
    if (x.operation === 'sub' && uses(x) === 1) return makeLike(node, 'sub', [inputOf(x, 1), inputOf(x, 0)], {})
    return undefined
  },
  abs: (node) => {
    const x = inputOf(node, 0)
    if (x.operation === 'abs') return x
    const inner = under(x, 'neg')
    return inner && makeLike(node, 'abs', [inner], {})
  },
  sign: (node) => (inputOf(node, 0).operation === 'sign' ? inputOf(node, 0) : undefined),
  // Gradients are taken before the passes run; to the value it is the identity.
  stopGradient: (node) => inputOf(node, 0),

  add: (node) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)]
    if (isZero(b)) return a
    if (isZero(a)) return b
    const [minusA, minusB] = [under(a, 'neg'), under(b, 'neg')]
    if (minusB) return makeLike(node, 'sub', [a, minusB], {})
    if (minusA) return makeLike(node, 'sub', [b, minusA], {})
    return undefined
  },
  sub: (node) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)]
    if (isZero(b)) return a
    if (isZero(a)) return makeLike(node, 'neg', [b], {})
    const minusB = under(b, 'neg')
    return minusB && makeLike(node, 'add', [a, minusB], {})
  },
  mul: (node) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)]
    for (const [x, factor] of [
      [a, b],
      [b, a],
    ] as const) {
      if (isSplatOf(factor, 1)) return x
      if (isSplatOf(factor, -1)) return makeLike(node, 'neg', [x], {})
      // Integers have neither NaN nor infinity.
      if (node.dtype === 'int32' && isZero(factor)) return factor
      const inner = under(x, 'neg')
      const minusFactor = inner && mapSplat(node, factor, (value) => -value)
      if (inner && minusFactor) return makeLike(node, 'mul', [inner, minusFactor], {})
    }
    const [minusA, minusB] = [under(a, 'neg'), under(b, 'neg')]
    return minusA && minusB && makeLike(node, 'mul', [minusA, minusB], {})
  },
  div: (node) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)]
    if (isSplatOf(b, 1)) return a
    if (isSplatOf(b, -1)) return makeLike(node, 'neg', [a], {})
    const divisor = splatValue(b)
    // Division by a power of two is multiplication by its reciprocal, exactly.
    if (node.dtype === 'float32' && divisor !== undefined && isModeratePowerOfTwo(divisor)) {
      const reciprocal = mapSplat(node, b, (value) => 1 / value)
      return reciprocal && makeLike(node, 'mul', [a, reciprocal], {})
    }
    const [minusA, minusB] = [under(a, 'neg'), under(b, 'neg')]
    return minusA && minusB && node.dtype === 'float32' ? makeLike(node, 'div', [minusA, minusB], {}) : undefined
  },
  pow: (node) => {
    const [x, exponent] = [inputOf(node, 0), splatValue(inputOf(node, 1))]
    // pow(x, 0) is 1 even for NaN.
    if (exponent === 0) return makeSplat(node, node, 1)
    if (exponent === 1) return x
    if (exponent === 2) return makeLike(node, 'mul', [x, x], {})
    if (exponent === -1) return makeLike(node, 'div', [makeSplat(node, node, 1), x], {})
    return undefined
  },
  // Both propagate NaN, as their result does when an input is dropped.
  max: (node) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)]
    if (a === b) return a
    const [least, most] = node.dtype === 'bool' ? [0, 1] : node.dtype === 'int32' ? intRange : [-Infinity, undefined]
    if (isSplatOf(b, least)) return a
    if (isSplatOf(a, least)) return b
    if (most !== undefined && isSplatOf(b, most)) return b
    return most !== undefined && isSplatOf(a, most) ? a : undefined
  },
  min: (node) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)]
    if (a === b) return a
    const [least, most] = node.dtype === 'bool' ? [0, 1] : node.dtype === 'int32' ? intRange : [undefined, Infinity]
    if (isSplatOf(b, most as number)) return a
    if (isSplatOf(a, most as number)) return b
    if (least !== undefined && isSplatOf(b, least)) return b
    return least !== undefined && isSplatOf(a, least) ? a : undefined
  },
}

const intRange: readonly [number, number] = [-(2 ** 31), 2 ** 31 - 1]

/** Powers of two whose reciprocal is an ordinary float32 too. */
function isModeratePowerOfTwo(value: number): boolean {
  const exponent = Math.log2(Math.abs(value))
  return Number.isInteger(exponent) && Math.abs(exponent) <= 100
}

/** Elementwise primitives whose value at a place depends on nothing but the inputs at that place. */
export const elementwise: ReadonlySet<string> = new Set([
  ...['neg', 'exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'abs', 'sign', 'floor', 'sin', 'cos', 'stopGradient', 'cast'],
  ...['add', 'sub', 'mul', 'div', 'max', 'min', 'pow', 'compare', 'select'],
])
