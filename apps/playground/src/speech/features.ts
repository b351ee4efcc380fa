// What the recognizer hears: log-mel features of at most four seconds, three frames to a step, the rest silence.
import type { HostArray } from '@deep-recipe/core-tensor'
import { logMel, normalizeFeatures, resample } from '@deep-recipe/datasets/sound'

export const RATE = 8000
export const FILTERS = 24
/** Frames of 10 ms that one step of the network takes together. */
export const STACK = 3
export const STEPS = 134
export const STEP_SECONDS = 0.01 * STACK

/** Features of a sound, and the same as a picture. */
export interface Heard {
  /** [STEPS, STACK · FILTERS], float32. */
  readonly features: HostArray
  /** Steps that are sound and not filling. */
  readonly steps: number
}

/** Hears a sound; what lies behind four seconds is left out. */
export function hear(samples: Float32Array, rate: number): Heard {
  const sound = (rate === RATE ? samples : resample(samples, rate, RATE)).slice(0, STEPS * STACK * RATE * 0.01)
  const data = new Float32Array(STEPS * STACK * FILTERS)
  const mel = logMel(sound, { rate: RATE, filters: FILTERS, floor: 1e-7 })
  const frames = Math.min(mel.shape[0] ?? 0, STEPS * STACK)
  if (frames === 0) return { features: describe(data), steps: 0 }
  const normal = normalizeFeatures(mel)
  data.set((normal.data as Float32Array).subarray(0, frames * FILTERS))
  // Filling is as quiet as the quietest frame, so that it sounds like a pause.
  const quietest = findQuietest(data, frames)
  for (let frame = frames; frame < STEPS * STACK; frame++) {
    data.copyWithin(frame * FILTERS, quietest * FILTERS, (quietest + 1) * FILTERS)
  }
  return { features: describe(data), steps: Math.ceil(frames / STACK) }
}

function describe(data: Float32Array<ArrayBuffer>): HostArray {
  return { shape: [STEPS, STACK * FILTERS], dtype: 'float32', data }
}

function findQuietest(data: Float32Array, frames: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let frame = 0; frame < frames; frame++) {
    const sum = data.subarray(frame * FILTERS, (frame + 1) * FILTERS).reduce((total, value) => total + value, 0)
    if (sum < least) [best, least] = [frame, sum]
  }
  return best
}
