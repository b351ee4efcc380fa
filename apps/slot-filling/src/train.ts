// The command `train`: every network in turn, then the table, the two sentences, and the report.
import { join } from 'node:path'
import {
  type CommandContext,
  defineCommand,
  type OptionValues,
  requireSameTraining,
  UsageError,
  writeSummary,
} from '@deep-recipe/app-kit'
import { countParameters } from '@deep-recipe/layers-core'
import { formatDuration, removeCheckpoints, showProgress } from '@deep-recipe/training'
import { type Contrast, findContrast } from './data/contrast.ts'
import { loadData, type SlotData } from './data/load-data.ts'
import { listUnknown, measureAnswers } from './data/measure.ts'
import type { Answer } from './network/apply-tagger.ts'
import { findModel } from './network/models.ts'
import { chooseSettings, nameVariant, type Settings, trainOptions } from './options.ts'
import { writeTaggingReport } from './report.ts'
import { explainTable, formatTable, type Row, titleOf, toFigures, toSummary } from './results.ts'
import { askContrast, type ContrastRow, formatContrast } from './show/contrast-table.ts'
import { buildCoder, type Coder } from './text/coder.ts'
import { bestF1 } from './training/keep-best.ts'
import { openFigures } from './training/record-figures.ts'
import { digestCoder, loadCoder, saveCoder } from './training/run-files.ts'
import { folderOf, type TrainedTagger, type TrainingOptions, trainTagger } from './training/train-tagger.ts'

type Context = CommandContext<OptionValues<typeof trainOptions>>

export const train: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Train networks that see one word, a window, what came before, or the whole sentence, and compare them',
  options: trainOptions,
  examples: [
    ['train', 'all networks on generated sentences about tickets'],
    ['train --data ~/atis --model bidirectional-lstm', 'one network on files of tagged sentences'],
    ['train --model lstm --hashing off --json', 'without letter trigrams, the figures as JSON'],
    ['train --resume', 'go on with the last run after Ctrl-C'],
  ],
  start: runTraining,
})

async function runTraining(context: Context): Promise<void> {
  const { options, signal, log, print, output, openBackend, beginRun } = context
  const startedAt = performance.now()
  const settings = chooseSettings({ ...options })
  if (context.trained) {
    requireSameTraining(
      `the run in ${options.out}`,
      decisiveOptions(context.trained.options),
      decisiveOptions({ ...options }),
    )
  }
  const data = await loadData(options.data)
  const coder = buildCoder(data.train)
  log(
    `Data: ${data.source}; ${data.train.length} to train on, ${data.validation.length} to validate with, ${data.test.length} to test with`,
  )
  for (const line of describeUnknown(coder, data)) log(line)
  if (options.resume) await requireSameWords(options.out, coder)
  const backend = await openBackend()
  const training: TrainingOptions = {
    backend,
    coder,
    settings,
    epochs: options.epochs,
    seed: options.seed,
    folder: options.out,
    resume: options.resume,
    signal,
  }
  // What an earlier run left in this folder goes before the new one is written down: killed at any moment, a run that is
  // resumed never takes up the networks of another.
  if (!options.resume) for (const variant of settings.variants) await removeCheckpoints(folderOf(variant, training))
  await beginRun()
  if (!options.resume) await saveCoder(options.out, coder)
  const trained = await trainAll(context, data, training)
  if (!trained) return
  const answers = await answerAll(trained, data, signal)
  const rows = trained.map((one, at) => makeRow(one, { coder, data, settings }, answers[at] as Answer[]))
  const contrast = findContrast(data.train, data.test, options.data === undefined)
  const contrasts = await compareContrast(contrast, trained, rows, coder)
  const seconds = (performance.now() - startedAt) / 1000
  const path = join(options.out, 'report.html')
  await writeTaggingReport(path, {
    data,
    coder,
    trained,
    answers,
    rows,
    contrast,
    contrasts,
    settings,
    seconds,
    backend,
  })
  await writeSummary(options.out, toSummary(rows, seconds, backend.name))
  for (const line of formatTable(rows)) print(line)
  print('')
  print(explainTable(rows, data.test.length))
  if (contrast) for (const line of ['', ...formatContrast(contrast, contrasts)]) print(line)
  for (const one of trained) one.runner.dispose()
  log(`Report: ${path}`)
  output(toFigures(rows, seconds, backend.name))
}

/** What decides every network of a run. Epochs and the choice of networks may change when it goes on. */
function decisiveOptions({ data, seed, ...options }: { readonly [name: string]: unknown }): {
  readonly [name: string]: unknown
} {
  const { variants: _, network, buckets: __, patience: ___, ...decisive } = chooseSettings({ data, ...options })
  return { data, seed, ...decisive, ...network }
}

/** Throws where the training sentences are no longer those with which the run began. */
async function requireSameWords(folder: string, coder: Coder): Promise<void> {
  if (digestCoder(await loadCoder(folder)) === digestCoder(coder)) return
  throw new UsageError({
    what: 'The training sentences',
    expected: `the words, tags and intents with which the run in ${folder} began`,
    received: 'others',
    remedy: 'Restore the files, or begin a new run without --resume.',
  })
}

/** What the test sentences hold that no network can answer: told, and counted as errors. */
function describeUnknown(coder: Coder, data: Pick<SlotData, 'test'>): string[] {
  const { tags, intents } = listUnknown(coder, data.test)
  const describe = (kind: string, names: readonly string[]): string[] =>
    names.length === 0
      ? []
      : [
          `${names.length} ${kind} of the test sentences never occur in training, and count as errors: ${names.join(', ')}`,
        ]
  return [...describe('tags', tags), ...describe('intents', intents)]
}

/** Trains all networks; undefined when interrupted. */
async function trainAll(
  { options, terminal, log }: Context,
  data: SlotData,
  training: TrainingOptions,
): Promise<TrainedTagger[] | undefined> {
  const { settings } = training
  const record = await openFigures(join(options.out, 'metrics.jsonl'), options.resume)
  const trained: TrainedTagger[] = []
  for (const [number, variant] of settings.variants.entries()) {
    const network = nameVariant(variant, settings)
    const title = `${number + 1}/${settings.variants.length} ${titleOf(variant, settings)}`
    const result = await trainTagger(variant, data, training, {
      callbacks: [showProgress(terminal, title)],
      onEpoch: (figures, f1) => record(network, figures, f1),
    })
    if (!result) {
      log(`Stopped during ${title}; everything so far is saved.`)
      return undefined
    }
    for (const warning of result.warnings) log(warning)
    log(`${title}: ${describeTraining(result)}`)
    trained.push(result)
  }
  return trained
}

/** The end of a training in a few words. */
function describeTraining({ history, validation }: TrainedTagger): string {
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0)
  const epochs = `${history.length} ${history.length === 1 ? 'epoch' : 'epochs'} in ${formatDuration(seconds)}`
  return `${epochs}, F1 ${(100 * bestF1(validation)).toFixed(2)} on the validation sentences after epoch ${validation.bestEpoch}`
}

/** Answers of every network to the test sentences. */
export async function answerAll(
  trained: readonly Pick<TrainedTagger, 'runner' | 'params'>[],
  data: Pick<SlotData, 'test'>,
  signal: AbortSignal,
): Promise<Answer[][]> {
  const sentences = data.test.map(({ words }) => words)
  const answers: Answer[][] = []
  for (const { runner, params } of trained) {
    // Signals are heard only while the program waits.
    await new Promise((resolve) => setTimeout(resolve, 0))
    answers.push(await runner.answer(params, sentences, signal))
  }
  return answers
}

/** The line of the table for a network. */
export function makeRow(
  { variant, params, validation }: Pick<TrainedTagger, 'variant' | 'params' | 'validation'>,
  {
    coder,
    data,
    settings,
  }: { readonly coder: Coder; readonly data: Pick<SlotData, 'test'>; readonly settings: Settings },
  answers: readonly Answer[],
): Row {
  const { model, hashing } = variant
  return {
    name: nameVariant(variant, settings),
    model,
    hashing,
    title: titleOf(variant, settings),
    sees: findModel(model, settings.network.lookAhead).sees,
    parameters: countParameters(params),
    validationF1: bestF1(validation),
    test: measureAnswers(coder, data.test, answers),
  }
}

/** The two sentences, asked of every network. */
async function compareContrast(
  contrast: Contrast | undefined,
  trained: readonly TrainedTagger[],
  rows: readonly Row[],
  coder: Coder,
): Promise<ContrastRow[]> {
  if (!contrast) return []
  const asked: ContrastRow[] = []
  for (const [at, { runner, params }] of trained.entries()) {
    asked.push(await askContrast(contrast, coder, { title: (rows[at] as Row).title, runner, params }))
  }
  return asked
}
