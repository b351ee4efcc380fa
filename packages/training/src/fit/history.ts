// The record of a run: one line of figures per epoch, made of sums over batches.
import type { DeviceArray } from '@deep-recipe/core-tensor'
import type { Metric } from '../metrics.ts'

/** Figures of one epoch: `loss`, each metric by its name, and the same of the validation data. */
export type EpochFigures = {
  readonly epoch: number
  /** Steps done when it ended. */
  readonly step: number
  readonly seconds: number
  readonly train: Figures
  readonly validation?: Figures
}

/** Means over examples by name: `loss`, `accuracy`… Training figures have `gradientNorm` too. */
export type Figures = { readonly [name: string]: number }

/** Running sums; plain numbers, so that a checkpoint can hold them. */
export type Totals = { readonly [name: string]: number }

/** The sum of the examples' weights, under a name that no metric has. */
const weightKey = '#weight'

/** Sums on a device, as a step gives them. */
export interface DeviceSums {
  readonly weight: DeviceArray
  readonly loss: DeviceArray
  readonly metrics: readonly DeviceArray[]
}

/** Reads the sums of a batch and frees them. */
export async function readSums(sums: DeviceSums, metrics: readonly Metric[]): Promise<Totals> {
  const read = async (array: DeviceArray): Promise<number> => {
    const value = (await array.data())[0] as number
    array.dispose()
    return value
  }
  const totals: { [name: string]: number } = { [weightKey]: await read(sums.weight), loss: await read(sums.loss) }
  for (const [i, metric] of metrics.entries()) totals[metric.name] = await read(sums.metrics[i] as DeviceArray)
  return totals
}

/** Adds two records of sums. */
export function addTotals(a: Totals, b: Totals): Totals {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}

/** Means: every sum divided by the weight. */
export function toFigures(totals: Totals): Figures {
  const weight = totals[weightKey] || 1
  return Object.fromEntries(
    Object.entries(totals).flatMap(([name, sum]) => (name === weightKey ? [] : [[name, sum / weight] as const])),
  )
}
