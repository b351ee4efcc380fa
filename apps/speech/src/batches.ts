// Batches of utterances: features padded to one of a few lengths, so that few shapes are compiled.
import type { HostArray } from '@deep-recipe/core-tensor'
import type { HostNdArray } from '@deep-recipe/datasets'
import type { TrainingBatch } from '@deep-recipe/training'
import { classOf } from './digits.ts'
import { filters } from './hearing.ts'
import { countSteps } from './network.ts'
import { longestString } from './strings.ts'

/** Features, and the digits that are spoken in them. */
export interface Example {
  /** [frames, filters]. */
  readonly features: HostNdArray<Float32Array>
  readonly digits: readonly number[]
}

/** Width of the targets: the number of real steps, then the labels, −1 where there are none. */
export const targetWidth: number = 1 + longestString

/** [batch, frames, filters + 1]: features, and behind them 1 for real frames, 0 for padding. Missing examples are all padding. */
export function packFeatures(examples: readonly Pick<Example, 'features'>[], batch: number, frames: number): HostArray {
  const width = filters + 1
  const data = new Float32Array(batch * frames * width)
  examples.forEach(({ features }, i) => {
    const [count] = features.shape as [number, number]
    for (let t = 0; t < Math.min(count, frames); t++) {
      const at = (i * frames + t) * width
      data.set(features.data.subarray(t * filters, (t + 1) * filters), at)
      data[at + filters] = 1
    }
  })
  return { shape: [batch, frames, width], dtype: 'float32', data }
}

/** Inputs, targets and weights of a batch; where there are fewer examples than it holds, the rest has weight 0. */
export function packBatch(examples: readonly Example[], batch: number, frames: number, stride: number): TrainingBatch {
  const targets = new Int32Array(batch * targetWidth).fill(-1)
  const weights = new Float32Array(batch)
  examples.forEach(({ features, digits }, i) => {
    targets[i * targetWidth] = countSteps(features.shape[0] as number, stride)
    targets.set(digits.map(classOf), i * targetWidth + 1)
    weights[i] = 1
  })
  // An empty example with no label and no step has the loss 0.
  for (let i = examples.length; i < batch; i++) targets[i * targetWidth] = 0
  return {
    inputs: packFeatures(examples, batch, frames),
    targets: { shape: [batch, targetWidth], dtype: 'int32', data: targets },
    weights,
  }
}
