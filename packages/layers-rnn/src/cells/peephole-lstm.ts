// The LSTM whose gates see its cells (Gers and Schmidhuber, "Recurrent nets that time and count", 2000).
import type { Tensor } from '@deep-recipe/core-tensor'
import { splitKey } from '@deep-recipe/core-tensor'
import { type Initializer, zerosInitializer } from '@deep-recipe/layers-core'
import { type GateParams, initGates, projectInput, type RecurrentCell, seenState, takeGates } from '../cell.ts'
import { checkCount } from '../check.ts'
import { type RecurrentLayer, type RecurrentOptions, type RecurrentParams, recurrent } from '../recurrent.ts'
import { addForgetBias } from './forget-bias.ts'
import type { LstmOptions, LstmState } from './lstm.ts'

/** Options of `peepholeLstmCell`. */
export interface PeepholeLstmOptions extends LstmOptions {
  /** Of the peepholes. Default zeros: it begins as an LSTM without them. */
  readonly peepholeInitializer?: Initializer
}

/** Parameters of an LSTM, and p: [3, units] for the gates i, f, o. */
export type PeepholeLstmParams = GateParams & { readonly peephole: Tensor }

/**
 * An LSTM cell whose gates see the cell itself, each unit its own; gates stand in the order i, f, o, u.
 *
 *   i = σ(x W_i + h U_i + p_i ⊙ c_{t−1} + b_i)    f = σ(x W_f + h U_f + p_f ⊙ c_{t−1} + b_f)
 *   u = tanh(x W_u + h U_u + b_u)                 c_t = f ⊙ c_{t−1} + i ⊙ u
 *   o = σ(x W_o + h U_o + p_o ⊙ c_t + b_o)        h_t = o ⊙ tanh(c_t)
 *
 * @throws ValueError unless `units` is a positive whole number.
 */
export function peepholeLstmCell(
  units: number,
  options: PeepholeLstmOptions = {},
): RecurrentCell<PeepholeLstmParams, LstmState> {
  checkCount('peepholeLstm: units', units)
  return {
    name: `peepholeLstm(${units})`,
    units,
    stateNames: ['h', 'c'],
    takesParts: true,
    init: (key, features) => {
      const [gateKey, peepholeKey] = splitKey(key) as [Tensor, Tensor]
      const gates = addForgetBias(initGates(gateKey, 4, features, units, options), units, options.forgetBias ?? 1)
      const peephole = (options.peepholeInitializer ?? zerosInitializer)(peepholeKey, [3, units], {
        fanIn: 1,
        fanOut: 1,
      })
      return { ...gates, peephole }
    },
    step: ({ inputWeight, recurrentWeight, bias, peephole }, input, { h, c }, keep) => {
      const net = projectInput(input, inputWeight).add(seenState(h, keep).matmul(recurrentWeight)).add(bias)
      const gate = (index: number, cell: Tensor): Tensor =>
        takeGates(net, units, index)
          .add(cell.mul(peephole.at(index)))
          .sigmoid()
      const u = takeGates(net, units, 3).tanh()
      const next = gate(1, c).mul(c).add(gate(0, c).mul(u))
      return { h: gate(2, next).mul(next.tanh()), c: next }
    },
  }
}

/** A layer of LSTM cells with peepholes: [batch, time, features] → [batch, time, units]. */
export function peepholeLstm(
  units: number,
  options: PeepholeLstmOptions & RecurrentOptions = {},
): RecurrentLayer<RecurrentParams<PeepholeLstmParams, LstmState>, LstmState> {
  return recurrent(peepholeLstmCell(units, options), options)
}
