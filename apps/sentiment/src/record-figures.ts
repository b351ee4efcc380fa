// metrics.jsonl of a run with several networks: a line for each epoch of each.
import { type Callback, openMetrics, readMetrics } from '@deep-recipe/training'

/** The open file. */
export interface FiguresFile {
  /** Writes a line for each epoch of this network. */
  record(network: string): Callback
}

/** Opens the file of a run. After a resume some epochs may come again, with the same figures: they are told once. */
export async function openFigures(path: string, resume: boolean): Promise<FiguresFile> {
  const file = await openMetrics(path, resume ? { resumeAtStep: Number.MAX_SAFE_INTEGER } : {})
  const known = new Set((await readMetrics(path)).map(({ model, epoch }) => `${model} ${epoch}`))
  return {
    record: (model) => ({
      name: 'metrics',
      onEpochEnd: async ({ figures: { step, epoch, seconds, train, validation } }) => {
        const key = `${model} ${epoch}`
        if (known.has(key)) return
        known.add(key)
        await file.append({ step, epoch, model, seconds, train, ...(validation && { validation }) })
      },
    }),
  }
}
