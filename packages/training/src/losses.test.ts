// Losses and their gradients against PyTorch's (fixtures/make_losses.py), at the edges of the numbers too.
import { readFileSync } from 'node:fs'
import {
  compile,
  openReference,
  ShapeError,
  type Tensor,
  tensor,
  valueAndGradWithAux,
  zeros,
} from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { type Loss, meanAbsoluteError, meanSquaredError, sigmoidCrossEntropy, softmaxCrossEntropy } from './losses.ts'

type Numbers = number | Numbers[]

interface Case {
  readonly predictions: Numbers
  readonly targets: Numbers
  readonly values: Numbers
  readonly gradient: Numbers
}

const expected: Readonly<Record<string, Case>> = JSON.parse(
  readFileSync(new URL('fixtures/losses.json', import.meta.url), 'utf8'),
  (_, value: unknown) =>
    value === 'inf' ? Number.POSITIVE_INFINITY : value === '-inf' ? Number.NEGATIVE_INFINITY : value,
)
const double = openReference({ precision: 'double' })
const single = openReference()

/** A loss of each example, and the gradient of their sum. */
async function run(loss: Loss, predictions: unknown, targets: unknown, backend = double): Promise<[Numbers, Numbers]> {
  const differentiate = valueAndGradWithAux((p: Tensor, t: Tensor) => {
    const values = loss(p, t)
    return [values.sum(), values] as const
  })
  const both = compile(backend, (p: Tensor, t: Tensor) => differentiate(p, t))
  const { gradient, aux } = await both(predictions as number[], targets as number[])
  return [(await aux.array()) as Numbers, (await gradient.array()) as Numbers]
}

function flat(numbers: Numbers): number[] {
  return Array.isArray(numbers) ? numbers.flatMap(flat) : [numbers]
}

/** Int32Array data with a shape, as class numbers are. */
function classNumbers(numbers: Numbers): { shape: number[]; dtype: 'int32'; data: Int32Array } {
  const shape: number[] = []
  for (let level: Numbers = numbers; Array.isArray(level); level = level[0] as Numbers) shape.push(level.length)
  return { shape, dtype: 'int32', data: Int32Array.from(flat(numbers)) }
}

describe.each<[string, Loss, boolean]>([
  ['classNumbers', softmaxCrossEntropy, true],
  ['extremeLogits', softmaxCrossEntropy, true],
  ['probabilities', softmaxCrossEntropy, false],
  ['places', softmaxCrossEntropy, true],
  ['placesProbabilities', softmaxCrossEntropy, false],
  ['sigmoid', sigmoidCrossEntropy, false],
  ['squared', meanSquaredError, false],
  ['absolute', meanAbsoluteError, false],
])('PyTorch: %s', (name, loss, areNumbers) => {
  const { predictions, targets, values, gradient } = expected[name] as Case
  const given = areNumbers ? classNumbers(targets) : targets
  const largest = Math.max(...flat(predictions).map(Math.abs).filter(Number.isFinite))
  test.each([
    // Constants such as 1/3, and what is uploaded, are float32 here too.
    ['double', double, 1e-7],
    // Half a unit in the last place of the largest logit, and a few roundings more.
    ['single', single, 6e-8 * largest + 1e-6],
  ] as const)('%s precision', async (_, backend, tolerance) => {
    const [actual, slope] = await run(loss, predictions, given, backend)
    const compare = (numbers: Numbers, wanted: Numbers): void => {
      expect(flat(numbers).length).toBe(flat(wanted).length)
      flat(numbers).forEach((number, i) => {
        const target = flat(wanted)[i] as number
        if (!Number.isFinite(target)) expect(number).toBe(target)
        else expect(Math.abs(number - target), `number ${i}`).toBeLessThan(tolerance * (1 + Math.abs(target)))
      })
    }
    compare(actual, values)
    compare(slope, gradient)
  })
})

test('a 1-of-N target is the class number, also where another class is ruled out', async () => {
  const logits = [
    [0.5, Number.NEGATIVE_INFINITY, 2],
    [1, 0, -1],
  ]
  const [byNumber, slopeByNumber] = await run(softmaxCrossEntropy, logits, classNumbers([2, 0]))
  const [byMarks, slopeByMarks] = await run(softmaxCrossEntropy, logits, [
    [0, 0, 1],
    [1, 0, 0],
  ])
  expect(byMarks).toEqual(byNumber)
  expect(flat(slopeByMarks)).toEqual(flat(slopeByNumber).map((slope) => expect.closeTo(slope, 12)))
  expect(flat(byNumber).every(Number.isFinite)).toBe(true)
  expect(flat(slopeByNumber).every(Number.isFinite)).toBe(true)
})

test('the target that is ruled out, and class numbers out of range, cost infinitely much', async () => {
  const [ruledOut] = await run(softmaxCrossEntropy, [[0, Number.NEGATIVE_INFINITY]], classNumbers([1]))
  expect(ruledOut).toEqual([Number.POSITIVE_INFINITY])
  const [outside] = await run(
    softmaxCrossEntropy,
    [
      [0, 1],
      [0, 1],
      [0, 1],
    ],
    classNumbers([-1, 1, 2]),
  )
  expect(outside).toEqual([
    Number.POSITIVE_INFINITY,
    expect.closeTo(Math.log(1 + Math.exp(-1)), 12),
    Number.POSITIVE_INFINITY,
  ])
})

test('NaN in predictions is NaN in that example alone', async () => {
  for (const loss of [softmaxCrossEntropy, sigmoidCrossEntropy, meanSquaredError, meanAbsoluteError]) {
    const [values] = await run(
      loss,
      [
        [Number.NaN, 0],
        [0, 0],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    )
    expect(flat(values).map(Number.isNaN)).toEqual([true, false])
  }
})

test('small binary losses keep their digits in float32', async () => {
  const [values] = await run(sigmoidCrossEntropy, [[10], [-12]], [[1], [0]], single)
  flat(values).forEach((value, i) => {
    const exact = Math.log1p(Math.exp([-10, -12][i] as number))
    expect(Math.abs(value / exact - 1)).toBeLessThan(0.01)
  })
})

describe('targets of a wrong shape', () => {
  const logits = zeros([4, 3])
  test.each<[string, Loss, Tensor, RegExp]>([
    [
      'class numbers in a column',
      softmaxCrossEntropy,
      tensor(new Int32Array(4), { shape: [4, 1] }),
      /class numbers of the shape \[4\], received \[4, 1\]/,
    ],
    [
      'class numbers as floats',
      softmaxCrossEntropy,
      zeros([4]),
      /the shape \[4, 3\] of the predictions, received \[4\]. .*class numbers as int32/,
    ],
    ['too many classes', softmaxCrossEntropy, zeros([4, 5]), /softmaxCrossEntropy: targets: .*received \[4, 5\]/],
    ['another batch', sigmoidCrossEntropy, zeros([3, 3]), /sigmoidCrossEntropy: targets: .*received \[3, 3\]/],
    ['a missing axis', meanSquaredError, zeros([4]), /meanSquaredError: targets: expected the shape \[4, 3\]/],
    ['a broadcast', meanAbsoluteError, zeros([4, 1]), /meanAbsoluteError: targets: expected the shape \[4, 3\]/],
  ])('%s', (_, loss, targets, message) => {
    expect(() => loss(logits, targets)).toThrow(ShapeError)
    expect(() => loss(logits, targets)).toThrow(message)
  })
})
