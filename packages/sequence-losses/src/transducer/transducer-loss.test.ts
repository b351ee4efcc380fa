// The transducer's loss against the enumeration of all its paths, finite differences and a closed form.
import {
  compile,
  type NestedArray,
  openReference,
  RecipeError,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { softmax } from '../fixtures/brute-force.ts'
import { differentiate, expectClose, flat, hostArray } from '../fixtures/compare.ts'
import { skew } from './skew.ts'
import { type TransducerOptions, transducerLoss } from './transducer-loss.ts'

type Logits = number[][][]

/** −log Σ over all orders of reading and writing, by following each of them. */
function enumerateLoss(logits: Logits, labels: readonly number[], time: number, blank: number): number {
  const visit = (t: number, u: number): number => {
    if (t === time) return u === labels.length ? 1 : 0
    const probabilities = softmax(logits[t]?.[u] as number[])
    const read = (probabilities[blank] as number) * visit(t + 1, u)
    return u === labels.length ? read : read + (probabilities[labels[u] as number] as number) * visit(t, u + 1)
  }
  return -Math.log(visit(0, 0))
}

const run = (logits: NestedArray, labels: number[][], options: TransducerOptions = {}) =>
  differentiate(
    (x) =>
      transducerLoss(x, tensor(labels, { dtype: 'int32', shape: [labels.length, labels[0]?.length ?? 0] }), {
        reduction: 'none',
        ...options,
      }),
    hostArray(logits),
  )

const list = <Item>(item: fc.Arbitrary<Item>, length: number) =>
  fc.array(item, { minLength: length, maxLength: length })

const batches = fc
  .record({
    classes: fc.integer({ min: 2, max: 4 }),
    time: fc.integer({ min: 1, max: 4 }),
    count: fc.integer({ min: 0, max: 3 }),
    batch: fc.integer({ min: 1, max: 3 }),
  })
  .chain(({ classes, time, count, batch }) =>
    fc.record({
      blank: fc.nat(classes - 1),
      logits: list(
        list(
          list(
            list(
              fc.integer({ min: -48, max: 48 }).map((n) => n / 16),
              classes,
            ),
            count + 1,
          ),
          time,
        ),
        batch,
      ),
      inputLengths: list(fc.integer({ min: 0, max: time }), batch),
      labelLengths: list(fc.integer({ min: 0, max: count }), batch),
      symbols: list(list(fc.nat(classes - 2), count), batch),
    }),
  )

test('is what the enumeration of all paths gives', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(batches, async ({ blank, logits, inputLengths, labelLengths, symbols }) => {
      const labels = symbols.map((row) => row.map((symbol) => (symbol < blank ? symbol : symbol + 1)))
      const wanted = logits.map((each, i) =>
        enumerateLoss(each, (labels[i] as number[]).slice(0, labelLengths[i]), inputLengths[i] as number, blank),
      )
      expectClose('loss', (await run(logits, labels, { inputLengths, labelLengths, blank })).value, wanted, 1e-9)
    }),
    { numRuns: 40 },
  )
})

test('the gradient is what finite differences give, and 0 at padding', async () => {
  const [batch, time, count, classes] = [2, 3, 2, 3]
  const base = {
    shape: [batch, time, count + 1, classes],
    dtype: 'float32',
    data: Float32Array.from({ length: 54 }, (_, i) => Math.round(64 * Math.sin(i * i)) / 32),
  } as const
  const labels = [
    [1, 2],
    [2, -1],
  ]
  const options = { inputLengths: [3, 2] }
  const { gradient } = await differentiate((x) => transducerLoss(x, labels, options), base)
  const value = compile(openReference({ precision: 'double' }), (x: Tensor) => transducerLoss(x, labels, options))
  const step = 2 ** -8
  for (let place = 0; place < 54; place++) {
    const at = async (shift: number) => {
      const data = Float32Array.from(base.data)
      data[place] = (data[place] as number) + shift
      return (await value({ ...base, data })).item()
    }
    const slope = ((await at(step)) - (await at(-step))) / (2 * step)
    expectClose(`place ${place}`, [flat(gradient)[place] as number], [slope], 2e-5)
    // Of the second sequence, the third step and the third node are padding.
    const [t, u] = [Math.floor((place - 27) / 9), Math.floor((place % 9) / 3)]
    if (place >= 27 && (t === 2 || u === 2)) expect(flat(gradient)[place]).toBe(0)
  }
})

test('NaN at padding changes nothing, NaN elsewhere is told', async () => {
  const logits = [
    [
      [
        [0, 1],
        [1, 0],
      ],
      [
        [2, 0],
        [0, 2],
      ],
      [
        [1, 1],
        [1, 1],
      ],
    ],
  ]
  const dirty = [
    [
      ...(logits[0] as number[][][]).slice(0, 2),
      [
        [Number.NaN, 1],
        [1, 1],
      ],
    ],
  ]
  const options = { inputLengths: [2] }
  expect(await run(dirty, [[1]], options)).toEqual(await run(logits, [[1]], options))
  expect((await run(dirty, [[1]])).value).toEqual([Number.NaN])
})

test('1,000 steps and 100 labels in single precision: a loss known in closed form', { timeout: 60_000 }, async () => {
  // All logits equal: each path has the probability C^−(T + U), and as many orders of U writes before the last of T reads exist.
  const [time, count, classes] = [1000, 100, 4]
  let logPaths = 0
  for (let i = 0; i < count; i++) logPaths += Math.log(time + count - 1 - i) - Math.log(i + 1)
  const labels = [Array.from({ length: count }, () => 1)]
  const loss = transducerLoss(zeros([1, time, count + 1, classes]), labels, { reduction: 'sum' })
  expectClose('loss', await loss.item(), (time + count) * Math.log(classes) - logPaths, 3e-6)
})

test('diagonals', async () => {
  const lattice = tensor([
    [[1], [2], [3]],
    [[4], [5], [6]],
  ])
  expect(await skew(lattice, 0).squeeze(2).array()).toEqual([
    [1, 0],
    [2, 4],
    [3, 5],
    [0, 6],
  ])
})

test('labels that cannot be written', async () => {
  const fed = compile(openReference(), (x: Tensor, labels: Tensor) =>
    valueAndGrad((given: Tensor) => transducerLoss(given, labels, { labelLengths: [1] }))(x),
  )
  for (const label of [0, 3, -1]) {
    const { value, gradient } = await fed(
      new Array(1).fill([
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
      ]),
      { shape: [1, 1], dtype: 'int32', data: Int32Array.of(label) },
    )
    expect(await value.item()).toBe(Number.POSITIVE_INFINITY)
    expect(flat(await gradient.array())).toEqual(new Array(6).fill(0))
  }
})

test.each<[string, () => unknown, RegExp]>([
  ['logits of CTC', () => transducerLoss(zeros([2, 5, 4]), [[1], [1]]), /float32\[batch, time, labels \+ 1, classes\]/],
  ['no node to start from', () => transducerLoss(zeros([1, 5, 0, 4]), [[]]), /third axis counts the labels/],
  [
    'one label more than nodes for',
    () => transducerLoss(zeros([1, 5, 2, 4]), [[1, 2]]),
    /labels: expected int32\[1, 1\]/,
  ],
  ['a label out of range', () => transducerLoss(zeros([1, 5, 2, 4]), [[4]]), /to 3, received 4/],
  ['a blank out of range', () => transducerLoss(zeros([1, 5, 2, 4]), [[1]], { blank: -1 }), /blank: .* received -1/],
  [
    'too many steps',
    () => transducerLoss(zeros([1, 5, 2, 4]), [[1]], { inputLengths: [6] }),
    /inputLengths: .* 0 to 5/,
  ],
])('%s are refused', (_, call, message) => {
  expect(call).toThrow(RecipeError)
  expect(call).toThrow(message)
})
