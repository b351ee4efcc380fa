// Elementwise kernels: they choose a loop by dtype and walk it over operands of any strides.
import type { PrimitiveAttributes } from '../../trace/node.ts'
import {
  type Binary,
  type BinaryLoop,
  binaryIntegerLoops,
  binaryLoops,
  comparisonLoops,
  copyLoop,
  selectLoop,
  truthLoop,
  type Unary,
  type UnaryLoop,
  unaryIntegerLoops,
  unaryLoops,
} from './elementwise-loops.ts'
import { type ComputeRule, type Run, viewAt } from './kernel.ts'
import { planLoop, walkLoop } from './strided-loop.ts'
import type { View } from './view.ts'

function isFloating(view: View): boolean {
  return view.dtype === 'float32' || view.dtype === 'float64'
}

/** out = f(a) at every place of `out`. */
export function prepareUnary(loop: UnaryLoop, a: View, out: View): Run {
  const plan = planLoop(out.shape, [out.stride, a.stride])
  const [os, is] = plan.innerStrides as [number, number]
  const at = [0, 0]
  const visit = (): void => loop(plan.count, out.data, at[0] as number, os, a.data, at[1] as number, is)
  return () => {
    at[0] = out.offset
    at[1] = a.offset
    walkLoop(plan, at, visit)
  }
}

/** out = a, whatever their strides: how views become contiguous, and how pad and concat put parts in their places. */
export function prepareCopy(a: View, out: View): Run {
  return prepareUnary(copyLoop, a, out)
}

function prepareBinary(loop: BinaryLoop, a: View, b: View, out: View): Run {
  const plan = planLoop(out.shape, [out.stride, a.stride, b.stride])
  const [os, is, js] = plan.innerStrides as [number, number, number]
  const at = [0, 0, 0]
  const visit = (): void =>
    loop(plan.count, out.data, at[0] as number, os, a.data, at[1] as number, is, b.data, at[2] as number, js)
  return () => {
    at[0] = out.offset
    at[1] = a.offset
    at[2] = b.offset
    walkLoop(plan, at, visit)
  }
}

function prepareSelect(condition: View, a: View, b: View, out: View): Run {
  const plan = planLoop(out.shape, [out.stride, condition.stride, a.stride, b.stride])
  const [os, cs, is, js] = plan.innerStrides as [number, number, number, number]
  const at = [0, 0, 0, 0]
  const visit = (): void => {
    const [o, c, i, j] = at as [number, number, number, number]
    selectLoop(plan.count, out.data, o, os, condition.data, c, cs, a.data, i, is, b.data, j, js)
  }
  return () => {
    at[0] = out.offset
    at[1] = condition.offset
    at[2] = a.offset
    at[3] = b.offset
    walkLoop(plan, at, visit)
  }
}

const placement = { kind: 'compute', needsContiguous: false, inPlace: true } as const

function unary<P extends Unary>(name: P): ComputeRule<P> {
  return {
    ...placement,
    prepare: (inputs, out) => {
      const a = viewAt(inputs, 0)
      return prepareUnary((isFloating(a) ? undefined : unaryIntegerLoops[name]) ?? unaryLoops[name], a, out)
    },
  }
}

function binary<P extends Binary>(name: P): ComputeRule<P> {
  return {
    ...placement,
    prepare: (inputs, out) => {
      const a = viewAt(inputs, 0)
      const loop = (isFloating(a) ? undefined : binaryIntegerLoops[name]) ?? binaryLoops[name]
      return prepareBinary(loop, a, viewAt(inputs, 1), out)
    },
  }
}

type Elementwise = Unary | Binary | 'compare' | 'select' | 'cast'

export const elementwiseRules: { readonly [P in Elementwise]: ComputeRule<P> } = {
  neg: unary('neg'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  abs: unary('abs'),
  sign: unary('sign'),
  floor: unary('floor'),
  sin: unary('sin'),
  cos: unary('cos'),
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  max: binary('max'),
  min: binary('min'),
  pow: binary('pow'),
  compare: {
    ...placement,
    prepare: (inputs, out, { comparison }: PrimitiveAttributes['compare']) =>
      prepareBinary(comparisonLoops[comparison], viewAt(inputs, 0), viewAt(inputs, 1), out),
  },
  select: {
    ...placement,
    prepare: (inputs, out) => prepareSelect(viewAt(inputs, 0), viewAt(inputs, 1), viewAt(inputs, 2), out),
  },
  cast: {
    ...placement,
    prepare: (inputs, out, { dtype }: PrimitiveAttributes['cast']) =>
      prepareUnary(dtype === 'bool' ? truthLoop : copyLoop, viewAt(inputs, 0), out),
  },
}
