// Shape rules of elementwise primitives: results have the inputs' shape.
import { checkDType, checkSameDType, checkSameShape } from '../trace/check.ts'
import type { Comparison } from '../trace/node.ts'
import type { DType, TensorType } from '../trace/types.ts'
import { inputAt, type ShapeRulesOf } from './rule.ts'

const floating: readonly DType[] = ['float32']
const numeric: readonly DType[] = ['float32', 'int32']
const every: readonly DType[] = ['float32', 'int32', 'bool']

type Unary = 'neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'abs' | 'sign' | 'floor' | 'sin' | 'cos'
type Binary = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow'

function unary(name: string, allowed: readonly DType[]): (inputs: readonly TensorType[]) => TensorType {
  return (inputs) => {
    const input = inputAt(inputs, 0)
    checkDType(name, input, allowed)
    return input
  }
}

function binary(name: string, allowed: readonly DType[]): (inputs: readonly TensorType[]) => TensorType {
  return (inputs) => {
    const [a, b] = [inputAt(inputs, 0), inputAt(inputs, 1)]
    checkDType(`${name}: argument 1`, a, allowed)
    checkSameDType(name, a, b)
    checkSameShape(name, a, b)
    return a
  }
}

const ordered: readonly Comparison[] = ['less', 'lessEqual', 'greater', 'greaterEqual']

export const elementwiseShapeRules: ShapeRulesOf<Unary | Binary | 'stopGradient' | 'cast' | 'compare' | 'select'> = {
  neg: unary('neg', numeric),
  exp: unary('exp', floating),
  log: unary('log', floating),
  sqrt: unary('sqrt', floating),
  tanh: unary('tanh', floating),
  sigmoid: unary('sigmoid', floating),
  abs: unary('abs', numeric),
  sign: unary('sign', numeric),
  floor: unary('floor', floating),
  sin: unary('sin', floating),
  cos: unary('cos', floating),
  stopGradient: unary('stopGradient', every),
  cast: (inputs, { dtype }) => ({ shape: inputAt(inputs, 0).shape, dtype }),

  add: binary('add', numeric),
  sub: binary('sub', numeric),
  mul: binary('mul', numeric),
  div: binary('div', numeric),
  max: binary('max', every),
  min: binary('min', every),
  pow: binary('pow', floating),
  compare: (inputs, { comparison }) => {
    const allowed = ordered.includes(comparison) ? numeric : every
    return { shape: binary(`compare (${comparison})`, allowed)(inputs).shape, dtype: 'bool' }
  },
  select: (inputs) => {
    const [condition, whenTrue, whenFalse] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)]
    checkDType('select: condition', condition, ['bool'])
    checkSameDType('select', whenTrue, whenFalse)
    checkSameShape('select: values', whenTrue, whenFalse)
    checkSameShape('select: condition and values', condition, whenTrue)
    return whenTrue
  },
}
