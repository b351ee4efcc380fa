// metrics.jsonl of a run with several networks: a line for each epoch of each.
import { type Callback, openMetrics } from '@deep-recipe/training'

/** The open file. */
export interface FiguresFile {
  /** Writes a line for each epoch of this network. */
  record(network: string): Callback
}

/** Opens the file of a run. After a resume some epochs may come again, with the same figures: they are told once. */
export async function openFigures(path: string, resume: boolean): Promise<FiguresFile> {
  const file = await openMetrics(path, { distinct: ['model', 'epoch'], resume })
  return {
    record: (model) => ({
      name: 'metrics',
      onEpochEnd: ({ figures: { step, epoch, seconds, train, validation } }) =>
        file.append({ step, epoch, model, seconds, train, ...(validation && { validation }) }),
    }),
  }
}
