// A line in metrics.jsonl for each epoch of each network.
import { type EpochFigures, openMetrics } from '@deep-recipe/training'

/** Takes note of an epoch of a network. */
export type RecordEpoch = (network: string, figures: EpochFigures, f1: number) => Promise<void>

/**
 * Opens metrics.jsonl. Epochs that it already tells of are passed over: after a resume some may come again, with the same
 * figures.
 */
export async function openFigures(path: string, resume: boolean): Promise<RecordEpoch> {
  const file = await openMetrics(path, { distinct: ['network', 'epoch'], resume })
  return (network, { step, epoch, seconds, train }, f1) =>
    file.append({ step, epoch, network, seconds, train, validation: { f1 } })
}
