// Long short-term memory (Hochreiter and Schmidhuber, 1997; forget gates: Gers, Schmidhuber and Cummins, 2000).
import type { Tensor } from '@deep-recipe/core-tensor'
import {
  type GateParams,
  initGates,
  projectInput,
  type RecurrentCell,
  seenState,
  takeGates,
  type WeightOptions,
} from '../cell.ts'
import { checkCount } from '../check.ts'
import { type RecurrentLayer, type RecurrentOptions, type RecurrentParams, recurrent } from '../recurrent.ts'
import { addForgetBias } from './forget-bias.ts'

/** Options of `lstmCell`. */
export interface LstmOptions extends WeightOptions {
  /**
   * Added to the first bias of the forget gate, so that the cell remembers from the beginning (Jozefowicz, Zaremba and
   * Sutskever, 2015). Default 1.
   */
  readonly forgetBias?: number
}

/** State of an LSTM: output h and cell c, each [batch, units]. */
export type LstmState = { readonly h: Tensor; readonly c: Tensor }

/**
 * An LSTM cell; in its weights the gates stand in the order i, f, o, u.
 *
 *   i = σ(x W_i + h U_i + b_i)     f = σ(x W_f + h U_f + b_f)     o = σ(x W_o + h U_o + b_o)
 *   u = tanh(x W_u + h U_u + b_u)  c_t = f ⊙ c_{t−1} + i ⊙ u      h_t = o ⊙ tanh(c_t)
 *
 * @throws ValueError unless `units` is a positive whole number.
 */
export function lstmCell(units: number, options: LstmOptions = {}): RecurrentCell<GateParams, LstmState> {
  checkCount('lstm: units', units)
  return {
    name: `lstm(${units})`,
    units,
    stateNames: ['h', 'c'],
    takesParts: true,
    init: (key, features) => addForgetBias(initGates(key, 4, features, units, options), units, options.forgetBias ?? 1),
    step: ({ inputWeight, recurrentWeight, bias }, input, { h, c }, keep) => {
      const net = projectInput(input, inputWeight).add(seenState(h, keep).matmul(recurrentWeight)).add(bias)
      const gates = takeGates(net, units, 0, 3).sigmoid()
      const [i, f, o] = [0, 1, 2].map((gate) => takeGates(gates, units, gate)) as [Tensor, Tensor, Tensor]
      const u = takeGates(net, units, 3).tanh()
      const next = f.mul(c).add(i.mul(u))
      return { h: o.mul(next.tanh()), c: next }
    },
  }
}

/** A layer of LSTM cells: [batch, time, features] → [batch, time, units]. */
export function lstm(
  units: number,
  options: LstmOptions & RecurrentOptions = {},
): RecurrentLayer<RecurrentParams<GateParams, LstmState>, LstmState> {
  return recurrent(lstmCell(units, options), options)
}
