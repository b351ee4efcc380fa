// The figures of `fit` in a file.
import type { Callback } from '../fit/callbacks.ts'
import { type MetricsFile, openMetrics } from './metrics-file.ts'

/**
 * Writes a line for each epoch: `{ step, epoch, seconds, train: { loss, … }, validation: { … } }`. A run that is resumed goes
 * on in its file; a new run empties it.
 */
export function recordMetrics(path: string): Callback {
  let file: MetricsFile | undefined
  return {
    name: 'recordMetrics',
    async onStart({ step }): Promise<void> {
      file = await openMetrics(path, step > 0 ? { resumeAtStep: step } : {})
    },
    async onEpochEnd({ figures }): Promise<void> {
      await file?.append(figures)
    },
  }
}
