// CTC against PyTorch's values and gradients, and the published tests of warp-ctc, which are TensorFlow's as well.
import { readFileSync } from 'node:fs'
import type { NestedArray } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { expectClose, flat } from '../fixtures/compare.ts'
import { runCtc as run } from '../fixtures/run-ctc.ts'
import type { Reduction } from '../reduction.ts'

interface TorchCase extends Record<Reduction, { loss: NestedArray; gradient: NestedArray }> {
  readonly name: string
  readonly logits: NestedArray
  readonly labels: number[][]
  readonly labelLengths: number[]
  readonly inputLengths: number[]
  readonly blank: number
  readonly zeroInfinity: boolean
}

const torch: TorchCase[] = JSON.parse(readFileSync(new URL('../fixtures/ctc.json', import.meta.url), 'utf8'))

describe('as PyTorch has it', () => {
  test.each(torch.map((given) => [given.name, given] as const))('%s', async (_, given) => {
    const { logits, labels, ...options } = given
    for (const reduction of ['none', 'sum', 'mean'] as const) {
      const { value, gradient } = await run(logits, labels, { ...options, reduction })
      expectClose(`loss, ${reduction}`, value, given[reduction].loss, 1e-8)
      // PyTorch's gradient of an infinite loss is NaN, stored as null; here it is 0.
      const wanted = flat(gradient).map((number, i) => flat(given[reduction].gradient)[i] ?? number)
      expectClose(`gradient, ${reduction}`, gradient, wanted, 1e-8)
      expect(flat(gradient).every(Number.isFinite)).toBe(true)
    }
  })

  test('the stored cases hold what they are meant to', () => {
    expect(
      torch.flatMap(({ none }) => flat(none.loss)).filter((loss) => loss === Number.POSITIVE_INFINITY),
    ).toHaveLength(1)
  })
})

describe("warp-ctc's published tests", () => {
  test('small_test: one way to spell two labels in two steps', async () => {
    const rows = [
      [0.1, 0.6, 0.1, 0.1, 0.1],
      [0.1, 0.1, 0.6, 0.1, 0.1],
    ]
    const wanted = -2 * Math.log(Math.exp(0.6) / (Math.exp(0.6) + 4 * Math.exp(0.1)))
    expectClose('loss', (await run([rows], [[1, 2]])).value, [wanted], 1e-7)
    // The same numbers as probabilities: −log(0.6 · 0.6).
    const logs = rows.map((row) => row.map(Math.log))
    expectClose('loss', (await run([logs], [[1, 2]])).value, [-Math.log(0.36)], 1e-7)
  })

  test('options_test: another blank, padded labels; scores and gradients from TensorFlow', async () => {
    const probabilities = [
      [
        [0.633766, 0.221185, 0.0917319, 0.0129757, 0.0142857, 0.0260553],
        [0.111121, 0.588392, 0.278779, 0.0055756, 0.00569609, 0.010436],
        [0.0357786, 0.633813, 0.321418, 0.00249248, 0.00272882, 0.0037688],
        [0.0663296, 0.643849, 0.280111, 0.00283995, 0.0035545, 0.00331533],
        [0.458235, 0.396634, 0.123377, 0.00648837, 0.00903441, 0.00623107],
      ],
      [
        [0.30176, 0.28562, 0.0831517, 0.0862751, 0.0816851, 0.161508],
        [0.24082, 0.397533, 0.0557226, 0.0546814, 0.0557528, 0.19549],
        [0.230246, 0.450868, 0.0389607, 0.038309, 0.0391602, 0.202456],
        [0.280884, 0.429522, 0.0326593, 0.0339046, 0.0326856, 0.190345],
        [0.423286, 0.315517, 0.0338439, 0.0393744, 0.0339315, 0.154046],
      ],
    ]
    const logits = probabilities.map((rows) => rows.map((row) => row.map(Math.log)))
    const labels = [
      [0, 1, 2, 1, 0],
      [0, 1, 1, 0, -1],
    ]
    const { value, gradient } = await run(logits, labels, { blank: 5 })
    expectClose('scores', value, [3.34211, 5.42262], 1e-5)
    const wanted = [
      [-0.366234, 0.221185, 0.0917319, 0.0129757, 0.0142857, 0.0260553],
      [0.111121, -0.411608, 0.278779, 0.0055756, 0.00569609, 0.010436],
      [0.0357786, 0.633813, -0.678582, 0.00249248, 0.00272882, 0.0037688],
      [0.0663296, -0.356151, 0.280111, 0.00283995, 0.0035545, 0.00331533],
      [-0.541765, 0.396634, 0.123377, 0.00648837, 0.00903441, 0.00623107],
      [-0.69824, 0.28562, 0.0831517, 0.0862751, 0.0816851, 0.161508],
      [0.24082, -0.602467, 0.0557226, 0.0546814, 0.0557528, 0.19549],
      [0.230246, 0.450868, 0.0389607, 0.038309, 0.0391602, -0.797544],
      [0.280884, -0.570478, 0.0326593, 0.0339046, 0.0326856, 0.190345],
      [-0.576714, 0.315517, 0.0338439, 0.0393744, 0.0339315, 0.154046],
    ]
    expectClose('gradients', gradient, wanted, 1e-5)
  })

  test('inf_test: a label that is ruled out everywhere', async () => {
    for (const ruledOut of [-1e30, Number.NEGATIVE_INFINITY]) {
      const rows = Array.from({ length: 50 }, (_, t) =>
        Array.from({ length: 15 }, (_, k) => (k === 2 ? ruledOut : Math.sin(t * 15 + k))),
      )
      const { value, gradient } = await run([rows], [[2, 5, 5, 1, 7, 3, 14, 9, 9, 4]])
      expect(value).toEqual([Number.POSITIVE_INFINITY])
      expect(flat(gradient).every((number) => number === 0)).toBe(true)
      const spelled = await run([rows], [[6, 5, 5, 1, 7, 3, 14, 9, 9, 4]])
      expect(flat(spelled.value).concat(flat(spelled.gradient)).every(Number.isFinite)).toBe(true)
    }
  })
})
