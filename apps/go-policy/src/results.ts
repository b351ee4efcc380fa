// What came out: as text, as figures for programs, and as the run's line in the table of all apps.
import type { RunSummary } from '@deep-recipe/app-kit'
import type { JsonRecord } from '@deep-recipe/training'
import type { MoveFigures } from './measure.ts'
import type { NetworkName } from './model/networks.ts'
import type { Settings } from './options.ts'
import type { TrainedNetwork } from './training/train-network.ts'

/** A trained network with its figures. */
export interface Result extends TrainedNetwork {
  readonly figures: MoveFigures
  /** Positions that it learned from, repeated ones included. */
  readonly seen: number
  /** Positions in a second of training. */
  readonly speed: number
  readonly parameters: number
}

/** The networks for people. */
export const networkTitles: Readonly<Record<NetworkName, string>> = {
  cnn: 'Convolutional network',
  dense: 'Fully connected network',
}

/** What `describeResults` needs. */
export type MeasuredNetwork = Pick<Result, 'name' | 'figures'>

/** The table as people read it in a terminal. */
export function describeResults(results: readonly MeasuredNetwork[]): string[] {
  const width = Math.max(...results.map(({ name }) => networkTitles[name].length))
  const rows = results.map(
    ({ name, figures: { top1, top5, loss } }) =>
      `${networkTitles[name].padEnd(width)}  ${top1.toFixed(4)}  ${top5.toFixed(4)}  ${loss.toFixed(3)}`,
  )
  const count = results[0]?.figures.positions ?? 0
  return [
    `${'network'.padEnd(width)}  top-1   top-5   loss`,
    `${'─'.repeat(width)}  ──────  ──────  ─────`,
    ...rows,
    '',
    `Shares of ${count.toLocaleString('en')} moves of games that were held out, by file: those that were the first choice, those among the first five; and the cross-entropy.`,
  ]
}

/** The final figures of train and evaluate, for --json: of the convolutional network where there is one. */
export function toFigures(results: readonly MeasuredNetwork[], seconds: number, backend: string): JsonRecord {
  const { top1, top5, loss, positions } = (results[0] as MeasuredNetwork).figures
  return { top1, top5, loss, positions, seconds: Math.round(seconds * 10) / 10, backend }
}

/** The summary of a run: the convolutional network against the fully connected one, or one of them against guessing. */
export function summarizeRun(
  results: readonly Result[],
  settings: Settings,
  seconds: number,
  backend: string,
): RunSummary {
  const [first, second] = results as readonly [Result, Result | undefined]
  const baseline = second
    ? { name: networkTitles[second.name], value: second.figures.top1 }
    : { name: 'Any point, by chance', value: 1 / settings.size ** 2 }
  return {
    app: 'go-policy',
    title: 'Positions to moves: a policy network for Go',
    rows: [
      {
        learned: networkTitles[first.name],
        measure: 'moves foreseen in held-out games',
        value: first.figures.top1,
        baseline,
        better: 'higher',
      },
    ],
    seconds,
    backend,
  }
}
