// The laboratory's figures as a table for terminals and as a record for programs.
import type { JsonRecord } from '@deep-recipe/training'
import type { LaboratoryFigures, LaboratorySettings, NetworkFigures } from './laboratory.ts'

/** A number from its logarithm, in few characters: `0.012`, `3.1e-20`; beyond what a number holds, `1e-400`. */
export function formatPower(log10: number | undefined): string {
  if (log10 === undefined) return '–'
  if (Number.isNaN(log10)) return 'NaN'
  if (log10 === Number.NEGATIVE_INFINITY) return '0'
  if (log10 > -3 && log10 < 4) return (10 ** log10).toPrecision(2)
  const exponent = Math.floor(log10)
  return `${(10 ** (log10 - exponent)).toFixed(1)}e${exponent}`
}

/** The table as people read it in a terminal, with a line that says what it tells. */
export function describeFlows(
  { networks }: LaboratoryFigures,
  { steps, trainSteps }: Pick<LaboratorySettings, 'steps' | 'trainSteps'>,
): string[] {
  const isTrained = trainSteps > 0
  const head = isTrained
    ? ['network', 'before', 'bound', 'cells', 'trained', 'bound', 'cells', 'recalls', 'longest gradient']
    : ['network', 'untrained', 'bound', 'cells']
  const rows = networks.map(({ network, before, after, training }) => {
    const flow = ({ hidden, bound, cell }: NetworkFigures['before']): string[] =>
      [hidden[0], bound?.[0], cell?.[0]].map(formatPower)
    if (!isTrained) return [network.title, ...flow(before)]
    const longest = formatPower(Math.log10(Math.max(...training.gradientNorms)))
    const recalls = training.diverged ? 'diverged' : `${(100 * training.accuracy).toFixed(0)} %`
    return [network.title, ...flow(before), ...flow(after), recalls, longest]
  })
  const lines = alignColumns(head, rows)
  const meaning = `‖∂h_T/∂h_0‖ over T = ${steps} steps, the bound (β_W β_h)^T of simple networks, and the same along the cells of an LSTM.`
  const task = `Trained for ${trainSteps} updates to recall the first of ${steps} symbols (chance is 25 %).`
  return [...lines, '', meaning, ...(isTrained ? [task] : [])]
}

function alignColumns(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] as string).length)))
  const join = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
      .join('  ')
      .trimEnd()
  return [join(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(join)]
}

/** The figures for --json: logarithms to base 10, at k = 0 … T − 1. JSON has no −∞: null stands for it. */
export function toFlowRecord(
  figures: LaboratoryFigures,
  settings: LaboratorySettings,
  run: { readonly seconds: number; readonly backend: string },
): JsonRecord {
  const { steps, units, gain, clip, forgetBias, trainSteps } = settings
  const list = (numbers: readonly number[]): (number | null)[] =>
    numbers.map((number) => (Number.isFinite(number) ? Number(number.toFixed(4)) : null))
  const flow = ({ hidden, cell, bound }: NetworkFigures['before']): JsonRecord => ({
    hidden: list(hidden),
    ...(cell && { cell: list(cell) }),
    ...(bound && { bound: list(bound) }),
  })
  return {
    ...{ steps, units, gain, clip, forgetBias, trainSteps },
    networks: figures.networks.map(({ network, before, after, training }) => ({
      name: network.name,
      before: flow(before),
      ...(trainSteps > 0 && {
        after: flow(after),
        accuracy: training.accuracy,
        diverged: training.diverged ?? null,
        gradientNorms: training.gradientNorms.map((norm) => Number(norm.toPrecision(4))),
      }),
    })),
    gains: figures.gains.map(({ gain, tanh, relu, clipped }) => ({
      gain,
      tanh: flow(tanh),
      relu: flow(relu),
      clipped: flow(clipped),
    })),
    seconds: Math.round(run.seconds * 10) / 10,
    backend: run.backend,
  }
}
