// The laboratory's page: how gradients vanish and explode on their way back, as curves on logarithmic axes.
import { type Curve, createReport, type Report, writeReport } from '@deep-recipe/training'
import type { LaboratoryFigures, LaboratorySettings, NetworkFigures } from './laboratory.ts'
import type { FlowFigures } from './measure-flow.ts'
import { formatPower } from './results.ts'
import { stepsPerFigure } from './train-recall.ts'

/** What the page tells of. */
export interface FlowReport {
  readonly figures: LaboratoryFigures
  readonly settings: LaboratorySettings
  readonly seconds: number
  /** One line about the backend. */
  readonly backend: string
}

/** Writes the page. */
export async function writeFlowReport(path: string, result: FlowReport): Promise<void> {
  const { figures, settings, seconds, backend } = result
  const { steps, units, gain } = settings
  const report = createReport({
    title: 'Why gradients vanish and explode',
    subtitle: `Recurrent networks of ${units} units over ${steps} steps, recurrent weights of gain ${gain}, ${Math.round(seconds)} s on ${backend}.`,
  })
  report.keyFigures(
    figures.networks
      .filter(({ network }) => ['simple-rnn', 'relu-rnn', 'lstm'].includes(network.name))
      .map(({ network, before }) => ({
        label: network.title,
        value: formatPower(before.cell?.[0] ?? before.hidden[0]),
        note: before.cell ? '‖∂c_T/∂c_0‖ along the cells, untrained' : '‖∂h_T/∂h_0‖, untrained',
      })),
  )
  report.paragraph(
    'On its way back from step T to step k a gradient is multiplied by ∂h_T/∂h_k, a product of T − k Jacobians. Of a simple network each is diag[f′] Uᵀ, so that the norm of the product is at most (β_W β_h)^(T−k), with β_W = ‖U‖₂ and β_h = max |f′| = 1. Each chart shows the norm by k, computed from the Jacobians: read it from right to left.',
  )
  addTable(report, result)
  report.heading('Before training')
  report.curves({
    charts: figures.networks.map((one) => flowChart(one.network.title, one.before)),
    caption: 'Norms as geometric means over eight sequences. A gap means that nothing came through at all.',
  })
  if (settings.trainSteps > 0) addTraining(report, figures, settings)
  report.heading('What the gain decides')
  report.paragraph(
    'The same two simple networks, untrained, with recurrent weights of several sizes. Below 1 the bound falls and the gradient must vanish; above it the bound allows an explosion, which tanh may hold back and ReLU does not. Clipping cuts it off at the threshold.',
  )
  report.curves({
    charts: figures.gains.map(({ gain, tanh, relu, clipped }) => ({
      title: `Gain ${gain}`,
      logarithmic: true,
      xName: 'k',
      curves: [
        line('tanh', tanh.hidden),
        line('ReLU', relu.hidden),
        line('ReLU, clipped', clipped.hidden),
        line('bound', tanh.bound ?? []),
      ],
    })),
  })
  report.paragraph('Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).')
  await writeReport(report, path)
}

function addTable(report: Report, { figures, settings }: FlowReport): void {
  const isTrained = settings.trainSteps > 0
  const cells = ({ hidden, bound, cell }: FlowFigures): string[] => [
    formatPower(hidden[0]),
    formatPower(bound?.[0] ?? cell?.[0]),
  ]
  report.table({
    columns: [
      'network',
      'untrained: ‖∂h_T/∂h_0‖',
      'bound, or cells',
      ...(isTrained ? ['trained: ‖∂h_T/∂h_0‖', 'bound, or cells', 'recalls'] : []),
      'what to see',
    ],
    rows: figures.networks.map(({ network, before, after, training }) => [
      network.title,
      ...cells(before),
      ...(isTrained ? [...cells(after), training.diverged ?? `${(100 * training.accuracy).toFixed(0)} %`] : []),
      network.lesson,
    ]),
    caption: `Over ${settings.steps} steps. For simple networks the second figure is the bound; for LSTMs it is ‖∂c_T/∂c_0‖ along the cells.`,
  })
}

function addTraining(
  report: Report,
  figures: LaboratoryFigures,
  { trainSteps, steps, clip }: LaboratorySettings,
): void {
  report.heading('After a short training')
  report.paragraph(
    `Every network was trained for ${trainSteps} updates to recall the first of ${steps} symbols, with Adam; the clipped one with gradients clipped to the length ${clip}. The only way to learn it leads from the last step back to the first.`,
  )
  report.curves({ charts: figures.networks.map((one) => flowChart(one.network.title, one.after)) })
  const curves = (read: (one: NetworkFigures) => readonly number[]): Curve[] =>
    figures.networks.map((one) => ({
      name: one.network.title,
      x: read(one).map((_, i) => (i + 1) * stepsPerFigure),
      y: read(one),
    }))
  report.curves({
    charts: [
      { title: 'Loss', xName: 'update', curves: curves(({ training }) => training.losses) },
      {
        title: 'Length of the whole gradient',
        xName: 'update',
        logarithmic: true,
        curves: curves(({ training }) => training.gradientNorms),
      },
    ],
    caption: `Means of ${stepsPerFigure} updates. Chance is a loss of ${Math.log(4).toFixed(2)}; gradients are shown before they are clipped.`,
  })
}

function flowChart(title: string, { hidden, largest, cell, bound }: FlowFigures) {
  return {
    title,
    logarithmic: true,
    xName: 'k',
    curves: [
      line('‖∂h_T/∂h_k‖', hidden),
      line('the largest of all sequences', largest),
      ...(cell ? [line('‖∂c_T/∂c_k‖ along the cells', cell)] : []),
      ...(bound ? [line('bound', bound)] : []),
    ],
  }
}

/** What is too small or too large for a number becomes 0 or ∞: a gap in the curve. */
function line(name: string, log10: readonly number[]): Curve {
  return {
    name,
    x: log10.map((_, k) => k),
    y: log10.map((value) => 10 ** value),
  }
}
