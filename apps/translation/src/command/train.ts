// The command `train`: both networks one after the other, then their translations of the test, the table and the report.
import { join } from 'node:path'
import {
  type CommandContext,
  defineCommand,
  type OptionValues,
  requireSameTraining,
  writeSummary,
} from '@deep-recipe/app-kit'
import { countParameters } from '@deep-recipe/layers-core'
import {
  adam,
  type BatchSource,
  cosineDecay,
  type EpochFigures,
  fit,
  type HostParams,
  recordMetrics,
  removeCheckpoints,
  showProgress,
  warmup,
  withClipping,
} from '@deep-recipe/training'
import { type Codecs, encodePairs, pairBatches } from '../model/batches.ts'
import { makeLoss } from '../model/loss.ts'
import { buildNetwork, type ModelKind, modelTitles, type NetworkSettings, toTrainable } from '../model/network.ts'
import { collectSentences } from '../result/measure.ts'
import { writeTranslationReport } from '../result/report.ts'
import { describeTable, type ModelResult, toFigures, toSummary } from '../result/results.ts'
import { learnCodec } from '../text/codec.ts'
import { loadPairs, type PairSplits } from '../text/data.ts'
import { languageNames, languagesOf } from '../text/languages.ts'
import { measureModel } from './measure-model.ts'
import { checkpointFolder, type RunVocabulary, writeVocabulary } from './run-files.ts'
import { chooseSettings, decisiveSettings, type Settings, trainOptions } from './settings.ts'

type Context = CommandContext<OptionValues<typeof trainOptions>>

export const train: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Train a translator without attention and one with it, and compare them on held-out sentences',
  options: trainOptions,
  examples: [
    ['train', 'on generated phrases'],
    ['train --data ~/cmn-eng --out runs/chinese', 'on the pairs of the *.txt in that folder'],
    ['train --direction zh-en --model attention', 'from Chinese to English, with attention only'],
    ['train --resume', 'go on with the last run after Ctrl-C'],
  ],
  start: runTraining,
})

async function runTraining(context: Context): Promise<void> {
  const { options, log, print, output, openBackend, beginRun, signal } = context
  const startedAt = performance.now()
  const settings = chooseSettings({ ...options })
  if (context.trained) {
    requireSameTraining('the run', decisiveSettings(context.trained.options), decisiveSettings({ ...options }))
  }
  const data = await loadPairs({
    folder: options.data,
    generated: settings.phrases,
    trainSize: settings.trainSize,
    longest: settings.longest,
    seed: options.seed,
  })
  const vocabulary = learnVocabulary(data, settings)
  describeData(data, vocabulary, log)
  const backend = await openBackend()
  if (!options.resume) {
    await Promise.all(
      (['plain', 'attention'] as const).map((kind) => removeCheckpoints(checkpointFolder(options.out, kind))),
    )
  }
  await beginRun()
  await writeVocabulary(options.out, vocabulary)
  const sentences = collectSentences(data.test, settings.direction)
  const results: ModelResult[] = []
  const parameters: Partial<Record<ModelKind, number>> = {}
  for (const kind of settings.kinds) {
    const trained = await trainModel(kind, context, settings, data, vocabulary)
    if (!trained) {
      log(`Stopped during ${modelTitles[kind]}; everything so far is saved.`)
      return
    }
    parameters[kind] = countParameters(trained.params)
    const network = buildNetwork(kind, vocabulary.network)
    const measured = await measureModel(
      context,
      { kind, network, params: trained.params },
      vocabulary.codecs,
      sentences,
      settings,
    )
    const loss = trained.history.at(-1)?.validation?.loss ?? Number.NaN
    results.push({ kind, ...measured, loss, history: trained.history })
  }
  signal.throwIfAborted()
  const seconds = (performance.now() - startedAt) / 1000
  const path = join(options.out, 'report.html')
  await writeTranslationReport(path, {
    direction: settings.direction,
    data,
    sentences,
    results,
    parameters,
    backend,
    seconds,
  })
  const summary = toSummary(results, seconds, backend.name)
  if (summary) await writeSummary(options.out, summary)
  for (const line of describeTable(results, sentences.length)) print(line)
  log(`Report: ${path}`)
  output(toFigures(results, seconds, backend.name))
}

function learnVocabulary(data: PairSplits, settings: Settings): RunVocabulary {
  const [from, to] = languagesOf(settings.direction)
  const codecs: Codecs = {
    source: learnCodec(
      data.train.map((pair) => pair[from]),
      from,
      settings,
    ),
    target: learnCodec(
      data.train.map((pair) => pair[to]),
      to,
      settings,
    ),
  }
  const network: NetworkSettings = {
    sourceSymbols: codecs.source.size,
    targetSymbols: codecs.target.size,
    embedding: settings.embedding,
    units: settings.units,
    dropout: settings.dropout,
    tieWeights: settings.tieWeights,
    attention: settings.attention,
  }
  return { direction: settings.direction, codecs, network }
}

function describeData(data: PairSplits, { direction, codecs }: RunVocabulary, log: (line: string) => void): void {
  const [from, to] = languagesOf(direction).map((language) => languageNames[language])
  for (const problem of data.problems) log(problem)
  log(
    `Data: ${data.source}; ${data.train.length} pairs to train on, ${data.validation.length} to validate with, ${data.test.length} to test with`,
  )
  log(`${from}: ${codecs.source.size} symbols; ${to}: ${codecs.target.size} symbols`)
}

/** Trains one network, or goes on with it; undefined when interrupted. */
async function trainModel(
  kind: ModelKind,
  { options, terminal, signal, log, openBackend }: Context,
  settings: Settings,
  data: PairSplits,
  { codecs, network, direction }: RunVocabulary,
): Promise<{ params: HostParams; history: readonly EpochFigures[] } | undefined> {
  const { batchSize, buckets } = settings
  const source: BatchSource = pairBatches(encodePairs(data.train, codecs, direction), {
    batchSize,
    buckets,
    seed: options.seed,
  })
  const validation = pairBatches(encodePairs(data.validation, codecs, direction), { batchSize, buckets: 1 })
  const steps = options.epochs * source.length
  const rising = Math.min(200, Math.ceil(steps / 10))
  const schedule = warmup(rising, cosineDecay(settings.learningRate, Math.max(1, steps - rising)))
  const result = await fit(toTrainable(buildNetwork(kind, network)), source, {
    backend: await openBackend(),
    loss: makeLoss(settings.labelSmoothing),
    optimizer: withClipping(adam({ learningRate: schedule }), { norm: 5 }),
    epochs: options.epochs,
    seed: options.seed,
    signal,
    inputShape: [2, 1],
    validation,
    callbacks: [showProgress(terminal, modelTitles[kind]), recordMetrics(join(options.out, `metrics-${kind}.jsonl`))],
    checkpoint: { folder: checkpointFolder(options.out, kind), resume: options.resume, keep: 2 },
  })
  for (const warning of result.warnings) log(warning)
  return result.ended === 'interrupted' ? undefined : result
}
