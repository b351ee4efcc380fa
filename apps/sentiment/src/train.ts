// The command `train`: one network or two, what they have to beat, the table and the page.
import { join } from 'node:path'
import {
  type CommandContext,
  defineCommand,
  type OptionValues,
  requireSameTraining,
  UsageError,
  writeSummary,
} from '@deep-recipe/app-kit'
import { removeCheckpoints, showProgress } from '@deep-recipe/training'
import { loadData, type SentimentData } from './data.ts'
import { collectTables, type Encoder, type EncoderTables, makeEncoder } from './encoder.ts'
import { measureNetworks } from './evaluate.ts'
import { buildModel } from './model.ts'
import { chooseSettings, type Settings, trainOptions } from './options.ts'
import { openFigures } from './record-figures.ts'
import { writeSentimentReport } from './report.ts'
import { describeResults, titles, toFigures } from './results.ts'
import { fingerprint, guardVocabulary, networkFolder, readTables, writeTables } from './saved-run.ts'
import type { TrainedNetwork } from './scoring.ts'
import { encodeAll, trainModel } from './training.ts'

type Context = CommandContext<OptionValues<typeof trainOptions>>

export const train: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Train LSTMs that tell praise from blame, and compare them with counting words',
  options: trainOptions,
  examples: [
    ['train', 'on generated reviews, in seconds'],
    ['train --data ~/rt-polarity', 'on a folder with one file *.pos and one *.neg'],
    ['train --model attention --reads words', 'one network, without letter trigrams'],
    ['train --resume', 'go on with the last run after Ctrl-C'],
  ],
  start: runTraining,
})

async function runTraining(context: Context): Promise<void> {
  const { options, log, print, output, openBackend, beginRun } = context
  const startedAt = performance.now()
  const settings = chooseSettings({ ...options })
  if (context.trained) {
    requireSameTraining(
      `the run in ${options.out}`,
      decisiveOptions(context.trained.options),
      decisiveOptions({ ...options }),
    )
  }
  const data = await loadData({ folder: options.data, seed: options.seed, fold: settings.fold })
  const tables = collectTables(data.train.map(({ words }) => words))
  if (options.resume) await requireSameTables(options.out, tables)
  log(`Data: ${data.source}; ${describeSizes(data)}`)
  const encoder = makeEncoder(tables)
  log(`Vocabulary: ${tables.words.length} words, ${tables.trigrams.length} letter trigrams`)
  const backend = await openBackend()
  // What an earlier run left in this folder goes before the new one is written down.
  if (!options.resume) {
    for (const pooling of ['last', 'attention'] as const) await removeCheckpoints(networkFolder(options.out, pooling))
  }
  await beginRun()
  await writeTables(options.out, tables)
  const trained = await trainAll(context, { settings, data, tables, encoder, backend })
  if (!trained) return
  const results = await measureNetworks(trained, data.test, { encoder, backend, train: data.train })
  const seconds = (performance.now() - startedAt) / 1000
  const path = join(options.out, 'report.html')
  await writeSentimentReport(path, { data, encoder, settings, trained, results, backend, seconds })
  for (const line of describeResults(results)) print(line)
  log(`Report: ${path}`)
  await writeSummary(options.out, {
    app: 'sentiment',
    title: 'Reviews to verdicts',
    rows: [
      {
        learned: results.final.title,
        measure: 'accuracy',
        value: results.final.accuracy,
        baseline: { name: results.baseline.title, value: results.baseline.accuracy },
        better: 'higher',
      },
    ],
    seconds,
    backend: backend.name,
  })
  output(toFigures(results, seconds, backend.name))
}

interface Preparation {
  readonly settings: Settings
  readonly data: SentimentData
  readonly tables: EncoderTables
  readonly encoder: Encoder
  readonly backend: Awaited<ReturnType<Context['openBackend']>>
}

/** Trains all networks; undefined when interrupted. */
async function trainAll(context: Context, preparation: Preparation): Promise<TrainedNetwork[] | undefined> {
  const { options, terminal, signal, log } = context
  const { settings, data, tables, encoder, backend } = preparation
  const [train, validation] = [encodeAll(data.train, encoder), encodeAll(data.validation, encoder)]
  const figures = await openFigures(join(options.out, 'metrics.jsonl'), options.resume)
  const trained: TrainedNetwork[] = []
  for (const pooling of settings.poolings) {
    const model = buildModel(pooling, encoder, settings)
    const result = await trainModel(model, {
      ...{ train, validation, settings, backend, signal },
      ...{ epochs: options.epochs, seed: options.seed, resume: options.resume },
      folder: networkFolder(options.out, pooling),
      callbacks: [showProgress(terminal, titles[pooling]), figures.record(pooling), guardVocabulary(tables)],
    })
    for (const warning of result.warnings) log(warning)
    if (result.ended === 'interrupted') {
      log(`Stopped during ${titles[pooling]}; everything so far is saved.`)
      return undefined
    }
    trained.push({ model, params: result.params, history: result.history })
  }
  return trained
}

function describeSizes({ train, validation, test }: SentimentData): string {
  return `${train.length} to train on, ${validation.length} to watch with, ${test.length} to test with`
}

/** What decides the networks of a run. Epochs and the choice of networks may change when it goes on. */
function decisiveOptions({ data, seed, ...options }: { readonly [name: string]: unknown }): {
  readonly [name: string]: unknown
} {
  const { poolings: _, ...settings } = chooseSettings({ data, ...options })
  return { data, seed, ...settings }
}

/** Throws where the data is no longer what the run began with. */
async function requireSameTables(folder: string, tables: EncoderTables): Promise<void> {
  const began = fingerprint(await readTables(folder))
  if (began === fingerprint(tables)) return
  throw new UsageError({
    what: '--resume',
    expected: `the training sentences with which the run in ${folder} began`,
    received: 'others: their words are not the same',
    remedy: 'Give the data as it was, or begin a new run without --resume.',
  })
}
