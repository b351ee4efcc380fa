// The command `gradients`: the laboratory of vanishing and exploding gradients.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { defineCommand, integerOption, numberOption } from '@deep-recipe/app-kit'
import { runLaboratory } from './gradients/laboratory.ts'
import { networks } from './gradients/networks.ts'
import { writeFlowReport } from './gradients/report.ts'
import { describeFlows, toFlowRecord } from './gradients/results.ts'

export const gradients: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'See how gradients vanish and explode in recurrent networks, before and after a short training',
  without: ['data'],
  options: {
    steps: integerOption({ description: 'Steps that a gradient goes back', default: 30, least: 2, most: 1000 }),
    units: integerOption({ description: 'Units of every network', default: 24, least: 1, most: 256 }),
    gain: numberOption({
      description: 'Size of the recurrent weights at first: an orthogonal matrix times this',
      default: 1,
      least: 0.001,
      most: 100,
    }),
    forgetBias: numberOption({ description: 'First bias of forget gates', default: 2, least: -10, most: 10 }),
    clip: numberOption({ description: 'Length to which the clipped network cuts gradients', default: 1, least: 1e-6 }),
    trainSteps: integerOption({
      description: 'Updates of the short training; 0 for none',
      default: 400,
      least: 0,
      most: 1_000_000,
    }),
    learningRate: numberOption({ description: 'Of Adam, in that training', default: 0.01, least: 0, most: 10 }),
  },
  examples: [
    ['gradients', 'the table, and a page with curves'],
    ['gradients --gain 0.8 --steps 100', 'small weights over a long way: they vanish'],
    ['gradients --forget-bias 0', 'an LSTM that forgets half in every step'],
    ['gradients --gain 1.5', 'large weights: the bound explodes, and so does ReLU'],
    ['gradients --train-steps 0 --json', 'only untrained networks, the figures as JSON'],
  ],
  async start({ options, terminal, signal, log, print, output, openBackend }) {
    const startedAt = performance.now()
    const backend = await openBackend()
    const progress = terminal.startProgress({
      title: 'Training',
      total: networks.length * options.trainSteps,
      ...(options.trainSteps > 0 && { milestone: { name: 'network', every: options.trainSteps } }),
    })
    const onUpdate = (done: number): void => progress.update(done)
    const figures = await runLaboratory(options, { backend, signal, onUpdate }).finally(progress.finish)
    if (!figures) return
    const seconds = (performance.now() - startedAt) / 1000
    await mkdir(options.out, { recursive: true })
    const path = join(options.out, 'report.html')
    await writeFlowReport(path, { figures, settings: options, seconds, backend: backend.description })
    for (const line of describeFlows(figures, options)) print(line)
    log(`Report: ${path}`)
    output(toFlowRecord(figures, options, { seconds, backend: backend.name }))
  },
})
