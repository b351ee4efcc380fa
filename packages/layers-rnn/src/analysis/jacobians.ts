// How the state of each step depends on the one before: the Jacobian matrices of the cells, from their equations.
import { concat, eye, scan, type Tensor } from '@deep-recipe/core-tensor'
import type { TensorRecord } from '@deep-recipe/layers-core'
import type { CellState, GateParams, RecurrentCell } from '../cell.ts'
import { type GruParams, gruCell, originalGruCell } from '../cells/gru.ts'
import { type LstmState, lstmCell } from '../cells/lstm.ts'
import { type PeepholeLstmParams, peepholeLstmCell } from '../cells/peephole-lstm.ts'
import { type HiddenState, type SimpleRnnActivation, simpleRnnCell } from '../cells/simple-rnn.ts'
import { readSequenceShape } from '../check.ts'
import { checkInitialState } from '../run-recurrent.ts'

/** Where the walk begins. */
export interface JacobianOptions<S extends CellState = CellState> {
  /** Each part [batch, units]. Default zeros. */
  readonly initialState?: S
}

/** f′ from the net input z and the value f(z). None of them exceeds 1. */
const slopes: Readonly<Record<SimpleRnnActivation, (net: Tensor, value: Tensor) => Tensor>> = {
  tanh: (_net, value) => value.square().neg().add(1),
  relu: (net) => net.greater(0).cast('float32'),
  softplus: (net) => net.sigmoid(),
}

/**
 * ∂h_t/∂h_{t−1} = diag[f′(z_t)] Uᵀ of a simple RNN at each step. Row i, column j holds ∂h_t[i] / ∂h_{t−1}[j].
 *
 * @param input [batch, time, features], without padding.
 * @returns [time, batch, units, units].
 */
export function simpleRnnJacobians(
  params: GateParams,
  input: Tensor,
  options: JacobianOptions<HiddenState> & { readonly activation?: SimpleRnnActivation } = {},
): Tensor {
  const { activation = 'tanh' } = options
  const cell = simpleRnnCell(unitsOf(params), { activation })
  const { x, before, after } = walk(cell, params, input, options)
  const net = x.matmul(params.inputWeight).add(before.h.matmul(params.recurrentWeight)).add(params.bias)
  return scaleRows(slopes[activation](net, after.h), params.recurrentWeight.transpose())
}

/** How the states of an LSTM hang together. */
export interface LstmJacobians {
  /** ∂(h_t, c_t)/∂(h_{t−1}, c_{t−1}), h before c: [time, batch, 2 · units, 2 · units]. */
  readonly state: Tensor
  /**
   * The path along the cells alone: the diagonal of ∂c_t/∂c_{t−1}, [time, batch, units]. It is f_t, and with peepholes
   * f_t and what the gates see.
   */
  readonly cellPath: Tensor
}

/**
 * The Jacobians of an LSTM at each step. With q = tanh′(c_t) ⊙ o and σ′ = σ (1 − σ),
 *
 *   ∂c_t/∂c_{t−1} = diag[f]         ∂c_t/∂h_{t−1} = diag[c_{t−1} f′] U_fᵀ + diag[u i′] U_iᵀ + diag[i u′] U_uᵀ
 *   ∂h_t/∂c_{t−1} = diag[q f]       ∂h_t/∂h_{t−1} = diag[tanh(c_t) o′] U_oᵀ + diag[q] ∂c_t/∂h_{t−1}
 *
 * @param input [batch, time, features], without padding.
 */
export function lstmJacobians(
  params: GateParams,
  input: Tensor,
  options: JacobianOptions<LstmState> = {},
): LstmJacobians {
  const units = unitsOf(params)
  const { x, before, after } = walk(lstmCell(units), params, input, options)
  const net = x.matmul(params.inputWeight).add(before.h.matmul(params.recurrentWeight)).add(params.bias)
  const [i, f, o] = [0, 1, 2].map((gate) => takeLast(net, units, gate).sigmoid()) as [Tensor, Tensor, Tensor]
  const u = takeLast(net, units, 3).tanh()
  const hiddenFromCell = o.mul(tanhSlope(after.c.tanh()))
  return joinLstm(params, { i, f, o, u, before, after, cellPath: f, hiddenFromCell })
}

/**
 * The Jacobians of an LSTM with peepholes at each step: those of `lstmJacobians`, but for what its gates see of the cell,
 *
 *   ∂c_t/∂c_{t−1} = diag[f + c_{t−1} f′ p_f + u i′ p_i]      q = tanh′(c_t) ⊙ o + tanh(c_t) ⊙ o′ ⊙ p_o
 *
 * @param input [batch, time, features], without padding.
 */
export function peepholeLstmJacobians(
  params: PeepholeLstmParams,
  input: Tensor,
  options: JacobianOptions<LstmState> = {},
): LstmJacobians {
  const units = unitsOf(params)
  const { x, before, after } = walk(peepholeLstmCell(units), params, input, options)
  const net = x.matmul(params.inputWeight).add(before.h.matmul(params.recurrentWeight)).add(params.bias)
  const peephole = (gate: number): Tensor => params.peephole.at(gate)
  const [i, f, o] = [before.c, before.c, after.c].map((seen, gate) =>
    takeLast(net, units, gate)
      .add(seen.mul(peephole(gate)))
      .sigmoid(),
  ) as [Tensor, Tensor, Tensor]
  const u = takeLast(net, units, 3).tanh()
  const throughForget = before.c.mul(sigmoidSlope(f)).mul(peephole(1))
  const throughInput = u.mul(sigmoidSlope(i)).mul(peephole(0))
  const squashed = after.c.tanh()
  const throughOutput = squashed.mul(sigmoidSlope(o)).mul(peephole(2))
  return joinLstm(params, {
    ...{ i, f, o, u, before, after },
    cellPath: f.add(throughForget).add(throughInput),
    hiddenFromCell: o.mul(tanhSlope(squashed)).add(throughOutput),
  })
}

/** One step of an LSTM, each part [time, batch, units]. */
interface LstmStep {
  readonly i: Tensor
  readonly f: Tensor
  readonly o: Tensor
  readonly u: Tensor
  readonly before: LstmState
  readonly after: LstmState
  /** The diagonal of ∂c_t/∂c_{t−1}. */
  readonly cellPath: Tensor
  /** q: the diagonal of ∂h_t/∂c_t. */
  readonly hiddenFromCell: Tensor
}

function joinLstm(params: GateParams, step: LstmStep): LstmJacobians {
  const { i, f, o, u, before, after, cellPath, hiddenFromCell } = step
  const back = (slope: Tensor, gate: number): Tensor => scaleRows(slope, gateWeight(params, unitsOf(params), gate))
  const cellFromHidden = back(before.c.mul(sigmoidSlope(f)), 1)
    .add(back(u.mul(sigmoidSlope(i)), 0))
    .add(back(i.mul(tanhSlope(u)), 3))
  const throughOutput = back(after.c.tanh().mul(sigmoidSlope(o)), 2)
  const hiddenFromHidden = throughOutput.add(scaleRows(hiddenFromCell, cellFromHidden))
  const top = concat([hiddenFromHidden, diagonal(hiddenFromCell.mul(cellPath))], -1)
  const bottom = concat([cellFromHidden, diagonal(cellPath)], -1)
  return { state: concat([top, bottom], -2), cellPath }
}

/**
 * ∂h_t/∂h_{t−1} of a GRU at each step, with p = h_{t−1} U_n + c:
 *
 *   diag[z] + diag[(h_{t−1} − n) z′] U_zᵀ + diag[(1 − z) n′] (diag[r] U_nᵀ + diag[p r′] U_rᵀ)
 *
 * @param input [batch, time, features], without padding.
 * @returns [time, batch, units, units].
 */
export function gruJacobians(params: GruParams, input: Tensor, options: JacobianOptions<HiddenState> = {}): Tensor {
  const units = unitsOf(params)
  const { x, before } = walk(gruCell(units), params, input, options)
  const fromInput = x.matmul(params.inputWeight).add(params.bias)
  const fromState = before.h.matmul(params.recurrentWeight)
  const [r, z] = [0, 1].map((gate) =>
    takeLast(fromInput, units, gate)
      .add(takeLast(fromState, units, gate))
      .sigmoid(),
  ) as [Tensor, Tensor]
  const p = takeLast(fromState, units, 2).add(params.recurrentBias)
  const n = takeLast(fromInput, units, 2).add(r.mul(p)).tanh()
  const back = (slope: Tensor, gate: number): Tensor => scaleRows(slope, gateWeight(params, units, gate))
  const inside = back(r, 2).add(back(p.mul(sigmoidSlope(r)), 0))
  return blendJacobian(z, n, back(before.h.sub(n).mul(sigmoidSlope(z)), 1), inside)
}

/**
 * ∂h_t/∂h_{t−1} of a GRU as first published (`originalGru`) at each step:
 *
 *   diag[z] + diag[(h_{t−1} − n) z′] U_zᵀ + diag[(1 − z) n′] U_nᵀ (diag[r] + diag[h_{t−1} r′] U_rᵀ)
 *
 * @param input [batch, time, features], without padding.
 * @returns [time, batch, units, units].
 */
export function originalGruJacobians(
  params: GateParams,
  input: Tensor,
  options: JacobianOptions<HiddenState> = {},
): Tensor {
  const units = unitsOf(params)
  const { x, before } = walk(originalGruCell(units), params, input, options)
  const weight = (gate: number): Tensor => gateWeight(params, units, gate)
  const fromInput = x.matmul(params.inputWeight).add(params.bias)
  const [r, z] = [0, 1].map((gate) =>
    takeLast(fromInput, units, gate)
      .add(before.h.matmul(weight(gate).transpose()))
      .sigmoid(),
  ) as [Tensor, Tensor]
  const n = takeLast(fromInput, units, 2)
    .add(r.mul(before.h).matmul(weight(2).transpose()))
    .tanh()
  const reset = diagonal(r).add(scaleRows(before.h.mul(sigmoidSlope(r)), weight(0)))
  const inside = weight(2).matmul(reset)
  return blendJacobian(z, n, scaleRows(before.h.sub(n).mul(sigmoidSlope(z)), weight(1)), inside)
}

/** diag[z] + the way through z + diag[(1 − z) n′] · the way through what is inside n. */
function blendJacobian(z: Tensor, n: Tensor, throughZ: Tensor, inside: Tensor): Tensor {
  const outer = z.neg().add(1).mul(tanhSlope(n))
  return diagonal(z).add(throughZ).add(scaleRows(outer, inside))
}

interface Walk<S extends CellState> {
  /** The input, time first. */
  readonly x: Tensor
  /** States before and after each step, each part [time, batch, units]. */
  readonly before: S
  readonly after: S
}

function walk<P extends TensorRecord, S extends CellState>(
  cell: RecurrentCell<P, S>,
  params: P,
  input: Tensor,
  { initialState }: JacobianOptions<S>,
): Walk<S> {
  const [batch] = readSequenceShape(cell.name, input)
  const x = input.transpose([1, 0, 2])
  const [, { before, after }] = scan(
    (state: S, step: Tensor): readonly [S, { before: S; after: S }] => {
      const next = cell.step(params, step, state)
      return [next, { before: state, after: next }]
    },
    checkInitialState(cell, initialState, batch),
    x,
  )
  return { x, before, after }
}

function unitsOf({ recurrentWeight }: GateParams): number {
  return recurrentWeight.shape[0] as number
}

/** The part of one gate of [time, batch, gates · units]. */
function takeLast(gates: Tensor, units: number, gate: number): Tensor {
  return gates.slice([0, 0, gate * units], [-1, -1, units])
}

/** Uᵀ of one gate, [units, units]. */
function gateWeight({ recurrentWeight }: GateParams, units: number, gate: number): Tensor {
  return recurrentWeight.slice([0, gate * units], [units, units]).transpose()
}

const sigmoidSlope = (value: Tensor): Tensor => value.mul(value.neg().add(1))
const tanhSlope = (value: Tensor): Tensor => value.square().neg().add(1)

/** diag[v] M. */
function scaleRows(v: Tensor, matrix: Tensor): Tensor {
  return v.expandDims(-1).mul(matrix)
}

/** diag[v]: [..., n] → [..., n, n]. */
function diagonal(v: Tensor): Tensor {
  return scaleRows(v, eye(v.shape.at(-1) as number))
}
