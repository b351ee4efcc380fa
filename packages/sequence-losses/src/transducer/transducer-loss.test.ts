// The transducer's loss against the enumeration of all its paths, warp-transducer's published numbers and finite differences.
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
import { describe, expect, test } from 'vitest'
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

describe("warp-transducer's published tests", () => {
  /** logits[b, t, u] = encoder[b, t] + predictor[b, u]. */
  const join = (encoder: Tensor, predictor: Tensor) => encoder.expandDims(2).add(predictor.expandDims(1))

  test('small_test', async () => {
    const encoder = [
      [0.41949576139450073, 0.31693804264068604, 0.7670461535453796, 0.8889783024787903, 0.5395874977111816],
      [0.24531936645507812, 0.8488685488700867, 0.5839998722076416, 0.04401040077209473, 0.3734890818595886],
    ]
    const predictor = [
      [0.6518162488937378, 0.9520350098609924, 0.40872979164123535, 0.42321133613586426, 0.4537124037742615],
      [0.49220818281173706, 0.5218477845191956, 0.43106764554977417, 0.6558153033256531, 0.20882707834243774],
      [0.3555586338043213, 0.24547159671783447, 0.0288771390914917, 0.42015254497528076, 0.9517340660095215],
    ]
    const loss = transducerLoss(join(tensor([encoder]), tensor([predictor])), [[1, 2]], { reduction: 'sum' })
    expect(await loss.item()).toBeCloseTo(5.3452, 4)
  })

  test('options_test: another blank, two sequences, gradients of encoder and predictor', async () => {
    // Time first, then the two sequences, in turns.
    const encoderRows = [
      [
        0.20836472511291504, 0.6848891377449036, 0.8508703112602234, 0.5761988759040833, 0.19992691278457642,
        0.8066366910934448,
      ],
      [
        0.7215913534164429, 0.2725244164466858, 0.20181220769882202, 0.7149978280067444, 0.7996553182601929,
        0.5940970182418823,
      ],
      [
        0.9547191262245178, 0.3950379490852356, 0.9179182648658752, 0.6635433435440063, 0.5223862528800964,
        0.3065106272697449,
      ],
      [
        0.9895828366279602, 0.7198997735977173, 0.3201969265937805, 0.4918731451034546, 0.827298641204834,
        0.7208738327026367,
      ],
      [
        0.5181616544723511, 0.8324336409568787, 0.29219377040863037, 0.3595501780509949, 0.6904011964797974,
        0.8513350486755371,
      ],
      [
        0.5865226984024048, 0.8465507626533508, 0.7300622463226318, 0.24205732345581055, 0.24660539627075195,
        0.931033730506897,
      ],
      [
        0.8725375533103943, 0.06845909357070923, 0.7426746487617493, 0.7473852038383484, 0.6735857129096985,
        0.8149459958076477,
      ],
      [
        0.6253803968429565, 0.5640403628349304, 0.5929765701293945, 0.6260771751403809, 0.23223882913589478,
        0.04109394550323486,
      ],
    ]
    const predictorRows = [
      [
        0.06116640567779541, 0.14563453197479248, 0.5638840198516846, 0.6632290482521057, 0.19838422536849976,
        0.1820780634880066,
      ],
      [
        0.6904842257499695, 0.30375921726226807, 0.6189450621604919, 0.0328218936920166, 0.7522785663604736,
        0.826593279838562,
      ],
      [
        0.9041121006011963, 0.31825321912765503, 0.10209769010543823, 0.4442335367202759, 0.7338142991065979,
        0.22434186935424805,
      ],
      [
        0.7973766326904297, 0.8608612418174744, 0.4400267004966736, 0.8985074758529663, 0.37170130014419556,
        0.9338418245315552,
      ],
      [
        0.7007454037666321, 0.6552602648735046, 0.5205059051513672, 0.30149775743484497, 0.605181872844696,
        0.1901898980140686,
      ],
      [
        0.9128827452659607, 0.6805384159088135, 0.019013822078704834, 0.8405444622039795, 0.5298664569854736,
        0.27262967824935913,
      ],
    ]
    // The first rows of the published gradients: of each sequence's first step, and of its first node.
    const encoderGradient = [
      [
        0.18298208713531494, -0.1863221824169159, 0.24029867351055145, 0.31508156657218933, 0.17985235154628754,
        -0.7318925261497498,
      ],
      [
        0.26263949275016785, -0.10713391751050949, 0.13813626766204834, 0.16261409223079681, 0.2808478772640228,
        -0.7371038794517517,
      ],
    ]
    const predictorGradient = [
      [
        0.2336210012435913, -0.7242842316627502, 0.49153390526771545, 0.4382175803184509, 0.2350836545228958,
        -0.6741719245910645,
      ],
      [
        0.5328136086463928, -0.7057985663414001, 0.3393358588218689, 0.2234761267900467, 0.5142948627471924,
        -0.9041219353675842,
      ],
    ]
    const cut = (rows: number[][]) => [0, 1].map((sequence) => rows.filter((_, i) => i % 2 === sequence))
    const [encoder, predictor] = [cut(encoderRows), cut(predictorRows)]
    const labels = [
      [1, 2],
      [1, 1],
    ]
    const options = { blank: 5, reduction: 'none' } as const
    const ofEncoder = await differentiate(
      (x) => transducerLoss(join(x, tensor(predictor)), labels, options),
      hostArray(encoder),
    )
    const ofPredictor = await differentiate(
      (x) => transducerLoss(join(tensor(encoder), x), labels, options),
      hostArray(predictor),
    )
    expectClose('scores', ofEncoder.value, [9.861, 8.7003], 1e-4)
    const first = (gradient: NestedArray) => (gradient as number[][][]).map((rows) => rows[0] as number[])
    expectClose('encoder', first(ofEncoder.gradient), encoderGradient, 1e-5)
    expectClose('predictor', first(ofPredictor.gradient), predictorGradient, 1e-5)
  })
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
