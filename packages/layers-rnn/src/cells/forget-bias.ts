// The first bias of forget gates, which LSTMs with and without peepholes share.
import type { GateParams } from '../cell.ts'

/** Adds to the bias of the second of four gates. */
export function addForgetBias(params: GateParams, units: number, forgetBias: number): GateParams {
  const bias = Float32Array.from({ length: 4 * units }, (_, i) => (Math.floor(i / units) === 1 ? forgetBias : 0))
  return { ...params, bias: params.bias.add(bias) }
}
