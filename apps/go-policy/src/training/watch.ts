// What looks on while a network is trained: the bar, metrics.jsonl, and the clock.
import type { Callback, EpochFigures, MetricsFile, Terminal } from '@deep-recipe/training'
import type { NetworkName } from '../model/networks.ts'

/** A bar over all steps of a network, with the loss so far and the held-out figures of the part before. */
export function showTraining(terminal: Terminal, title: string): Callback {
  let progress: ReturnType<Terminal['startProgress']> | undefined
  let heldOut: Readonly<Record<string, number>> = {}
  return {
    name: 'showTraining',
    onStart: ({ epochs, step, stepsPerEpoch }) => {
      const milestone = { name: 'part', every: stepsPerEpoch }
      progress = terminal.startProgress({ title, total: epochs * stepsPerEpoch, initial: step, milestone })
    },
    onStepEnd: ({ step, figures }) => progress?.update(step, { loss: figures.loss ?? Number.NaN, ...heldOut }),
    onEpochEnd: ({ figures: { step, train, validation } }) => {
      heldOut = { 'held-out loss': validation?.loss ?? Number.NaN, 'top-1': validation?.accuracy ?? Number.NaN }
      progress?.update(step, { loss: train.loss ?? Number.NaN, ...heldOut })
    },
    onEnd: () => progress?.finish(),
  }
}

/** A line in metrics.jsonl for each part. */
export function recordParts(name: NetworkName, batchSize: number, file: MetricsFile): Callback {
  return {
    name: 'metrics',
    onEpochEnd: ({ figures: { epoch, step, seconds, train, validation } }) =>
      file.append({
        step,
        network: name,
        part: epoch,
        positions: step * batchSize,
        seconds,
        train,
        ...(validation && { validation }),
      }),
  }
}

/** How much longer than its time a training may take before it is ended early. */
const patience = 1.15

/**
 * Ends a training that takes much longer than it may, because the machine has become slower: after the part in which that
 * shows.
 *
 * @param seconds that it may take; undefined for as long as it takes.
 * @param tell is told when it ends.
 */
export function keepTime(seconds: number | undefined, tell: (line: string) => void): Callback {
  let spent = 0
  return {
    name: 'keepTime',
    onEpochEnd: ({ figures }) => {
      spent += figures.seconds
      if (seconds === undefined || spent < patience * seconds) return undefined
      tell(`The time is up after part ${figures.epoch}: this machine has become slower than it was at the beginning.`)
      return { stop: true }
    },
    save: () => ({ spent }),
    restore: (state) => {
      spent = Number(state.spent ?? 0)
    },
  }
}

/** Positions that a network learned from in a second, measurements included. */
export function positionsPerSecond(history: readonly EpochFigures[], batchSize: number): number {
  const seconds = history.reduce((sum, part) => sum + part.seconds, 0)
  return ((history.at(-1)?.step ?? 0) * batchSize) / seconds
}
