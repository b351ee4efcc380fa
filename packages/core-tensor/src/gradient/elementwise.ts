// Gradients of elementwise primitives. In each rule: x, a, b are inputs, y the output, g = ∂loss/∂y.
import type { Tensor } from '../trace/tensor.ts'
import { type GradientContext, type GradientRulesOf, inputOf } from './rule.ts'

type Unary = 'neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'abs' | 'sign' | 'floor' | 'sin' | 'cos'
type Binary = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow'
type Elementwise = Unary | Binary | 'stopGradient' | 'cast' | 'compare' | 'select'

type AnyContext = Pick<GradientContext<'neg'>, 'inputs' | 'output' | 'gradient'>

/** A rule of one input from a formula in x, y and g. */
function unary(formula: (g: Tensor, x: Tensor, y: Tensor) => Tensor) {
  return (context: AnyContext): readonly Tensor[] => [formula(context.gradient, inputOf(context, 0), context.output)]
}

/** A rule of two inputs from a formula in a, b, y and g. */
function binary(formula: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [Tensor, Tensor]) {
  return (context: AnyContext): readonly Tensor[] =>
    formula(context.gradient, inputOf(context, 0), inputOf(context, 1), context.output)
}

/** No gradient: the derivative is zero wherever it exists. */
const none = (context: AnyContext): readonly undefined[] => context.inputs.map(() => undefined)

/** Where both are equal, each gets half: the mean of the one-sided derivatives. */
function chosen(g: Tensor, mine: Tensor, other: Tensor, wins: Tensor): Tensor {
  return mine.equal(other).where(g.mul(0.5), wins.where(g, 0))
}

export const elementwiseGradients: GradientRulesOf<Elementwise> = {
  neg: unary((g) => g.neg()),
  exp: unary((g, _x, y) => g.mul(y)),
  log: unary((g, x) => g.div(x)),
  // y = √x: dy = dx / 2y
  sqrt: unary((g, _x, y) => g.div(y.mul(2))),
  // y = tanh x: dy = (1 − y²) dx
  tanh: unary((g, _x, y) => g.mul(y.square().neg().add(1))),
  // y = σ(x): dy = y (1 − y) dx
  sigmoid: unary((g, _x, y) => g.mul(y.mul(y.neg().add(1)))),
  abs: unary((g, x) => g.mul(x.sign())),
  sign: none,
  floor: none,
  sin: unary((g, x) => g.mul(x.cos())),
  cos: unary((g, x) => g.mul(x.sin()).neg()),
  stopGradient: none,
  // float32 is the only dtype with gradients, and a cast to itself is never built.
  cast: none,
  compare: none,

  add: binary((g) => [g, g]),
  sub: binary((g) => [g, g.neg()]),
  mul: binary((g, a, b) => [g.mul(b), g.mul(a)]),
  // y = a / b: dy = da / b − y db / b
  div: binary((g, _a, b, y) => [g.div(b), g.mul(y).div(b).neg()]),
  max: binary((g, a, b) => [chosen(g, a, b, a.greater(b)), chosen(g, b, a, b.greater(a))]),
  min: binary((g, a, b) => [chosen(g, a, b, a.less(b)), chosen(g, b, a, b.less(a))]),
  // y = aᵇ: dy = b aᵇ⁻¹ da + y ln a db; for b = 0 the first term is 0, for a = 0 the second. Where b = 0 the exponent
  // of the first stays 0, so that no 0 · ∞ arises at a = 0, here or in higher derivatives.
  pow: binary((g, a, b, y) => [
    g.mul(b.mul(a.pow(b.equal(0).where(0, b.sub(1))))),
    g.mul(a.equal(0).where(0, y.mul(a.equal(0).where(1, a).log()))),
  ]),
  select: (context) => {
    const { gradient } = context
    const condition = inputOf(context, 0)
    return [undefined, condition.where(gradient, 0), condition.where(0, gradient)]
  },
}
