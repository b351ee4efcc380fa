// The transducer's loss against the published tests of warp-transducer.
import { type NestedArray, type Tensor, tensor } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { differentiate, expectClose, hostArray } from '../fixtures/compare.ts'
import { transducerLoss } from './transducer-loss.ts'

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
