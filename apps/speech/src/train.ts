// The command `train`: strings of digits in, a network that transcribes them out, measured on recordings it has never heard.
import { join } from 'node:path'
import {
  type CommandContext,
  defineCommand,
  type OptionValues,
  requireSameTraining,
  writeSummary,
} from '@deep-recipe/app-kit'
import type { Backend } from '@deep-recipe/core-tensor'
import {
  adam,
  cosineDecay,
  type EpochFigures,
  fit,
  type HostParams,
  hold,
  recordMetrics,
  removeCheckpoints,
  showProgress,
  warmup,
  withClipping,
} from '@deep-recipe/training'
import { loadSpeechData, type SpeechData } from './data.ts'
import { filters } from './hearing.ts'
import {
  describeMeasurement,
  measure,
  prepareTest,
  type TestSet,
  toFigures,
  watchedStrings,
  watchingSource,
} from './measure.ts'
import { buildNetwork, type Network, networkTitle } from './network.ts'
import { lossPerDigit } from './objective.ts'
import { chooseSettings, type Settings, trainOptions } from './options.ts'
import { writeSpeechReport } from './report.ts'
import { trainingSource } from './training-source.ts'

type Context = CommandContext<OptionValues<typeof trainOptions>>

export const train: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Train a network that writes down spoken digits, from strings without any alignment',
  options: trainOptions,
  examples: [
    ['train', 'on synthesized voices, in seconds'],
    ['train --data ~/fsdd', 'on recordings DIGIT_SPEAKER_INDEX.wav; ~/fsdd-test is tested on if it is there'],
    ['train --data ~/fsdd --leave-out theo', 'how well it hears somebody it has never met'],
    ['train --resume', 'go on with the last run after Ctrl-C'],
  ],
  start: runTraining,
})

async function runTraining(context: Context): Promise<void> {
  const { options, log, print, output, terminal, openBackend, beginRun } = context
  const startedAt = performance.now()
  const settings = chooseSettings({ ...options })
  if (context.trained) {
    requireSameTraining(
      `the run in ${options.out}`,
      decisiveOptions(context.trained.options),
      decisiveOptions({ ...options }),
    )
  }
  const data = await loadWithProgress(context, settings)
  log(`Data: ${data.source}`)
  log(`Speakers: ${[...data.train.keys()].join(', ')}; tested on ${[...data.test.keys()].join(', ')}`)
  const backend = await openBackend()
  if (!options.resume) await removeCheckpoints(networkFolder(options.out, 'network'))
  if (!options.resume) await removeCheckpoints(networkFolder(options.out, 'baseline'))
  await beginRun()

  const watched = prepareTest(data.validation, watchedStrings)
  const network = buildNetwork(settings.network)
  const trained = await trainNetwork(context, { network, role: 'network', data, watched, settings, backend })
  if (!trained) return
  const baseline = buildNetwork({ ...settings.network, name: 'frames' })
  const trainedBaseline = await trainNetwork(context, {
    network: baseline,
    role: 'baseline',
    data,
    watched,
    settings,
    backend,
  })
  if (!trainedBaseline) return

  const progress = terminal.startProgress({ title: 'Listening to the test recordings', total: 2 })
  const test = prepareTest(data.test, settings.strings)
  const measured = await measure(network, trained.params, test, backend)
  progress.update(1)
  const measuredBaseline = await measure(baseline, trainedBaseline.params, test, backend)
  progress.finish()
  const seconds = (performance.now() - startedAt) / 1000
  const path = join(options.out, 'report.html')
  const described = {
    name: networkTitle(settings.network.name),
    measured,
    history: trained.history,
    network,
    params: trained.params,
  }
  const describedBaseline = {
    name: networkTitle('frames'),
    measured: measuredBaseline,
    history: trainedBaseline.history,
    network: baseline,
    params: trainedBaseline.params,
  }
  await writeSpeechReport(path, {
    data,
    networks: [described, describedBaseline],
    seconds,
    backend: backend.description,
  })
  for (const { name, measured: one } of [described, describedBaseline]) {
    for (const line of describeMeasurement(one, name)) print(line)
  }
  log(`Report: ${path}`)
  await writeSummary(options.out, {
    app: 'speech',
    title: 'Speech to digits',
    rows: [
      {
        learned: described.name,
        measure: 'digit error rate',
        value: measured.digitErrorRate,
        baseline: { name: describedBaseline.name, value: measuredBaseline.digitErrorRate },
        better: 'lower',
      },
      {
        learned: described.name,
        measure: 'single digits heard rightly',
        value: measured.singleDigitAccuracy,
        baseline: { name: describedBaseline.name, value: measuredBaseline.singleDigitAccuracy },
        better: 'higher',
      },
    ],
    seconds,
    backend: backend.name,
  })
  output(toFigures(measured, seconds, backend.name))
}

async function loadWithProgress(
  { options, terminal, resolvePath }: Context,
  { leaveOut }: Settings,
): Promise<SpeechData> {
  let progress: ReturnType<typeof terminal.startProgress> | undefined
  try {
    return await loadSpeechData({
      folder: options.data,
      testFolder: options.test === undefined ? undefined : resolvePath(options.test),
      leaveOut,
      progress: (done, total) => {
        progress ??= terminal.startProgress({ title: 'Reading recordings', total })
        progress.update(done)
      },
    })
  } finally {
    progress?.finish()
  }
}

/** The network that is asked for, or the one that it has to beat. */
type Role = 'network' | 'baseline'

/** Where the checkpoints of a network lie. */
export function networkFolder(out: string, role: Role): string {
  return join(out, role)
}

interface TrainingPlan {
  readonly network: Network
  readonly role: Role
  readonly data: SpeechData
  /** What the training is watched with. */
  readonly watched: TestSet
  readonly settings: Settings
  readonly backend: Backend
}

/** The baseline has far less to learn with, and no more to gain after so large a share of the epochs. */
const baselineShare = 0.3

/** Trains a network, or goes on with it; undefined when it was interrupted. */
async function trainNetwork(
  { options, terminal, signal, log }: Context,
  { network, role, data, watched, settings, backend }: TrainingPlan,
): Promise<{ params: HostParams; history: readonly EpochFigures[] } | undefined> {
  const epochs = role === 'network' ? options.epochs : Math.ceil(baselineShare * options.epochs)
  const { steps, batchSize, learningRate, longerAfter, augment } = settings
  const source = trainingSource({
    recordings: data.train,
    ...{ steps, batchSize, longerAfter, augment },
    ...{ epochs, seed: options.seed, stride: network.stride },
  })
  const total = epochs * steps
  const [rising, held] = [Math.max(1, Math.round(0.05 * total)), Math.round(0.5 * total)]
  const falling = cosineDecay(learningRate, Math.max(1, total - rising - held), learningRate / 100)
  const rate = warmup(rising, hold(held, falling))
  const title = role === 'network' ? 'Training' : 'Training the baseline'
  const metrics = role === 'network' ? 'metrics.jsonl' : 'metrics-baseline.jsonl'
  const result = await fit(network.layer, source, {
    backend,
    loss: lossPerDigit,
    optimizer: withClipping(adam({ learningRate: rate }), { norm: 5 }),
    epochs,
    seed: options.seed,
    signal,
    inputShape: [48, filters + 1],
    validation: watchingSource(watched, network.stride),
    callbacks: [showProgress(terminal, title), recordMetrics(join(options.out, metrics))],
    checkpoint: { folder: networkFolder(options.out, role), resume: options.resume, keep: 2 },
  })
  for (const warning of result.warnings) log(warning)
  if (result.ended !== 'interrupted') return result
  log('Stopped; everything so far is saved.')
  return undefined
}

/** What decides a network. Epochs may change when a run goes on. */
function decisiveOptions(options: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  const { network, leaveOut, steps, batchSize, learningRate } = chooseSettings(options)
  const { name: model, ...rest } = network
  const { data, seed, test } = options
  return { data, seed, test, model, ...rest, leaveOut, steps, batchSize, learningRate }
}
