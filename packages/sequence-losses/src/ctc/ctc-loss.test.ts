// CTC against the enumeration of all its paths, finite differences and closed forms; and what it makes of wrong arguments.
import {
  compile,
  grad,
  openReference,
  RecipeError,
  randomKey,
  randomNormal,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { enumerateCtc } from '../fixtures/brute-force.ts'
import { differentiate, expectClose, flat, hostArray } from '../fixtures/compare.ts'
import { runCtc as run } from '../fixtures/run-ctc.ts'
import { ctcLoss } from './ctc-loss.ts'

/** A batch of sequences of different lengths, padded; small enough to enumerate. */
const batches = fc
  .record({
    classes: fc.integer({ min: 2, max: 4 }),
    time: fc.integer({ min: 1, max: 5 }),
    maxLabels: fc.integer({ min: 0, max: 3 }),
    batch: fc.integer({ min: 1, max: 3 }),
  })
  .chain(({ classes, time, maxLabels, batch }) =>
    fc.record({
      classes: fc.constant(classes),
      blank: fc.nat(classes - 1),
      logits: fc.array(
        fc.array(
          fc.array(
            fc.integer({ min: -48, max: 48 }).map((n) => n / 16),
            { minLength: classes, maxLength: classes },
          ),
          {
            minLength: time,
            maxLength: time,
          },
        ),
        { minLength: batch, maxLength: batch },
      ),
      inputLengths: fc.array(fc.integer({ min: 0, max: time }), { minLength: batch, maxLength: batch }),
      labelLengths: fc.array(fc.integer({ min: 0, max: maxLabels }), { minLength: batch, maxLength: batch }),
      symbols: fc.array(fc.array(fc.nat(classes - 2), { minLength: maxLabels, maxLength: maxLabels }), {
        minLength: batch,
        maxLength: batch,
      }),
    }),
  )

test('is what the enumeration of all outputs gives, with its gradient', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(batches, async ({ blank, logits, inputLengths, labelLengths, symbols }) => {
      const labels = symbols.map((row) => row.map((symbol) => (symbol < blank ? symbol : symbol + 1)))
      const wanted = logits.map((rows, i) =>
        enumerateCtc(rows.slice(0, inputLengths[i]), (labels[i] as number[]).slice(0, labelLengths[i]), blank),
      )
      const { value, gradient } = await run(logits, labels, { inputLengths, labelLengths, blank })
      expectClose(
        'loss',
        value,
        wanted.map(({ loss }) => loss),
        1e-9,
      )
      const padded = logits.map((rows, i) => rows.map((row, t) => wanted[i]?.gradient[t] ?? row.map(() => 0)))
      expectClose('gradient', gradient, padded, 1e-9)
    }),
    { numRuns: 40 },
  )
})

describe('derivatives', () => {
  const logits = Array.from({ length: 2 }, (_, b) =>
    Array.from({ length: 6 }, (_, t) => Array.from({ length: 4 }, (_, k) => Math.sin(7 * b + 4 * t + k * k))),
  )
  const labels = [
    [1, 1, 3],
    [2, 3, 0],
  ]
  const options = { labelLengths: [3, 2], inputLengths: [6, 5], reduction: 'mean' } as const
  const loss = (x: Tensor) => ctcLoss(x, labels, options)
  /** Σ w · gradient: a function whose gradient is the Hessian times w. */
  const slope = (x: Tensor) => {
    const gradient = grad(loss)(x)
    return gradient
      .mul(
        tensor(
          Float32Array.from({ length: x.size }, (_, i) => Math.cos(i)),
          { shape: x.shape },
        ),
      )
      .sum()
  }

  test.each([
    ['first', loss],
    ['second', slope],
  ] as const)('of the %s order are what finite differences give', async (_, fn) => {
    const backend = openReference({ precision: 'double' })
    const both = compile(backend, (x: Tensor) => valueAndGrad(fn)(x))
    const base = hostArray(logits)
    const step = 2 ** -8
    const gradient = flat(await (await both(base)).gradient.array())
    for (const place of [0, 5, 11, 17, 22, 24, 33, 43, 45]) {
      const at = async (shift: number) => {
        const data = Float32Array.from(base.data)
        // Dyadic steps from rounded places, so that float32 holds both ends.
        data[place] = Math.fround((data[place] as number) + shift)
        return { x: data[place] as number, y: flat(await (await both({ ...base, data })).value.array())[0] as number }
      }
      const [above, below] = [await at(step), await at(-step)]
      expectClose(`place ${place}`, [gradient[place] as number], [(above.y - below.y) / (above.x - below.x)], 2e-5)
    }
  })
})

describe('long sequences in single precision', () => {
  test('1,000 steps of 10,000 classes: a loss known in closed form, and its gradient', {
    timeout: 60_000,
  }, async () => {
    // All logits equal: each path has the probability C^−T, and C(T + L, 2 L) of them spell L different labels.
    const [time, classes, count] = [1000, 10_000, 100]
    const labels = [Array.from({ length: count }, (_, i) => 9999 - i * 37)]
    let logPaths = 0
    for (let i = 0; i < 2 * count; i++) logPaths += Math.log(time + count - i) - Math.log(i + 1)
    const backend = openReference()
    const step = compile(backend, (scale: Tensor) =>
      valueAndGrad((x: Tensor) => ctcLoss(zeros([1, time, classes]).add(x), labels, { reduction: 'sum' }))(scale),
    )
    const { value, gradient } = await step([[[0]]])
    expectClose('loss', await value.array(), time * Math.log(classes) - logPaths, 1e-6)
    expectClose('gradient of a shift', await gradient.array(), [[[0]]], 1e-4)
  })

  test('1,000 steps of a network that is sure and wrong', { timeout: 60_000 }, async () => {
    const [time, classes] = [1000, 30]
    const labels = [Array.from({ length: 100 }, (_, i) => 1 + ((i * 7) % 29))]
    const fn = (x: Tensor) => ctcLoss(x.mul(30), labels, { reduction: 'sum' })
    const x = await randomNormal(randomKey(3), [1, time, classes]).host()
    const single = compile(openReference(), (given: Tensor) => valueAndGrad(fn)(given))
    const wanted = await differentiate(fn, x)
    const { value, gradient } = await single(x)
    expectClose('loss', await value.array(), wanted.value, 1e-6)
    expectClose('gradient', await gradient.array(), wanted.gradient, 5e-4)
  })
})

describe('what is not there', () => {
  test('NaN in padded steps changes nothing', async () => {
    const clean = [
      [
        [0.5, 1, 2],
        [3, 1, 0],
        [0, 0, 0],
      ],
    ]
    const dirty = clean.map((rows) => rows.with(2, [Number.NaN, Number.POSITIVE_INFINITY, 1]))
    const options = { inputLengths: [2] }
    expect(await run(dirty, [[2]], options)).toEqual(await run(clean, [[2]], options))
    expect((await run(dirty, [[2]])).value).toEqual([Number.NaN])
    expect((await run(dirty, [[2]], { zeroInfinity: true })).value).toEqual([Number.NaN])
  })

  test('no labels at all, no steps at all', async () => {
    const rows = [
      [
        [1, 2],
        [3, 5],
      ],
    ]
    const blankTwice = Math.log(1 + Math.E) + Math.log(1 + Math.E ** 2)
    expectClose('loss', (await run(rows, [[]])).value, [blankTwice], 1e-9)
    expectClose('loss', (await run(rows, [[]], { inputLengths: [0] })).value, [0], 1e-12)
    expect((await run(rows, [[1]], { inputLengths: [0] })).value).toEqual([Number.POSITIVE_INFINITY])
    const empty = await differentiate((x) => ctcLoss(x, [[1]], { reduction: 'none' }), hostArray([], [1, 0, 2]))
    expect(empty.value).toEqual([Number.POSITIVE_INFINITY])
  })

  test('labels that no output spells, as a compiled function is fed them, have an infinite loss and no gradient', async () => {
    const feed = compile(openReference(), (x: Tensor, labels: Tensor, counts: Tensor) =>
      valueAndGrad((given: Tensor) => ctcLoss(given, labels, { labelLengths: counts, reduction: 'sum' }))(x),
    )
    const logits = [
      [
        [0, 1, 2],
        [0, 1, 2],
        [0, 1, 2],
      ],
    ]
    for (const [label, count] of [
      [3, 1],
      [-1, 1],
      [0, 1],
      [1, 2],
    ] as const) {
      const { value, gradient } = await feed(
        logits,
        Int32Array.of(label).length ? { shape: [1, 1], dtype: 'int32', data: Int32Array.of(label) } : [],
        Int32Array.of(count),
      )
      expect(await value.array()).toBe(Number.POSITIVE_INFINITY)
      expect(flat(await gradient.array())).toEqual(new Array(9).fill(0))
    }
  })
})

describe('arguments that do not fit', () => {
  const logits = zeros([2, 5, 4])
  const labels = [
    [1, 2],
    [3, -1],
  ]
  test.each<[string, () => unknown, RegExp]>([
    [
      'logits without a batch',
      () => ctcLoss(zeros([5, 4]), labels),
      /expected float32\[batch, time, classes\], received .*\[5, 4\]/,
    ],
    ['labels in one row', () => ctcLoss(logits, [1, 2]), /labels: expected int32\[batch, labels\]/],
    ['labels of another batch', () => ctcLoss(logits, [[1, 2]]), /labels: expected int32\[2, 2\], received .*\[1, 2\]/],
    [
      'a class that is not there',
      () => ctcLoss(logits, [[4], [1]]),
      /labels: expected whole numbers from .* to 3, received 4/,
    ],
    [
      'a blank that is not there',
      () => ctcLoss(logits, labels, { blank: 4 }),
      /blank: expected a class number from 0 to 3, received 4/,
    ],
    [
      'too many steps',
      () => ctcLoss(logits, labels, { inputLengths: [5, 6] }),
      /inputLengths: expected whole numbers from 0 to 5/,
    ],
    [
      'half a label',
      () => ctcLoss(logits, labels, { labelLengths: [1.5, 1] }),
      /labelLengths: expected whole numbers from 0 to 2, received 1.5/,
    ],
    ['one length for two', () => ctcLoss(logits, labels, { inputLengths: [5] }), /inputLengths: expected int32\[2\]/],
    [
      'another reduction',
      () => ctcLoss(logits, labels, { reduction: 'median' as never }),
      /'none', 'sum' or 'mean', received median/,
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(RecipeError)
    expect(call).toThrow(message)
  })
})
