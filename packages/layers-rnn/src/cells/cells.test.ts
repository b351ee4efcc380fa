// Cells that PyTorch does not have, against their papers' equations differentiated by it; how weights begin; finite differences.
import {
  compile,
  flattenTree,
  grad,
  mapTree,
  openReference,
  randomKey,
  randomNormal,
  type Tensor,
  tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import { constantInitializer } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import type { CellState, RecurrentCell } from '../cell.ts'
import { type Derived, expected, expectSame } from '../fixtures/expected.ts'
import { runRecurrent } from '../run-recurrent.ts'
import { gruCell, originalGruCell } from './gru.ts'
import { lstmCell } from './lstm.ts'
import { peepholeLstmCell } from './peephole-lstm.ts'
import { simpleRnnCell } from './simple-rnn.ts'

const cells: [string, (units: number) => RecurrentCell][] = [
  ['simpleRnn tanh', (units) => simpleRnnCell(units)],
  ['simpleRnn relu', (units) => simpleRnnCell(units, { activation: 'relu' })],
  ['simpleRnn softplus', (units) => simpleRnnCell(units, { activation: 'softplus' })],
  ['lstm', (units) => lstmCell(units)],
  ['peepholeLstm', (units) => peepholeLstmCell(units, { peepholeInitializer: constantInitializer(0.5) })],
  ['gru', (units) => gruCell(units)],
  ['originalGru', (units) => originalGruCell(units)],
]

test.each<[string, Derived, RecurrentCell]>([
  ['softplus', expected.softplusRnn, simpleRnnCell(2, { activation: 'softplus' })],
  ['peephole LSTM', expected.peepholeLstm, peepholeLstmCell(2)],
  ['original GRU', expected.originalGru, originalGruCell(2)],
])('%s has the values and gradients of its equations', async (_, wanted, cell) => {
  await expectSame(wanted, ({ input, h, c, ...params }) => {
    const initialState = { h: h as Tensor, ...(c && { c }) }
    const { outputs, lastState } = runRecurrent(cell, params, input as Tensor, { initialState })
    return { output: outputs, ...lastState }
  })
})

describe.each(cells)('%s', (_, make) => {
  const cell = make(3)
  const [batch, time, features] = [2, 4, 2]
  const mask = tensor([
    [true, true, true, true],
    [true, true, false, false],
  ])

  test.each([false, true])('its gradients are those of finite differences (reverse: %s)', async (reverse) => {
    const key = randomKey(5)
    const leaves = {
      params: cell.init(key, features),
      input: randomNormal(key, [batch, time, features]),
      initialState: Object.fromEntries(
        cell.stateNames.map((name, i) => [name, randomNormal(randomKey(i), [batch, 3])]),
      ) as CellState,
    }
    /** A loss after each leaf i has moved by amounts[i] in a direction of its own. */
    const loss = (amounts: Tensor): Tensor => {
      let position = 0
      const { params, input, initialState } = mapTree(leaves, (leaf) => {
        const { shape, size } = leaf as Tensor
        const direction = Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + position + 1))
        return (leaf as Tensor).add(amounts.at(position++).mul(tensor(direction, { shape })))
      }) as typeof leaves
      const { outputs, lastState } = runRecurrent(cell, params, input, { initialState, mask, reverse })
      const last = Object.values(lastState).map((part) => part.sin().sum())
      return last.reduce((sum, part) => sum.add(part), outputs.square().sum())
    }
    const backend = openReference({ precision: 'double' })
    const count = flattenTree(leaves).leaves.length
    const [value, slope] = [compile(backend, loss), compile(backend, grad(loss))]
    const at = async (position: number, step: number): Promise<number> =>
      Number(await (await value(new Float32Array(count).fill(step, position, position + 1))).array())
    const analytic = (await (await slope(new Float32Array(count))).array()) as number[]
    const step = 2 ** -14
    for (const [position, wanted] of analytic.entries()) {
      const numeric = ((await at(position, step)) - (await at(position, -step))) / (2 * step)
      expect(wanted).not.toBe(0)
      expect(Math.abs(numeric - wanted), flattenTree(leaves).paths[position]).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(wanted)),
      )
    }
  })

  test('refuses no units', () => {
    for (const units of [0, -1, 1.5]) expect(() => make(units)).toThrow(ValueError)
  })

  test('draws the same weights for the same key', async () => {
    const draw = async (seed: number): Promise<unknown> =>
      Promise.all(Object.values(cell.init(randomKey(seed), features)).map((weight) => weight.array()))
    expect(await draw(1)).toEqual(await draw(1))
    expect(await draw(1)).not.toEqual(await draw(2))
  })
})

test('the bias of an LSTM begins with 1 for its forget gates, or with what is wished', async () => {
  expect(await lstmCell(2).init(randomKey(1), 3).bias.array()).toEqual([0, 0, 1, 1, 0, 0, 0, 0])
  expect(await peepholeLstmCell(1, { forgetBias: 2 }).init(randomKey(1), 3).bias.array()).toEqual([0, 2, 0, 0])
})

test('recurrent weights are orthogonal gate by gate', async () => {
  const { recurrentWeight } = gruCell(5).init(randomKey(1), 3)
  for (const gate of [0, 1, 2]) {
    const block = recurrentWeight.slice([0, 5 * gate], [5, 5])
    const product = (await block.matmul(block.transpose()).array()) as number[][]
    product.forEach((row, i) => {
      row.forEach((number, j) => {
        expect(number).toBeCloseTo(i === j ? 1 : 0, 5)
      })
    })
  }
})
