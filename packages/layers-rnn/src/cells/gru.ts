// Gated recurrent units: the variant of cuDNN and PyTorch, and the one of the paper.
import { splitKey, type Tensor } from '@deep-recipe/core-tensor'
import { zerosInitializer } from '@deep-recipe/layers-core'
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
import type { HiddenState } from './simple-rnn.ts'

/** Parameters of a GRU, and c: [units], a bias inside the reset gate's reach. */
export type GruParams = GateParams & { readonly recurrentBias: Tensor }

/**
 * A GRU cell that resets after the product, as cuDNN and PyTorch do: all it takes from the state is one product. In its
 * weights the gates stand in the order r, z, n.
 *
 *   r = σ(x W_r + h U_r + b_r)     n = tanh(x W_n + b_n + r ⊙ (h U_n + c))
 *   z = σ(x W_z + h U_z + b_z)     h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
 *
 * @throws ValueError unless `units` is a positive whole number.
 */
export function gruCell(units: number, options: WeightOptions = {}): RecurrentCell<GruParams, HiddenState> {
  checkCount('gru: units', units)
  return {
    name: `gru(${units})`,
    units,
    stateNames: ['h'],
    takesParts: true,
    init: (key, features) => {
      const [gateKey, biasKey] = splitKey(key) as [Tensor, Tensor]
      const recurrentBias = (options.biasInitializer ?? zerosInitializer)(biasKey, [units], {
        fanIn: units,
        fanOut: units,
      })
      return { ...initGates(gateKey, 3, features, units, options), recurrentBias }
    },
    step: ({ inputWeight, recurrentWeight, bias, recurrentBias }, input, { h }, keep) => {
      const fromInput = projectInput(input, inputWeight).add(bias)
      const fromState = seenState(h, keep).matmul(recurrentWeight)
      const gates = takeGates(fromInput, units, 0, 2)
        .add(takeGates(fromState, units, 0, 2))
        .sigmoid()
      const [r, z] = [takeGates(gates, units, 0), takeGates(gates, units, 1)]
      const reset = r.mul(takeGates(fromState, units, 2).add(recurrentBias))
      const n = takeGates(fromInput, units, 2).add(reset).tanh()
      return { h: blend(z, n, h) }
    },
  }
}

/** A layer of GRU cells: [batch, time, features] → [batch, time, units]. */
export function gru(
  units: number,
  options: WeightOptions & RecurrentOptions = {},
): RecurrentLayer<RecurrentParams<GruParams, HiddenState>, HiddenState> {
  return recurrent(gruCell(units, options), options)
}

/**
 * The GRU cell as first published (Cho and others, "Learning phrase representations using RNN encoder–decoder", 2014): the
 * state is reset before the product, which makes a second product in every step. Gates in the order r, z, n.
 *
 *   r = σ(x W_r + h U_r + b_r)     n = tanh(x W_n + (r ⊙ h) U_n + b_n)
 *   z = σ(x W_z + h U_z + b_z)     h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
 *
 * @throws ValueError unless `units` is a positive whole number.
 */
export function originalGruCell(units: number, options: WeightOptions = {}): RecurrentCell<GateParams, HiddenState> {
  checkCount('originalGru: units', units)
  return {
    name: `originalGru(${units})`,
    units,
    stateNames: ['h'],
    takesParts: true,
    init: (key, features) => initGates(key, 3, features, units, options),
    step: ({ inputWeight, recurrentWeight, bias }, input, { h }, keep) => {
      const seen = seenState(h, keep)
      const fromInput = projectInput(input, inputWeight).add(bias)
      const fromState = seen.matmul(takeGates(recurrentWeight, units, 0, 2))
      const gates = takeGates(fromInput, units, 0, 2).add(fromState).sigmoid()
      const [r, z] = [takeGates(gates, units, 0), takeGates(gates, units, 1)]
      const reset = r.mul(seen).matmul(takeGates(recurrentWeight, units, 2))
      const n = takeGates(fromInput, units, 2).add(reset).tanh()
      return { h: blend(z, n, h) }
    },
  }
}

/** A layer of GRU cells as first published: [batch, time, features] → [batch, time, units]. */
export function originalGru(
  units: number,
  options: WeightOptions & RecurrentOptions = {},
): RecurrentLayer<RecurrentParams<GateParams, HiddenState>, HiddenState> {
  return recurrent(originalGruCell(units, options), options)
}

/** (1 − z) ⊙ n + z ⊙ h, with one product less. */
function blend(z: Tensor, n: Tensor, h: Tensor): Tensor {
  return n.add(z.mul(h.sub(n)))
}
