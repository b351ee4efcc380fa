// The contract of a recurrent cell: what a network does in one step, and how its weights begin.
import { concat, splitKey, Tensor } from '@deep-recipe/core-tensor'
import {
  glorotUniform,
  type Initializer,
  orthogonalInitializer,
  type TensorRecord,
  zerosInitializer,
} from '@deep-recipe/layers-core'

/** What a cell hands from step to step: tensors [batch, units], of which `h` is also its output. */
export type CellState = TensorRecord & { readonly h: Tensor }

/** One step of a recurrent network: a pure function of parameters, input and state. */
export interface RecurrentCell<P extends TensorRecord = TensorRecord, S extends CellState = CellState> {
  /** For summaries and messages, e.g. `lstm(100)`. */
  readonly name: string
  readonly units: number
  /** Names of the tensors of the state. */
  readonly stateNames: readonly string[]
  /** Whether `step` also takes its input in parts. Default false: whoever has parts joins them first. */
  readonly takesParts?: boolean
  /** First parameters, for inputs of the given width. */
  init(key: Tensor, features: number): P
  /**
   * The next state.
   *
   * @param input [batch, features], or parts of it that stand beside each other, if the cell takes parts.
   * @param keep recurrent dropout: what the products see of h is multiplied by it, [batch, units].
   */
  step(params: P, input: CellInput, state: S, keep?: Tensor): S
}

/** What a cell reads in one step: [batch, features], or parts of it beside each other. */
export type CellInput = Tensor | readonly Tensor[]

/** How the weights of a cell begin. */
export interface WeightOptions {
  /** Of the weights that read the input, gate by gate. Default Glorot uniform. */
  readonly inputInitializer?: Initializer
  /** Of the weights that read the state before, gate by gate. Default orthogonal. */
  readonly recurrentInitializer?: Initializer
  /** Default zeros. */
  readonly biasInitializer?: Initializer
}

/** Weights and bias of several gates beside each other. */
export type GateParams = {
  /** W: [features, gates · units]. */
  readonly inputWeight: Tensor
  /** U: [units, gates · units]. */
  readonly recurrentWeight: Tensor
  /** b: [gates · units]. */
  readonly bias: Tensor
}

/** Draws the weights of each gate by itself: an orthogonal one is orthogonal for each gate. */
export function initGates(
  key: Tensor,
  gates: number,
  features: number,
  units: number,
  options: WeightOptions,
): GateParams {
  const kinds = [
    [options.inputInitializer ?? glorotUniform, [features, units], features],
    [options.recurrentInitializer ?? orthogonalInitializer(), [units, units], units],
    [options.biasInitializer ?? zerosInitializer, [units], features],
  ] as const
  const keys = splitKey(key, kinds.length)
  const [inputWeight, recurrentWeight, bias] = kinds.map(([initializer, shape, fanIn], kind) => {
    const gateKeys = splitKey(keys[kind] as Tensor, gates)
    return concat(
      gateKeys.map((gateKey) => initializer(gateKey, shape, { fanIn, fanOut: units })),
      -1,
    )
  }) as [Tensor, Tensor, Tensor]
  return { inputWeight, recurrentWeight, bias }
}

/**
 * x W, where x may come in parts: [a; b] W = a W_a + b W_b. Written so, the product of a part that is known before a loop
 * over time can leave the loop.
 */
export function projectInput(input: CellInput, weight: Tensor): Tensor {
  if (input instanceof Tensor) return input.matmul(weight)
  let row = 0
  const products = input.map((part) => {
    const rows = part.shape.at(-1) as number
    const product = part.matmul(weight.slice([row, 0], [rows, -1]))
    row += rows
    return product
  })
  return products.reduce((sum, product) => sum.add(product))
}

/** The columns of `count` gates from gate `first` on: a part of [batch, gates · units]. */
export function takeGates(gates: Tensor, units: number, first: number, count = 1): Tensor {
  return gates.slice([0, first * units], [gates.shape[0] as number, count * units])
}

/** h as the products of this step see it. */
export function seenState(h: Tensor, keep: Tensor | undefined): Tensor {
  return keep ? h.mul(keep) : h
}
