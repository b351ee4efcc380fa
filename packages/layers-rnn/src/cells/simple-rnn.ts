// The simple recurrent network (Elman, "Finding structure in time", 1990).
import type { Tensor } from '@deep-recipe/core-tensor'
import { type Activation, relu, softplus, tanh } from '@deep-recipe/layers-core'
import { type GateParams, initGates, projectInput, type RecurrentCell, seenState, type WeightOptions } from '../cell.ts'
import { checkCount } from '../check.ts'
import { type RecurrentLayer, type RecurrentOptions, type RecurrentParams, recurrent } from '../recurrent.ts'

/** Activations of a simple recurrent network. */
export type SimpleRnnActivation = 'tanh' | 'relu' | 'softplus'

/** The activations by name. */
export const simpleRnnActivations: Readonly<Record<SimpleRnnActivation, Activation>> = { tanh, relu, softplus }

/** Options of `simpleRnnCell`. */
export interface SimpleRnnOptions extends WeightOptions {
  /** Default tanh. */
  readonly activation?: SimpleRnnActivation
}

/** State of a simple RNN or a GRU: h, [batch, units]. */
export type HiddenState = { readonly h: Tensor }

/** h_t = f(x_t W + h_{t−1} U + b). Throws a ValueError unless `units` is a positive whole number. */
export function simpleRnnCell(units: number, options: SimpleRnnOptions = {}): RecurrentCell<GateParams, HiddenState> {
  checkCount('simpleRnn: units', units)
  const activation = simpleRnnActivations[options.activation ?? 'tanh']
  return {
    name: `simpleRnn(${units})`,
    units,
    stateNames: ['h'],
    takesParts: true,
    init: (key, features) => initGates(key, 1, features, units, options),
    step: ({ inputWeight, recurrentWeight, bias }, input, { h }, keep) => {
      const net = projectInput(input, inputWeight).add(seenState(h, keep).matmul(recurrentWeight)).add(bias)
      return { h: activation(net) }
    },
  }
}

/** A layer of a simple RNN: [batch, time, features] → [batch, time, units]. */
export function simpleRnn(
  units: number,
  options: SimpleRnnOptions & RecurrentOptions = {},
): RecurrentLayer<RecurrentParams<GateParams, HiddenState>, HiddenState> {
  return recurrent(simpleRnnCell(units, options), options)
}
