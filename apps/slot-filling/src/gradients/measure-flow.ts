// The norms of a network's Jacobians in numbers: computed on a backend, and averaged over sequences.
import { type Backend, compile, type DeviceArray, type HostArray, type Tensor } from '@deep-recipe/core-tensor'
import type { Params } from '@deep-recipe/layers-core'
import type { HostParams } from '@deep-recipe/training'
import type { Network, NetworkSettings } from './networks.ts'

/** log₁₀ of norms for k = 0 … T − 1, as means over the sequences. −∞ where nothing comes through. */
export interface FlowFigures {
  /** ‖∂h_T/∂h_k‖. */
  readonly hidden: readonly number[]
  /** The largest of all sequences. */
  readonly largest: readonly number[]
  /** ‖∂c_T/∂c_k‖ along the cells; of LSTMs. */
  readonly cell?: readonly number[]
  /** The bound (β_W β_h)^(T−k); of simple networks. */
  readonly bound?: readonly number[]
}

/**
 * Measures how gradients flow through a network.
 *
 * @param params of its recurrent layer.
 * @param inputs [batch, steps, features].
 */
export async function measureFlow(
  network: Network,
  params: HostParams,
  inputs: HostArray,
  settings: NetworkSettings,
  backend: Backend,
): Promise<FlowFigures> {
  const run = compile(backend, (weights: Params, sequences: Tensor) => network.measure(weights, sequences, settings))
  try {
    const flow = await run(params, inputs)
    const read = async (array: DeviceArray): Promise<readonly number[][]> => {
      const { data, shape } = await array.host()
      array.dispose()
      const [steps = 0, batch = 1] = shape
      return Array.from({ length: steps }, (_, k) => Array.from(data.subarray(k * batch, (k + 1) * batch)))
    }
    const hidden = await read(flow.hidden)
    return {
      hidden: hidden.map(average),
      largest: hidden.map((norms) => Math.max(...norms)),
      ...(flow.cell && { cell: (await read(flow.cell)).map(average) }),
      ...(flow.bound && { bound: (await read(flow.bound)).map(average) }),
    }
  } finally {
    run.dispose()
  }
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
