// Products of Jacobians against automatic differentiation, their norms against PyTorch's singular values, and what the lecture says of them.
import {
  concat,
  jacobian,
  randomKey,
  randomNormal,
  ShapeError,
  split,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '@deep-recipe/core-tensor'
import type { TensorRecord } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import type { CellState, RecurrentCell } from '../cell.ts'
import { type GruParams, gruCell, originalGruCell } from '../cells/gru.ts'
import { lstmCell } from '../cells/lstm.ts'
import { type PeepholeLstmParams, peepholeLstmCell } from '../cells/peephole-lstm.ts'
import { simpleRnnCell } from '../cells/simple-rnn.ts'
import { expectClose, expected, hostArray } from '../fixtures/expected.ts'
import { runRecurrent } from '../run-recurrent.ts'
import { boundGradientFlow, measureCellPath, measureGradientFlow } from './gradient-flow.ts'
import {
  gruJacobians,
  lstmJacobians,
  originalGruJacobians,
  peepholeLstmJacobians,
  simpleRnnJacobians,
} from './jacobians.ts'
import { spectralNorm } from './spectral-norm.ts'

const [units, features, time] = [3, 2, 5]
const key = randomKey(11)
const input = randomNormal(key, [1, time, features])

type Params = GruParams & PeepholeLstmParams & TensorRecord
const cases: [string, RecurrentCell, (params: Params, state: CellState) => Tensor][] = [
  ...(['tanh', 'relu', 'softplus'] as const).map((activation): (typeof cases)[number] => [
    `simple RNN, ${activation}`,
    simpleRnnCell(units, { activation }),
    (params, initialState) => simpleRnnJacobians(params, input, { activation, initialState }),
  ]),
  ['LSTM', lstmCell(units), (params, state) => lstmJacobians(params, input, { initialState: state as never }).state],
  [
    'peephole LSTM',
    peepholeLstmCell(units),
    (params, state) => peepholeLstmJacobians(params, input, { initialState: state as never }).state,
  ],
  ['GRU', gruCell(units), (params, initialState) => gruJacobians(params, input, { initialState })],
  [
    'original GRU',
    originalGruCell(units),
    (params, initialState) => originalGruJacobians(params, input, { initialState }),
  ],
]

describe.each(cases)('%s', (_, cell, jacobians) => {
  // Biases too are drawn: at zeros a mistake in them would not show.
  const first = cell.init(key, features) as Params
  const params = Object.fromEntries(
    Object.entries(first).map(([name, value], i) => [
      name,
      value.add(randomNormal(randomKey(i), value.shape).mul(0.5)),
    ]),
  ) as Params
  const width = units * cell.stateNames.length
  const start = randomNormal(randomKey(7), [1, width])
  const toState = (flat: Tensor): CellState =>
    Object.fromEntries(
      split(flat.reshape([1, width]), cell.stateNames.length, 1).map((part, i) => [cell.stateNames[i], part]),
    ) as CellState
  const join = (state: CellState): Tensor =>
    concat(
      cell.stateNames.map((name) => state[name] as Tensor),
      1,
    ).reshape([width])

  test.each([0, 2, 4])('∂s_T/∂s_%i is the product of the Jacobians', async (k) => {
    const before =
      k === 0
        ? toState(start)
        : runRecurrent(cell, params, input.slice([0, 0, 0], [1, k, -1]), { initialState: toState(start) }).lastState
    const rest = input.slice([0, k, 0], [1, -1, -1])
    const fromThere = (flat: Tensor): Tensor =>
      join(runRecurrent(cell, params, rest, { initialState: toState(flat) }).lastState)
    const wanted = await jacobian(fromThere)(join(before)).array()
    const steps = jacobians(params, toState(start))
    expect(steps.shape).toEqual([time, 1, width, width])
    let product = steps.at(time - 1).at(0)
    for (let t = time - 2; t >= k; t--) product = product.matmul(steps.at(t).at(0))
    expectClose(`k = ${k}`, await product.array(), wanted, 1e-5)

    const norm = spectralNorm(tensor(wanted as number[][]))
      .log()
      .div(Math.LN10)
    expectClose('norm', await measureGradientFlow(steps).at(k).array(), [Number(await norm.array())], 1e-4)
  })
})

describe('spectralNorm', () => {
  test('is the largest singular value', async () => {
    const { matrices, norms } = expected.spectralNorm
    expectClose('norms', await spectralNorm(tensor(hostArray(matrices))).array(), norms, 1e-5)
  })

  test('of tiny, huge and zero matrices, and of one number', async () => {
    const matrices = tensor([
      [
        [3e-30, 0],
        [0, 4e-30],
      ],
      [
        [0, -5e30],
        [1e30, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ])
    const [small, large, none] = (await spectralNorm(matrices).array()) as [number, number, number]
    expect(small / 4e-30).toBeCloseTo(1, 5)
    expect(large / 5e30).toBeCloseTo(1, 5)
    expect(none).toBe(0)
    expect(await spectralNorm(tensor([[-2]])).array()).toBeCloseTo(2, 6)
  })

  test('refuses vectors and no iterations', () => {
    expect(() => spectralNorm(zeros([3]))).toThrow(ShapeError)
    expect(() => spectralNorm(zeros([2, 0]))).toThrow(ShapeError)
    expect(() => spectralNorm(zeros([2, 2]), { iterations: 0 })).toThrow(ValueError)
  })
})

describe('flow', () => {
  const long = randomNormal(randomKey(2), [2, 60, features])
  const scaled = (scale: number) => {
    const params = simpleRnnCell(8).init(randomKey(3), features)
    return { ...params, recurrentWeight: params.recurrentWeight.mul(scale) }
  }

  test.each(['tanh', 'relu'] as const)('of a simple RNN with %s stays below (β_W β_h)^(T−k)', async (activation) => {
    for (const scale of [0.5, 1, 1.5]) {
      const params = scaled(scale)
      const flow = (await measureGradientFlow(simpleRnnJacobians(params, long, { activation })).array()) as number[][]
      const bound = (await boundGradientFlow(params.recurrentWeight, 60).array()) as number[]
      // U is `scale` times an orthogonal matrix.
      bound.forEach((value, k) => {
        expect(value).toBeCloseTo((60 - k) * Math.log10(scale), 3)
      })
      flow.forEach((norms, k) => {
        for (const norm of norms) expect(norm).toBeLessThan((bound[k] as number) + 1e-3)
      })
      // Half the norm in each step: far below what float32 holds as a number.
      if (scale === 0.5) expect(flow[0]?.[0]).toBeLessThan(60 * Math.log10(0.5))
    }
  })

  test('survives 10⁻¹⁰⁰ and 10¹⁰⁰', async () => {
    for (const factor of [0.01, 100]) {
      const jacobians = tensor([
        [factor, 0],
        [0, factor / 2],
      ]).broadcastTo([50, 1, 2, 2])
      const flow = (await measureGradientFlow(jacobians).array()) as number[][]
      flow.forEach(([norm], k) => {
        expect(norm).toBeCloseTo((50 - k) * Math.log10(factor), 3)
      })
    }
    const [nothing] = (await measureGradientFlow(zeros([3, 1, 2, 2])).array()) as number[][]
    expect(nothing).toEqual([Number.NEGATIVE_INFINITY])
  })

  test('clipped goes on from the threshold', async () => {
    // Doubles 3 times on the way back, then halves: 2, 2 (clipped), 2 (clipped), 1.
    const factors = tensor([0.5, 2, 2, 2]).reshape([4, 1, 1, 1])
    const flow = (await measureGradientFlow(factors, { clip: 2 }).array()) as number[][]
    flow.flat().forEach((norm, k) => {
      expect(norm).toBeCloseTo(Math.log10([1, 2, 2, 2][k] as number), 5)
    })
  })

  test('along the cells of an LSTM is the largest product of forget gates', async () => {
    const gates = tensor([[[0.5, 0.9]], [[0.9, 0.5]], [[0.25, 0.125]]])
    const flow = (await measureCellPath(gates).array()) as number[][]
    expectClose('path', flow, [[Math.log10(0.1125)], [Math.log10(0.225)], [Math.log10(0.25)]], 1e-5)

    const params = lstmCell(4).init(key, features)
    const { state, cellPath } = lstmJacobians(params, input)
    // The lower right block of the state's Jacobian.
    const diagonal = state.slice([0, 0, 4, 4], [-1, -1, 4, 4]).sum(-1)
    expectClose('gates', await diagonal.array(), await cellPath.array(), 1e-6)
  })

  test('along the cells of an LSTM with peepholes, which may turn the sign', async () => {
    const factors = tensor([[[-0.5, 0.1]], [[0.5, 0.2]]])
    expectClose('path', await measureCellPath(factors).array(), [[Math.log10(0.25)], [Math.log10(0.5)]], 1e-5)

    const params = peepholeLstmCell(4, { peepholeInitializer: randomNormal }).init(key, features)
    const { state, cellPath } = peepholeLstmJacobians(params, input)
    const diagonal = state.slice([0, 0, 4, 4], [-1, -1, 4, 4]).sum(-1)
    expectClose('diagonal', await diagonal.array(), await cellPath.array(), 1e-6)
  })

  test('of h alone through an LSTM is not that of its whole state', async () => {
    const { state } = lstmJacobians(lstmCell(4).init(key, features), input)
    const [whole, hidden] = (await Promise.all([
      measureGradientFlow(state).array(),
      measureGradientFlow(state, { part: [0, 4] }).array(),
    ])) as [number[][], number[][]]
    hidden.forEach(([norm], k) => {
      expect(norm).toBeLessThan(whole[k]?.[0] as number)
    })
  })

  test('refuses what makes no sense', () => {
    expect(() => measureGradientFlow(zeros([2, 3, 3]))).toThrow(/expected \[time, batch, width, width\]/)
    expect(() => measureGradientFlow(zeros([2, 1, 3, 2]))).toThrow(ShapeError)
    expect(() => measureGradientFlow(zeros([2, 1, 3, 3]), { part: [2, 4] })).toThrow(/within 0 … 3/)
    for (const clip of [0, -1, Number.NaN]) {
      expect(() => measureGradientFlow(zeros([2, 1, 3, 3]), { clip })).toThrow(ValueError)
    }
    expect(() => simpleRnnJacobians(simpleRnnCell(2).init(key, 3), zeros([2, 3]))).toThrow(ShapeError)
  })
})
