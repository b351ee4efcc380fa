// Elementwise loops: one plain loop per primitive, run along the longest stretch that all operands share.
//
// They take strides, so that broadcast operands (stride 0), slices and transposes need no copy. Integers have loops of
// their own: a loop that saw both kinds of array would be slower for each of them.
import type { HostData } from '../../host/host-array.ts'
import type { Comparison } from '../../trace/node.ts'

/** out[o + t·os] = f(a[i + t·is]) for t < n. */
export type UnaryLoop = (n: number, out: HostData, o: number, os: number, a: HostData, i: number, is: number) => void

/** out[o + t·os] = f(a[i + t·is], b[j + t·js]) for t < n. */
export type BinaryLoop = (
  n: number,
  out: HostData,
  o: number,
  os: number,
  a: HostData,
  i: number,
  is: number,
  b: HostData,
  j: number,
  js: number,
) => void

export type Unary = 'neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'abs' | 'sign' | 'floor' | 'sin' | 'cos'
export type Binary = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow'

/** IEEE 754 power: unlike in Math.pow, 1 to any power is 1, and so is −1 to an infinite power. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1
  return base ** exponent
}

/** Of floating numbers. Math.max and Math.min pass NaN on. */
// biome-ignore format: a table reads best with one line each
export const unaryLoops: { readonly [P in Unary]: UnaryLoop } = {
  neg: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = -(a[i] as number) },
  exp: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.exp(a[i] as number) },
  log: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.log(a[i] as number) },
  sqrt: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.sqrt(a[i] as number) },
  tanh: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.tanh(a[i] as number) },
  sigmoid: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = 1 / (1 + Math.exp(-(a[i] as number))) },
  abs: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.abs(a[i] as number) },
  sign: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.sign(a[i] as number) },
  floor: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.floor(a[i] as number) },
  sin: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.sin(a[i] as number) },
  cos: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.cos(a[i] as number) },
}

/** Of floating numbers. */
// biome-ignore format: a table reads best with one line each
export const binaryLoops: { readonly [P in Binary]: BinaryLoop } = {
  add: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) + (b[j] as number) },
  sub: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) - (b[j] as number) },
  mul: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) * (b[j] as number) },
  div: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) / (b[j] as number) },
  max: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = Math.max(a[i] as number, b[j] as number) },
  min: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = Math.min(a[i] as number, b[j] as number) },
  pow: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = power(a[i] as number, b[j] as number) },
}

/** Of int32: storing into an Int32Array wraps to 32 bits. */
// biome-ignore format: a table reads best with one line each
export const unaryIntegerLoops: { readonly [P in Unary]?: UnaryLoop } = {
  neg: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = -(a[i] as number) },
  abs: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.abs(a[i] as number) },
  sign: (n, out, o, os, a, i, is) => { for (; n > 0; n--, o += os, i += is) out[o] = Math.sign(a[i] as number) },
}

/** Of int32 (wrapping) and, for max (or) and min (and), of bool. A product can exceed 2⁵³, hence Math.imul. */
// biome-ignore format: a table reads best with one line each
export const binaryIntegerLoops: { readonly [P in Binary]?: BinaryLoop } = {
  add: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) + (b[j] as number) },
  sub: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) - (b[j] as number) },
  mul: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = Math.imul(a[i] as number, b[j] as number) },
  div: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = Math.trunc((a[i] as number) / (b[j] as number)) },
  max: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = Math.max(a[i] as number, b[j] as number) },
  min: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = Math.min(a[i] as number, b[j] as number) },
}

/** Of any numbers; NaN differs from everything. */
// biome-ignore format: a table reads best with one line each
export const comparisonLoops: { readonly [C in Comparison]: BinaryLoop } = {
  equal: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) === (b[j] as number) ? 1 : 0 },
  notEqual: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) !== (b[j] as number) ? 1 : 0 },
  less: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) < (b[j] as number) ? 1 : 0 },
  lessEqual: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) <= (b[j] as number) ? 1 : 0 },
  greater: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) > (b[j] as number) ? 1 : 0 },
  greaterEqual: (n, out, o, os, a, i, is, b, j, js) => { for (; n > 0; n--, o += os, i += is, j += js) out[o] = (a[i] as number) >= (b[j] as number) ? 1 : 0 },
}

/** The same number; into an Int32Array it is truncated towards zero. */
export const copyLoop: UnaryLoop = (n, out, o, os, a, i, is) => {
  if (os === 1 && is === 1 && n >= 32 && out.constructor === a.constructor) {
    out.set(a.subarray(i, i + n), o)
    return
  }
  for (; n > 0; n--, o += os, i += is) out[o] = a[i] as number
}

/** Whether a number differs from zero, which NaN does. */
export const truthLoop: UnaryLoop = (n, out, o, os, a, i, is) => {
  for (; n > 0; n--, o += os, i += is) out[o] = a[i] !== 0 ? 1 : 0
}

/** out[o + t·os] = condition[c + t·cs] ? a[i + t·is] : b[j + t·js] for t < n. */
export function selectLoop(
  n: number,
  out: HostData,
  o: number,
  os: number,
  condition: HostData,
  c: number,
  cs: number,
  a: HostData,
  i: number,
  is: number,
  b: HostData,
  j: number,
  js: number,
): void {
  for (; n > 0; n--, o += os, c += cs, i += is, j += js) {
    out[o] = (condition[c] !== 0 ? a[i] : b[j]) as number
  }
}
