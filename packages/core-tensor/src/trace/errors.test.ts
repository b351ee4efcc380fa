// Complaints of Tensor: each names the operation, what was expected, what came, and what to do.
import { describe, expect, test } from 'vitest'
import { DTypeError, RecipeError, ShapeError, ValueError } from '../errors.ts'
import { arange, concat, eye, full, oneHot, scatterAdd, split, stack, tensor, where, zeros } from '../ops/create.ts'
import { averagePool2d, conv2d, maxPool2d } from '../ops/image.ts'
import { randomBernoulli, randomKey, randomPermutation, randomUniform, splitKey } from '../ops/random.ts'
import { asTensor, type Tensor } from './tensor.ts'
import type { DType } from './types.ts'

const float = zeros([2, 3])
const int = zeros([2, 3], 'int32')
const bool = zeros([2, 3], 'bool')
const image = zeros([1, 2, 4, 4])

const cases: readonly (readonly [name: string, act: () => unknown, error: typeof RecipeError, message: RegExp])[] = [
  // Dtypes.
  ['dtypes that differ', () => float.add(int), DTypeError, /^add: expected inputs of one dtype, received float32\[2, 3\] and int32\[2, 3\]\. Convert one of them with \.cast\('float32'\)/],
  ['a function of floats', () => int.exp(), DTypeError, /^exp: expected dtype float32, received int32\[2, 3\]\. Convert with \.cast\('float32'\)/],
  ['arithmetic of bools', () => bool.add(bool), DTypeError, /^add: argument 1: expected dtype float32 or int32, received bool\[2, 3\]/],
  ['sum of bools', () => bool.sum(), DTypeError, /^sum: expected dtype float32 or int32, received bool/],
  ['order of bools', () => bool.less(bool), DTypeError, /^compare \(less\)/],
  ['and of numbers', () => float.and(float), DTypeError, /^and: expected dtype bool, received float32\[2, 3\]\. Convert with \.cast\('bool'\)/],
  ['or of numbers', () => int.or(true), DTypeError, /^or: expected dtype bool/],
  ['not of numbers', () => float.not(), DTypeError, /^not: expected dtype bool/],
  ['a condition of numbers', () => float.where(1, 2), DTypeError, /^select: condition: expected dtype bool/],
  ['a fraction beside int32', () => int.add(1.5), DTypeError, /^Arithmetic with an int32 tensor: expected whole numbers, received 1\.5\. Convert the tensor with \.cast\('float32'\)/],
  ['fractions beside int32', () => int.mul([[1, 2, 2.5]]), DTypeError, /expected whole numbers, received 2\.5/],
  ['matmul of integers', () => int.matmul(int.transpose()), DTypeError, /^matmul: argument 1: expected dtype float32/],
  ['indices of floats', () => float.gather(float), DTypeError, /^gather: indices: expected dtype int32/],
  ['fractions as indices', () => float.gather([0.5]), DTypeError, /expected whole numbers, received 0\.5/],
  ['an unknown dtype', () => tensor(1, { dtype: 'float64' as DType }), DTypeError, /expected dtype float32, int32 or bool, received float64/],
  ['text', () => float.add('1' as unknown as number), DTypeError, /^Host value: expected numbers.* received string/],
  ['a tensor under +', () => (float as unknown as number) + 1, DTypeError, /^Using a tensor as a number: expected methods such as add, less or where in place of operators, received float32\[2, 3\]/],
  ['a tensor under <', () => (float as unknown as number) < 1, DTypeError, /^Using a tensor as a number/],
  ['a tensor as a size', () => zeros([Number(float)]), DTypeError, /comes from outside the traced function/],
  // Axes.
  ['an axis beyond the rank', () => float.sum(2), ShapeError, /^sum: expected an axis from 0 to 1, received 2\. Count axes from 0 at the front, or from -1 at the back/],
  ['an axis before the first', () => float.max(-3), ShapeError, /^maxReduce: expected an axis from 0 to 1, received -3/],
  ['a fraction of an axis', () => float.argMax(0.5), ShapeError, /^argMax: /],
  ['an axis of a scalar', () => tensor(1).argMax(), ShapeError, /expected no axis, for a scalar has none/],
  ['an axis twice', () => float.sum([1, -1]), ShapeError, /^sum: expected distinct axes, received \[1, -1\]\. Name each axis once/],
  ['expandDims too far', () => float.expandDims(3), ShapeError, /^expandDims: expected an axis from 0 to 2, received 3/],
  ['squeeze of a long axis', () => float.squeeze(1), ShapeError, /^squeeze: axis 1: expected size 1, received \[2, 3\]/],
  ['transpose with an axis missing', () => float.transpose([0]), ShapeError, /^permute: axes: expected each of the 2 axes of \[2, 3\] once/],
  ['logSumExp beyond the rank', () => float.logSumExp(2), ShapeError, /expected an axis from 0 to 1/],
  // Shapes.
  ['reshape to another size', () => float.reshape([4]), ShapeError, /^reshape to \[4\]: expected 4 elements, received 6 elements of shape \[2, 3\]/],
  ['reshape with two open sizes', () => float.reshape([-1, -1]), ShapeError, /^reshape to \[-1, -1\]: expected one -1/],
  ['reshape with a size that does not divide', () => float.reshape([-1, 4]), ShapeError, /whose product divides 6/],
  ['reshape of nothing with an open size', () => zeros([0]).reshape([-1, 0]), ShapeError, /expected one -1/],
  ['reshape to a fraction', () => float.reshape([1.5, 4]), ShapeError, /a shape of whole numbers/],
  ['broadcastTo fewer axes', () => float.broadcastTo([3]), ShapeError, /^broadcastTo \[3\]: expected at least 2 axes, received \[2, 3\]/],
  ['broadcastTo another size', () => float.broadcastTo([2, 6]), ShapeError, /^broadcast to \[2, 6\]: expected equal sizes, or size 1.*received \[2, 3\]/],
  ['matmul of inner sizes that differ', () => float.matmul(float), ShapeError, /^matmul: expected \[\.\.\., m, k\] and \[\.\.\., k, n\].* received \[2, 3\] and \[2, 3\]\. Transpose/],
  ['matmul of a vector', () => float.matmul([1, 2, 3]), ShapeError, /^matmul: expected two matrices, or stacks of them, received \[2, 3\] and \[3\]\. Give vectors an axis of size 1/],
  ['matmul of stacks that differ', () => zeros([2, 2, 2]).matmul(zeros([3, 2, 2])), ShapeError, /^matmul: expected shapes that agree/],
  ['slice beyond the end', () => float.slice([0, 1], [2, 3]), ShapeError, /^slice: axis 1: expected to end within the 3 elements of \[2, 3\], received an end at 4/],
  ['slice before the start', () => float.slice([-1, 0], [1, 1]), ValueError, /^slice: start: expected 2 whole numbers, each at least 0, received \[-1, 0\]/],
  ['slice with too few axes', () => float.slice([0], [1]), ValueError, /^slice: start: expected 2 whole numbers/],
  ['slice with stride 0', () => float.slice([0, 0], [1, 1], [1, 0]), ValueError, /^slice: stride/],
  ['at beyond the end', () => float.at(2), ShapeError, /^at: index: expected a whole number from -2 to 1 for axis 0 of \[2, 3\], received 2/],
  ['at before the start', () => float.at(-4, 1), ShapeError, /from -3 to 2 for axis 1/],
  ['pad of too few axes', () => float.pad([[1, 1]]), ValueError, /^pad: before/],
  ['pad of less than nothing', () => float.pad([[-1, 0], [0, 0]]), ValueError, /^pad: before: expected 2 whole numbers, each at least 0/],
  ['pad of int32 by a fraction', () => int.pad([[0, 0], [0, 1]], 0.5), ValueError, /^pad: value: expected a whole number for int32, received 0\.5/],
  ['the largest of nothing', () => zeros([0]).max(), ShapeError, /^maxReduce: expected at least one element along each reduced axis, received \[0\]/],
  ['the place of the largest of nothing', () => zeros([2, 0]).argMax(), ShapeError, /^argMax/],
  // Making and joining.
  ['a negative shape', () => zeros([-1]), ShapeError, /a shape of whole numbers, none negative, received \[-1\]/],
  ['a negative count', () => arange(-1), ShapeError, /^arange: count/],
  ['a fraction of a count', () => eye(1.5), ShapeError, /^arange: count/],
  ['joining nothing', () => concat([]), ShapeError, /^concat: expected at least one tensor, received none/],
  ['stacking nothing', () => stack([]), ShapeError, /expected at least one tensor/],
  ['joining dtypes', () => concat([float, int]), DTypeError, /^concat: argument 2: expected inputs of one dtype/],
  ['joining shapes', () => concat([float, zeros([2, 4])]), ShapeError, /^concat: argument 2: expected the shape \[2, 3\], except along axis 0, received \[2, 4\]/],
  ['joining ranks', () => concat([float, zeros([2])]), ShapeError, /^concat: argument 2/],
  ['unequal parts', () => split(float, 2, 1), ShapeError, /^split: expected a number of equal parts that divides the axis, received 2 parts of 3 elements/],
  ['no parts', () => split(float, 0), ShapeError, /^split/],
  ['less than no parts', () => split(float, -2), ShapeError, /^split/],
  ['parts of parts', () => split(float, 0.5), ShapeError, /^split/],
  ['updates that do not fit', () => scatterAdd([0, 1], zeros([3]), 4), ShapeError, /^scatterAdd: updates: expected the indices' shape \[2\] at axis 0, received \[3\]/],
  ['a scatter axis too far', () => scatterAdd([0, 1], zeros([2, 3]), 4, 2), ShapeError, /^scatterAdd: expected an axis from 0 to 1, received 2/],
  ['one-hot of floats', () => oneHot(float, 3), DTypeError, /expected inputs of one dtype/],
  ['where of a number', () => where(float, 1, 2), DTypeError, /^select: condition/],
  // Images.
  ['an image without batch', () => conv2d(zeros([2, 4, 4]), zeros([1, 2, 3, 3])), ShapeError, /^conv2d: input: expected rank 4, \[batch, channels, height, width\], received \[2, 4, 4\]/],
  ['channels that differ', () => conv2d(image, zeros([1, 3, 3, 3])), ShapeError, /^conv2d: filter: expected 2 input channels.* received \[1, 3, 3, 3\] for the input \[1, 2, 4, 4\]/],
  ['a window larger than the image', () => conv2d(image, zeros([1, 2, 5, 5])), ShapeError, /^conv2d: expected an image at least as large as the window \[5, 5\]/],
  ['groups that do not divide', () => conv2d(image, zeros([3, 1, 3, 3]), { groups: 2 }), ShapeError, /that 2 groups divide/],
  ['a stride of 0', () => conv2d(image, zeros([1, 2, 3, 3]), { stride: 0 }), ValueError, /stride: expected 2 whole numbers, each at least 1/],
  ['unknown padding', () => conv2d(image, zeros([1, 2, 3, 3]), { padding: 'full' as 'same' }), ValueError, /^padding: expected 'same', 'valid', a number/],
  ['padding beyond a pooling window', () => maxPool2d(image, 2, { padding: 2 }), ShapeError, /^maxPool: padding: expected less than the window \[2, 2\]/],
  ['pooling of integers', () => averagePool2d(image.cast('int32'), 2), DTypeError, /^avgPool: input: expected dtype float32/],
  // Random draws.
  ['a fraction of a seed', () => randomKey(0.5), ValueError, /^randomKey\(seed\): expected a safe integer, received 0\.5/],
  ['a seed as key', () => randomUniform(tensor(42, { dtype: 'int32' }), [2]), ShapeError, /^random: key: expected the shape \[2\], received \[\]\. Make keys with randomKey\(seed\)/],
  ['floats as key', () => randomUniform(zeros([2]), [2]), DTypeError, /^random: key: expected dtype int32/],
  ['a negative shape of draws', () => randomUniform(randomKey(1), [-2]), ShapeError, /^random: shape/],
  ['a probability above 1', () => randomBernoulli(randomKey(1), 1.1, [2]), ValueError, /^randomBernoulli: probability: expected a number from 0 to 1, received 1\.1/],
  ['no probability', () => randomBernoulli(randomKey(1), Number.NaN, [2]), ValueError, /received NaN/],
  ['half an element', () => randomPermutation(randomKey(1), 2.5), ValueError, /^randomPermutation: count/],
  ['no key at all', () => splitKey(randomKey(1), 0), ShapeError, /^split/],
] // biome-ignore format: one complaint a line

test.each(cases)('%s', (_, act, error, message) => {
  expect(act).toThrow(error)
  expect(act).toThrow(message)
})

test.each(cases)('%s: with a remedy', (_, act) => {
  try {
    act()
  } catch (reason) {
    expect(reason).toBeInstanceOf(RecipeError)
    const { expected, received, remedy, message } = reason as RecipeError
    for (const part of [expected, received, remedy]) expect(message).toContain(part)
    expect(remedy).toMatch(/^[A-Z].*\.$/)
    return
  }
  throw new Error('nothing was thrown')
})

describe('indices that only running can check', () => {
  test.each([[3], [-1]])('%i of 2 rows', async (index) => {
    await expect(float.gather([index]).array()).rejects.toThrow(RecipeError)
    await expect(scatterAdd([index], full([1], 1), 2).array()).rejects.toThrow(RecipeError)
  })
})

test('a bool beside numbers is no number', () => {
  expect(() => (asTensor(1) as Tensor).add(true)).toThrow(DTypeError)
})
