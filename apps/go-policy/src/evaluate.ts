// The command `evaluate`: how well the networks of a run foresee moves, measured once more, or on other games.
import { defineCommand, integerOption } from '@deep-recipe/app-kit'
import { loadWithProgress } from './load-with-progress.ts'
import { describeSkipped, prepare, sumPositions } from './material.ts'
import { type MoveFigures, measureMoves } from './measure.ts'
import { openNetwork } from './model/open-network.ts'
import { featuresOf } from './planes.ts'
import { describeResults, networkTitles, toFigures } from './results.ts'
import { loadNetwork, readRun } from './trained-run.ts'

export const evaluate: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Measure the networks of a run on held-out games',
  without: ['seed'],
  options: {
    testPositions: integerOption({
      description: 'Positions to measure on, at most (default: as in the run)',
      least: 10,
    }),
  },
  examples: [
    ['evaluate', 'the last run, on the games that it held out'],
    ['evaluate --data ~/others', 'on all games of another folder'],
    ['evaluate --test-positions 100000 --json', 'on more positions, the figures as JSON'],
  ],
  async start(context) {
    const { options, trained, terminal, signal, log, print, output, openBackend } = context
    const startedAt = performance.now()
    const run = readRun(options.out, trained, log)
    const { settings } = run
    const isOther = options.data !== undefined && options.data !== run.data
    const folder = options.data ?? run.data
    const data = await loadWithProgress({ folder, terminal, signal }, settings)
    for (const line of describeSkipped(data)) log(line)
    const networks = []
    for (const name of settings.networks) networks.push(await loadNetwork(run, name))
    // Of other games nothing was learned: all of them count.
    const heldOut = isOther ? [...data.train, ...data.heldOut] : data.heldOut
    const { test } = prepare({ train: [], heldOut }, options.testPositions ?? settings.testPositions)
    const positions = sumPositions(test)
    log(`Data: ${data.source}; ${positions.toLocaleString('en')} positions`)
    const backend = await openBackend()
    const results: { name: (typeof networks)[number]['name']; figures: MoveFigures }[] = []
    for (const { name, layer, params } of networks) {
      const network = openNetwork(layer, params, backend)
      const progress = terminal.startProgress({ title: networkTitles[name], total: positions })
      try {
        const onProgress = (done: number): void => progress.update(done)
        results.push({
          name,
          figures: await measureMoves(network, test, featuresOf(settings.planes), { signal, onProgress }),
        })
      } finally {
        progress.finish()
        network.close()
      }
    }
    for (const line of describeResults(results)) print(line)
    output(toFigures(results, (performance.now() - startedAt) / 1000, backend.name))
  },
})
