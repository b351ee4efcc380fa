// grad and its relatives: functions over tensors turned into functions that also give derivatives.
import { flattenTree, type MapLeaves, unflattenTree } from '../compile/tree.ts'
import { GradientError } from '../errors.ts'
import { replaceNodes } from '../graph/rewrite.ts'
import { ones, stack, zeros } from '../ops/create.ts'
import { makeInput } from '../trace/build.ts'
import type { Node } from '../trace/node.ts'
import { asTensor, Tensor, type TensorLike } from '../trace/tensor.ts'
import { formatType, sizeOf } from '../trace/types.ts'
import { backward } from './reverse.ts'

/** A value and its gradient with respect to one argument, of that argument's structure. */
export interface ValueAndGradient<Argument> {
  readonly value: Tensor
  readonly gradient: MapLeaves<Argument, TensorLike, Tensor>
}

/** The same, with whatever else the function computed on its way. */
export interface ValueGradientAndAux<Argument, Aux> extends ValueAndGradient<Argument> {
  readonly aux: Aux
}

/**
 * The gradient of a scalar function with respect to its first argument (a tensor or a tree of tensors).
 *
 * It is graph again: it can be compiled, called within other functions, and differentiated once more.
 *
 * @throws GradientError when the function does not give a float32 scalar, or the argument holds other than float32.
 *
 * ```ts
 * const cube = (x: Tensor) => x.pow(3)
 * console.log(await grad(cube)(tensor(2)).array()) // 12
 * console.log(await grad(grad(cube))(tensor(2)).array()) // 12
 * ```
 */
export function grad<First, Rest extends readonly unknown[]>(
  fn: (first: First, ...rest: Rest) => Tensor,
): (first: First, ...rest: Rest) => MapLeaves<First, TensorLike, Tensor> {
  const both = valueAndGrad(fn)
  return (first, ...rest) => both(first, ...rest).gradient
}

/** Value and gradient of a scalar function with respect to its first argument, computed together. */
export function valueAndGrad<First, Rest extends readonly unknown[]>(
  fn: (first: First, ...rest: Rest) => Tensor,
): (first: First, ...rest: Rest) => ValueAndGradient<First> {
  const all = valueAndGradWithAux((first: First, ...rest: Rest) => [fn(first, ...rest), undefined] as const)
  return (first, ...rest) => {
    const { value, gradient } = all(first, ...rest)
    return { value, gradient }
  }
}

/** As valueAndGrad, for functions that give [scalar, anything else]; the rest is passed through without gradient. */
export function valueAndGradWithAux<First, Rest extends readonly unknown[], Aux>(
  fn: (first: First, ...rest: Rest) => readonly [Tensor, Aux],
): (first: First, ...rest: Rest) => ValueGradientAndAux<First, Aux> {
  return (first, ...rest) => {
    const traced = traceArgument(first)
    const [value, aux] = fn(traced.tree as First, ...rest)
    if (!(value instanceof Tensor) || value.rank !== 0 || value.dtype !== 'float32') {
      throw new GradientError({
        what: 'grad',
        expected: 'a function that gives a float32 scalar',
        received: value instanceof Tensor ? formatType(value) : typeof value,
        remedy: 'Reduce the result with .sum() or .mean(), or use vjp for other shapes.',
      })
    }
    const extra = flattenTree<TensorLike>(aux).leaves.map((leaf) => asTensor(leaf).node)
    const [results, gradients] = pullBack(traced, [value.node, ...extra], [[value.node, ones([]).node]])
    return {
      value: new Tensor(results[0] as Node),
      gradient: unflattenTree(first, gradients.map(toTensor)) as MapLeaves<First, TensorLike, Tensor>,
      aux: unflattenTree(aux, results.slice(1).map(toTensor)) as Aux,
    }
  }
}

/**
 * Vector–Jacobian product: the value of a function of one tensor, and a function that takes ∂loss/∂value back to
 * ∂loss/∂argument.
 *
 * @throws GradientError when argument or value are other than float32.
 */
export function vjp(
  fn: (argument: Tensor) => Tensor,
  argument: Tensor,
): { value: Tensor; pull: (gradient: TensorLike) => Tensor } {
  const traced = traceArgument(argument)
  const value = fn(traced.tree as Tensor)
  if (!(value instanceof Tensor) || value.dtype !== 'float32') {
    throw new GradientError({
      what: 'vjp',
      expected: 'a function that gives float32',
      received: value instanceof Tensor ? formatType(value) : typeof value,
      remedy: 'Whole numbers and bools have no derivatives: return what they were computed from.',
    })
  }
  const [results] = pullBack(traced, [value.node], [])
  return {
    value: new Tensor(results[0] as Node),
    pull: (gradient) => {
      const seed = asTensor(gradient).broadcastTo(value.shape).node
      return new Tensor(pullBack(traced, [], [[value.node, seed]])[1][0] as Node)
    },
  }
}

/**
 * All partial derivatives ∂value[i] / ∂argument[j], by one pull back per element of the value.
 *
 * @returns the shape of the value followed by the shape of the argument.
 */
export function jacobian(fn: (argument: Tensor) => Tensor): (argument: Tensor) => Tensor {
  return (argument) => {
    const { value, pull } = vjp(fn, argument)
    const size = sizeOf(value.shape)
    if (size === 0) return zeros([...value.shape, ...argument.shape])
    const rows = Array.from({ length: size }, (_, index) => {
      const seed = new Float32Array(size)
      seed[index] = 1
      return pull({ shape: value.shape, dtype: 'float32', data: seed })
    })
    return stack(rows).reshape([...value.shape, ...argument.shape])
  }
}

interface TracedArgument {
  /** Fresh inputs that stand for the argument, so that only its own uses are differentiated. */
  readonly inputs: readonly Node[]
  readonly actual: readonly Node[]
  readonly tree: unknown
}

function traceArgument(argument: unknown): TracedArgument {
  const flat = flattenTree<TensorLike>(argument)
  const actual = flat.leaves.map((leaf, position) => {
    const { node } = asTensor(leaf)
    if (node.dtype === 'float32') return node
    throw new GradientError({
      what: `grad: argument ${flat.paths[position] || 'value'}`,
      expected: 'float32',
      received: formatType(node),
      remedy: 'Pass integers and bools as other arguments.',
    })
  })
  const inputs = actual.map((node, position) => makeInput(flat.paths[position] || 'x', node))
  return { inputs, actual, tree: unflattenTree(argument, inputs.map(toTensor)) }
}

/** The given nodes and the gradients, over the actual argument again. */
function pullBack(
  { inputs, actual }: TracedArgument,
  results: readonly Node[],
  outputs: readonly (readonly [Node, Node])[],
): [results: Node[], gradients: Node[]] {
  const { gradients, replacements } = backward(outputs, inputs)
  const dense = gradients.map((gradient, i) => gradient ?? zeros((inputs[i] as Node).shape).node)
  const substitutions = new Map(replacements)
  inputs.forEach((input, i) => {
    substitutions.set(input, actual[i] as Node)
  })
  const replaced = replaceNodes([...results, ...dense], substitutions)
  return [replaced.slice(0, results.length), replaced.slice(results.length)]
}

function toTensor(node: Node): Tensor {
  return new Tensor(node)
}
