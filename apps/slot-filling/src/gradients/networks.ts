// The networks that the laboratory compares, each with the way to the norms of its Jacobians.
import type { Tensor } from '@deep-recipe/core-tensor'
import { orthogonalInitializer, type Params } from '@deep-recipe/layers-core'
import {
  boundGradientFlow,
  type GateParams,
  type GruParams,
  gru,
  gruJacobians,
  type LstmJacobians,
  lstm,
  lstmJacobians,
  measureCellPath,
  measureGradientFlow,
  type PeepholeLstmParams,
  peepholeLstm,
  peepholeLstmJacobians,
  type RecurrentLayer,
  type SimpleRnnActivation,
  simpleRnn,
  simpleRnnJacobians,
} from '@deep-recipe/layers-rnn'

/** Sizes and beginnings that all networks share. */
export interface NetworkSettings {
  readonly units: number
  /** Recurrent weights begin as orthogonal matrices times this: β_W of the first step. */
  readonly gain: number
  /** First bias of forget gates. */
  readonly forgetBias: number
  /** Length to which gradients are clipped, in the network that clips. */
  readonly clip: number
}

/** log₁₀ of norms on the way back from the last step T: entries for k = 0 … T − 1. */
export type Flow = {
  /** ‖∂h_T/∂h_k‖, [steps, batch]. */
  readonly hidden: Tensor
  /** ‖∂c_T/∂c_k‖ along the cells alone, [steps, batch]; of LSTMs. */
  readonly cell?: Tensor
  /** The bound (β_W β_h)^(T−k), [steps]; of simple networks. */
  readonly bound?: Tensor
}

/** One network of the laboratory. */
export interface Network {
  readonly name: NetworkName
  readonly title: string
  /** What to look at. */
  readonly lesson: string
  /** Whether its training clips the gradient. */
  readonly clips: boolean
  /** The recurrent layer, which gives its last step. */
  build(settings: NetworkSettings): RecurrentLayer
  /**
   * @param params of that layer.
   * @param inputs [batch, steps, features].
   */
  measure(params: Params, inputs: Tensor, settings: NetworkSettings): Flow
}

/** Names of the networks, as they stand in the figures. */
export type NetworkName = 'simple-rnn' | 'relu-rnn' | 'clipped-relu-rnn' | 'lstm' | 'peephole-lstm' | 'gru'

function simple(activation: SimpleRnnActivation, clips: boolean): Pick<Network, 'clips' | 'build' | 'measure'> {
  return {
    clips,
    build: (settings) => simpleRnn(settings.units, { ...begin(settings), activation }),
    measure: (params, inputs, { clip }) => {
      const weights = params as GateParams
      const jacobians = simpleRnnJacobians(weights, inputs, { activation })
      return {
        hidden: measureGradientFlow(jacobians, clips ? { clip } : {}),
        bound: boundGradientFlow(weights.recurrentWeight, inputs.shape[1] as number),
      }
    },
  }
}

function measureLstm({ state, cellPath }: LstmJacobians, units: number): Flow {
  return { hidden: measureGradientFlow(state, { part: [0, units] }), cell: measureCellPath(cellPath) }
}

function begin({ gain }: NetworkSettings): {
  recurrentInitializer: ReturnType<typeof orthogonalInitializer>
  output: 'last'
} {
  return { recurrentInitializer: orthogonalInitializer(gain), output: 'last' }
}

/** All networks, in the order of the table. */
export const networks: readonly Network[] = [
  {
    name: 'simple-rnn',
    title: 'Simple RNN',
    lesson: 'tanh′ is at most 1 and mostly less: what the weights do not stretch fades with every step.',
    ...simple('tanh', false),
  },
  {
    name: 'relu-rnn',
    title: 'ReLU RNN',
    lesson: 'The slope is 1 or 0: nothing damps large weights, and the gradient can grow with every step.',
    ...simple('relu', false),
  },
  {
    name: 'clipped-relu-rnn',
    title: 'ReLU RNN, clipped',
    lesson: 'Clipping by norm cuts what explodes, and brings nothing back that has vanished.',
    ...simple('relu', true),
  },
  {
    name: 'lstm',
    title: 'LSTM',
    lesson: 'Along the cells ∂c_t/∂c_{t−1} = f_t: an open forget gate lets the gradient through unchanged.',
    clips: false,
    build: (settings) => lstm(settings.units, { ...begin(settings), forgetBias: settings.forgetBias }),
    measure: (params, inputs, { units }) => measureLstm(lstmJacobians(params as GateParams, inputs), units),
  },
  {
    name: 'peephole-lstm',
    title: 'Peephole LSTM',
    lesson: 'The gates see the cell, so the path along the cells also runs through them.',
    clips: false,
    build: (settings) => peepholeLstm(settings.units, { ...begin(settings), forgetBias: settings.forgetBias }),
    measure: (params, inputs, { units }) =>
      measureLstm(peepholeLstmJacobians(params as PeepholeLstmParams, inputs), units),
  },
  {
    name: 'gru',
    title: 'GRU',
    lesson: 'h_t = (1 − z) n + z h_{t−1}: where z is near 1 the state, and its gradient, passes unchanged.',
    clips: false,
    build: (settings) => gru(settings.units, begin(settings)),
    measure: (params, inputs) => ({ hidden: measureGradientFlow(gruJacobians(params as GruParams, inputs)) }),
  },
]
