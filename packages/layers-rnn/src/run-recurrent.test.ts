// Runs over sequences: states handed on, padding that changes nothing, direction, and truncated gradients.
import {
  compile,
  concat,
  grad,
  openReference,
  randomKey,
  randomNormal,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import type { CellState, RecurrentCell } from './cell.ts'
import { gruCell } from './cells/gru.ts'
import { lstmCell } from './cells/lstm.ts'
import { simpleRnnCell } from './cells/simple-rnn.ts'
import { expectClose } from './fixtures/expected.ts'
import { lengthsToMask } from './mask.ts'
import { type RunOptions, runRecurrent } from './run-recurrent.ts'

const [batch, time, features, units] = [3, 6, 2, 4]
const key = randomKey(4)
const input = randomNormal(key, [batch, time, features])
const steps = (from: number, count: number): Tensor => input.slice([0, from, 0], [batch, count, features])
const cells: [string, RecurrentCell][] = [
  ['simpleRnn', simpleRnnCell(units)],
  ['lstm', lstmCell(units)],
  ['gru', gruCell(units)],
]

describe.each(cells)('%s', (_, cell) => {
  const params = cell.init(key, features)
  const run = (given: Tensor, options: RunOptions = {}) => runRecurrent(cell, params, given, options)
  const expectSameState = async (a: CellState, b: CellState): Promise<void> => {
    for (const name of cell.stateNames) {
      expect(await (a[name] as Tensor).array()).toEqual(await (b[name] as Tensor).array())
    }
  }

  test('piece by piece with the states handed on is as in one go', async () => {
    const whole = run(input)
    const first = run(steps(0, 2))
    const second = run(steps(2, 4), { initialState: first.lastState })
    expect(await concat([first.outputs, second.outputs], 1).array()).toEqual(await whole.outputs.array())
    await expectSameState(second.lastState, whole.lastState)
  })

  test('backwards is forwards over the turned sequence', async () => {
    const turned = run(input.flip(1))
    const back = run(input, { reverse: true })
    expect(await back.outputs.flip(1).array()).toEqual(await turned.outputs.array())
    await expectSameState(back.lastState, turned.lastState)
  })

  test.each([false, true])('padding changes nothing, whatever it holds (reverse: %s)', async (reverse) => {
    const lengths = [4, 6, 1]
    const mask = lengthsToMask(lengths, time)
    // NaN wherever nothing real stands.
    const dirty = mask.expandDims(-1).where(input, Number.NaN)
    const { outputs, lastState } = run(dirty, { lengths, reverse })
    const all = (await outputs.array()) as number[][][]
    for (const [example, length] of lengths.entries()) {
      const alone = run(input.slice([example, 0, 0], [1, length, features]), { reverse })
      const [wanted] = (await alone.outputs.array()) as number[][][]
      expectClose(`outputs ${example}`, all[example]?.slice(0, length) as number[][], wanted as number[][], 1e-6)
      expect(all[example]?.slice(length)).toEqual(Array.from({ length: time - length }, () => [0, 0, 0, 0]))
      for (const name of cell.stateNames) {
        const [last] = (await (alone.lastState[name] as Tensor).array()) as number[][]
        expectClose(name, await (lastState[name] as Tensor).at(example).array(), last as number[], 1e-6)
      }
    }
    // The same told by a mask; and gradients do not see the padding either.
    expect(await run(input, { mask, reverse }).outputs.array()).toEqual(all)
    const loss = (weights: typeof params, given: Tensor): Tensor =>
      runRecurrent(cell, weights, given, { mask, reverse }).outputs.square().sum()
    const [clean, spoilt] = [grad(loss)(params, input), grad(loss)(params, dirty)]
    for (const name of Object.keys(params)) {
      expect(await spoilt[name]?.array()).toEqual(await clean[name]?.array())
    }
  })

  test('padding in front, holes, and nothing but padding', async () => {
    const mask = tensor([
      [false, false, true, true, true, true],
      [true, false, true, false, false, true],
      [false, false, false, false, false, false],
    ])
    const initialState = Object.fromEntries(
      cell.stateNames.map((name, i) => [name, randomNormal(randomKey(i), [batch, units])]),
    ) as CellState
    const { lastState } = run(input, { mask, initialState })
    const pick = (example: number, places: readonly number[]): Tensor =>
      concat(
        places.map((place) => input.slice([example, place, 0], [1, 1, features])),
        1,
      )
    for (const [example, places] of [
      [0, [2, 3, 4, 5]],
      [1, [0, 2, 5]],
    ] as const) {
      const own = Object.fromEntries(
        cell.stateNames.map((name) => [name, (initialState[name] as Tensor).slice([example, 0], [1, units])]),
      ) as CellState
      const alone = run(pick(example, places), { initialState: own }).lastState.h
      expectClose('h', await lastState.h.at(example).array(), (await alone.at(0).array()) as number[], 1e-6)
    }
    expect(await lastState.h.at(2).array()).toEqual(await initialState.h.at(2).array())
  })

  test.each([
    [2, false],
    [4, false],
    [4, true],
  ])(
    'truncated after %i steps (reverse: %s): gradients are those of the graph cut there',
    async (truncate, reverse) => {
      type Leaves = { readonly params: typeof params; readonly input: Tensor }
      const values = { params, input }
      const weigh = (outputs: Tensor): Tensor => outputs.square().sum()
      const truncated = ({ params: weights, input: given }: Leaves): Tensor =>
        weigh(runRecurrent(cell, weights, given, { truncate, reverse }).outputs)
      const cut = ({ params: weights, input: given }: Leaves): Tensor => {
        let sum = tensor(0)
        let initialState: CellState | undefined
        for (let walked = 0; walked < time; walked += truncate) {
          const count = Math.min(truncate, time - walked)
          const part = given.slice([0, reverse ? time - walked - count : walked, 0], [batch, count, features])
          const piece = runRecurrent(cell, weights, part, { reverse, ...(initialState && { initialState }) })
          sum = sum.add(weigh(piece.outputs))
          initialState = Object.fromEntries(
            Object.entries(piece.lastState).map(([name, value]) => [name, value.stopGradient()]),
          ) as CellState
        }
        return sum
      }
      const whole = ({ params: weights, input: given }: Leaves): Tensor =>
        weigh(runRecurrent(cell, weights, given, { reverse }).outputs)
      const results = [truncated, cut, whole].map((loss) => ({ value: loss(values), gradient: grad(loss)(values) }))
      const [a, b, c] = results as [(typeof results)[number], (typeof results)[number], (typeof results)[number]]
      expect(Number(await a.value.array())).toBeCloseTo(Number(await c.value.array()), 4)
      expectClose('input', await a.gradient.input.array(), await b.gradient.input.array(), 1e-5)
      for (const name of Object.keys(params)) {
        const [mine, wanted] = [a.gradient.params[name] as Tensor, b.gradient.params[name] as Tensor]
        expectClose(name, await mine.array(), await wanted.array(), 1e-5)
      }
      const differs = a.gradient.input.sub(c.gradient.input).abs().max()
      expect(await differs.array()).toBeGreaterThan(1e-3)
    },
  )

  test('no steps give no outputs and the state as it was', async () => {
    const { outputs, lastState } = run(zeros([batch, 0, features]))
    expect(outputs.shape).toEqual([batch, 0, units])
    expect(await lastState.h.array()).toEqual(await zeros([batch, units]).array())
    expect(run(zeros([0, time, features])).outputs.shape).toEqual([0, time, units])
  })

  test('the same bits each time', async () => {
    const apply = compile(openReference(), (given: Tensor) => run(given, { lengths: [4, 6, 1] }).outputs)
    const once = async () => [...((await (await apply((await input.host()) as never)).host()).data as Float32Array)]
    expect(await once()).toEqual(await once())
  })
})

describe('complaints', () => {
  const cell = lstmCell(units)
  const params = cell.init(key, features)
  const run =
    (given: Tensor, options: RunOptions<never> | object = {}) =>
    () =>
      runRecurrent(cell, params, given, options)

  test.each<[string, () => unknown, new (...args: never[]) => Error, RegExp]>([
    [
      'no time axis',
      run(zeros([3, 2])),
      ShapeError,
      /lstm\(4\): input: expected sequences \[batch, time, features\], received \[3, 2\]/,
    ],
    ['another width', run(zeros([3, 6, 5])), ShapeError, /matmul/],
    [
      'a mask of floats',
      run(input, { mask: zeros([3, 6]) }),
      ShapeError,
      /expected bool\[3, 6\], received float32\[3, 6\]/,
    ],
    ['a mask of another length', run(input, { mask: zeros([3, 5], 'bool') }), ShapeError, /expected bool\[3, 6\]/],
    [
      'a mask and lengths',
      run(input, { mask: zeros([3, 6], 'bool'), lengths: [1, 2, 3] }),
      ValueError,
      /received both/,
    ],
    [
      'lengths of another batch',
      run(input, { lengths: [1, 2] }),
      ShapeError,
      /expected bool\[3, 6\], received bool\[2, 6\]/,
    ],
    ['lengths with an axis too many', run(input, { lengths: [[1, 2, 3]] }), ShapeError, /expected int32\[batch\]/],
    [
      'a state without c',
      run(input, { initialState: { h: zeros([3, 4]) } }),
      ValueError,
      /expected the parts c, h, received h/,
    ],
    [
      'a state of another batch',
      run(input, { initialState: { h: zeros([2, 4]), c: zeros([2, 4]) } }),
      ShapeError,
      /initialState\.h: expected float32\[3, 4\]/,
    ],
    [
      'a truncation after no steps',
      run(input, { truncate: 0 }),
      ValueError,
      /truncate: expected a positive whole number/,
    ],
  ])('%s', (_, call, type, message) => {
    expect(call).toThrow(type)
    expect(call).toThrow(message)
  })
})
