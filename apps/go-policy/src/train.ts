// The command `train`: a convolutional and a fully connected network on the same positions, and how well each foresees moves.
import { join } from 'node:path'
import {
  type CommandContext,
  defineCommand,
  type OptionValues,
  requireSameTraining,
  writeSummary,
} from '@deep-recipe/app-kit'
import type { Backend } from '@deep-recipe/core-tensor'
import type { GoGame } from '@deep-recipe/datasets/go'
import { countParameters } from '@deep-recipe/layers-core'
import { formatDuration, openMetrics, removeCheckpoints } from '@deep-recipe/training'
import { loadWithProgress } from './load-with-progress.ts'
import { describeMaterial, describeSkipped, type Material, prepare, sumPositions } from './material.ts'
import { measureMoves } from './measure.ts'
import { buildNetwork } from './model/networks.ts'
import { openNetwork } from './model/open-network.ts'
import { chooseSettings, type Settings, trainOptions } from './options.ts'
import { featuresOf } from './planes.ts'
import { writeGoReport } from './report/report.ts'
import { describeResults, networkTitles, type Result, summarizeRun, toFigures } from './results.ts'
import { loadPlan, makePlan, savePlan, secondsFor, type TrainingPlan } from './training/plan.ts'
import { checkpointFolder, measureStep, type TrainedNetwork, trainNetwork } from './training/train-network.ts'
import { keepTime, positionsPerSecond, recordParts, showTraining } from './training/watch.ts'

type Context = CommandContext<OptionValues<typeof trainOptions>>

export const train: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Train a convolutional and a fully connected network to foresee moves, and compare them on held-out games',
  options: trainOptions,
  examples: [
    ['train', 'on games that a small program plays against itself, in half a minute'],
    ['train --data ~/games', 'on the SGF files and zips in that folder, in a quarter of an hour'],
    ['train --data ~/games --model cnn --minutes 120 --layers 8 --filters 96', 'a larger network, for longer'],
    ['train --planes single', 'what the networks make of nothing but the stones'],
    ['train --resume', 'go on with the last run after Ctrl-C'],
  ],
  start: runTraining,
})

async function runTraining(context: Context): Promise<void> {
  const { options, terminal, signal, log, print, output, openBackend, beginRun } = context
  const startedAt = performance.now()
  const settings = chooseSettings({ ...options })
  if (context.trained) {
    requireSameTraining(
      `the run in ${options.out}`,
      decisiveOptions(context.trained.options),
      decisiveOptions({ ...options }),
    )
  }
  const data = await loadWithProgress({ folder: options.data, terminal, signal }, settings)
  const material = prepare(data, settings.testPositions)
  log(`Data: ${data.source}; ${describeMaterial(material)}`)
  for (const line of describeSkipped(data)) log(line)
  const backend = await openBackend()
  const networks = settings.networks.map((name) => ({ name, layer: buildNetwork(name, settings.size, settings.sizes) }))
  // What an earlier run left in this folder goes before the new one is written down: killed at any moment, a run that is
  // resumed never takes up the networks of another.
  if (!options.resume) {
    await Promise.all((['cnn', 'dense'] as const).map((name) => removeCheckpoints(checkpointFolder(options.out, name))))
  }
  await beginRun()
  const plan = await decidePlan(context, settings, material.train, networks, backend)
  // After a resume some parts may come again, with the same figures: they are told once.
  const file = await openMetrics(join(options.out, 'metrics.jsonl'), {
    distinct: ['network', 'part'],
    resume: options.resume,
  })
  const trained: TrainedNetwork[] = []
  for (const { name, layer } of networks) {
    const title = networkTitles[name]
    const result = await trainNetwork(
      name,
      layer,
      {
        backend,
        games: material.train,
        curve: material.curve,
        planes: settings.planes,
        size: settings.size,
        plan,
        batchSize: settings.batchSize,
        learningRate: settings.learningRate,
        seed: options.seed,
        folder: options.out,
        resume: options.resume,
        signal,
      },
      [
        showTraining(terminal, title),
        recordParts(name, settings.batchSize, file),
        keepTime(secondsFor(plan, name), log),
      ],
    )
    if (!result) {
      log(`Stopped while training: ${title}. Everything so far is saved.`)
      return
    }
    for (const warning of result.warnings) log(warning)
    trained.push(result.trained)
    const spent = result.trained.history.reduce((sum, part) => sum + part.seconds, 0)
    log(`${title}: trained in ${formatDuration(spent)}`)
  }
  const results = await measureAll(context, trained, material, settings, backend)
  if (signal.aborted) return
  const took = (performance.now() - startedAt) / 1000
  const path = join(options.out, 'report.html')
  await writeGoReport(path, { data, material, settings, results, backend, seconds: took })
  await writeSummary(options.out, summarizeRun(results, settings, took, backend.name))
  for (const line of describeResults(results)) print(line)
  log(`Report: ${path}`)
  output(toFigures(results, took, backend.name))
}

async function decidePlan(
  { options, log }: Context,
  settings: Settings,
  games: readonly GoGame[],
  networks: readonly Pick<TrainedNetwork, 'name' | 'layer'>[],
  backend: Backend,
): Promise<TrainingPlan> {
  const { batchSize, minutes, planes, size } = settings
  const earlier = options.resume ? await loadPlan(options.out) : undefined
  if (earlier) return earlier
  const secondsPerStep: Record<string, number> = {}
  if (minutes > 0) {
    log('Measuring how many steps there is time for')
    for (const { name, layer } of networks) {
      secondsPerStep[name] = await measureStep(layer, { backend, games, planes, size, batchSize, seed: options.seed })
    }
  }
  const seconds = minutes > 0 ? 60 * minutes : undefined
  const positions = sumPositions(games)
  const { positions: most } = settings
  const plan = makePlan({ positions, batchSize, epochs: options.epochs, most, seconds, secondsPerStep })
  await savePlan(options.out, plan)
  const count = plan.parts * plan.stepsPerPart * batchSize
  const passes = count / positions
  log(`Plan: ${count.toLocaleString('en')} positions, ${passes.toFixed(passes < 10 ? 2 : 0)} times the data`)
  return plan
}

async function measureAll(
  { terminal, signal }: Context,
  trained: readonly TrainedNetwork[],
  { test }: Material,
  settings: Settings,
  backend: Backend,
): Promise<Result[]> {
  const results: Result[] = []
  const positions = sumPositions(test)
  const progress = terminal.startProgress({ title: 'Held-out games', total: trained.length * positions })
  try {
    for (const network of trained) {
      const open = openNetwork(network.layer, network.params, backend)
      try {
        const before = results.length * positions
        const onProgress = (done: number): void => progress.update(before + done)
        const figures = await measureMoves(open, test, featuresOf(settings.planes), { signal, onProgress })
        const speed = positionsPerSecond(network.history, settings.batchSize)
        const seen = (network.history.at(-1)?.step ?? 0) * settings.batchSize
        results.push({ ...network, figures, seen, speed, parameters: countParameters(network.params) })
      } finally {
        open.close()
      }
    }
  } finally {
    progress.finish()
  }
  return results
}

/** What decides the networks of a run, options left out included. */
function decisiveOptions(options: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  const { data, seed, epochs } = options
  const { networks, sizes, testPositions: _, ...settings } = chooseSettings(options)
  return { data, seed, epochs, model: networks.join(', '), ...settings, ...sizes }
}
