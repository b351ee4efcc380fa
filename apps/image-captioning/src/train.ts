// The command `train`: learns to caption, measures on pictures that were set aside, and writes the page.
import { join } from 'node:path'
import {
  type CommandContext,
  defineCommand,
  type OptionValues,
  requireSameTraining,
  UsageError,
  writeSummary,
} from '@deep-recipe/app-kit'
import type { Backend } from '@deep-recipe/core-tensor'
import type { Vocabulary } from '@deep-recipe/datasets/words'
import {
  type Callback,
  encodeSafetensors,
  formatDuration,
  nameTensors,
  recordMetrics,
  removeCheckpoints,
  showProgress,
  writeFileAtomically,
} from '@deep-recipe/training'
import type { CaptionData } from './caption-data.ts'
import { type CaptionerSettings, makeCaptioner } from './captioner.ts'
import { loadData, openNetwork, showView } from './load-data.ts'
import { gridOf, measureCaptioner } from './measure.ts'
import { chooseSettings, type Settings, trainOptions } from './options.ts'
import { kindOfEncoder, loadEncoderWeights } from './pretrained.ts'
import { writeCaptioningReport } from './report.ts'
import { describeResults, type Result, toFigures } from './results.ts'
import { folderOf, readRunFile, writeRunFile } from './run-file.ts'
import type { Saying } from './say.ts'
import { findCommonCaption, type Scores, scoreCaptions } from './scores.ts'
import { type TrainedCaptioner, type TrainingOptions, trainCaptioner } from './training.ts'
import { collectWords, splitCaption } from './words.ts'

type Context = CommandContext<OptionValues<typeof trainOptions>>

export const train: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Learn to caption pictures or clips, and measure on ones that were set aside',
  options: trainOptions,
  examples: [
    ['train', 'on generated scenes of one object, in about a minute'],
    ['train --objects 2 --epochs 60 --batch-size 32', 'numbers and relations as well, much longer'],
    ['train --video', 'on generated clips, with and without temporal attention'],
    ['train --data ~/flickr8k --epochs 20', 'on photographs: Flickr8k, Flickr30k or COCO as they are published'],
    ['train --data ~/flickr8k --encoder resnet18.onnx', 'the same on the features of another network'],
    ['train --resume', 'go on with the last run after Ctrl-C'],
  ],
  start: runTraining,
})

async function runTraining(context: Context): Promise<void> {
  const { options, log, print, output, openBackend, beginRun, trained } = context
  const startedAt = performance.now()
  const settings = chooseSettings({ ...options })
  if (trained) {
    requireSameTraining(`the run in ${options.out}`, decisiveOptions(trained.options), decisiveOptions({ ...options }))
  }
  const network = await openNetwork(settings, context, options.data === undefined)
  const data = await loadData(settings, options.data, options.cache, network, context)
  log(`Data: ${data.source}.`)
  for (const note of data.notes) log(note)
  const vocabulary = collectWords(data.train.captions.flat(), settings.minimumCount)
  const captionerSettings = describeCaptioner(settings, data, vocabulary)
  log(describeSizes(data, vocabulary, captionerSettings))
  if (options.resume) await requireSameWords(options.out, vocabulary)
  const backend = await openBackend()
  const kinds = listKinds(options.compare || settings.video)
  // What an earlier run left in this folder goes before the new one is written down: killed at any moment, a run that is
  // resumed never takes up the networks of another.
  if (!options.resume) await Promise.all(kinds.map((looking) => removeCheckpoints(folderOf(options.out, looking))))
  await beginRun()
  await writeRunFile(options.out, {
    settings: captionerSettings,
    words: vocabulary.words,
    size: network?.size ?? settings.size,
    frames: settings.frames,
  })
  const networks = await trainAll(kinds, captionerSettings, data, { context, settings, vocabulary, backend })
  if (!networks) return
  await saveEncoder(options.out, networks[0] as TrainedCaptioner)

  const { results, sayings } = await measureAll(networks, data, vocabulary, context, backend)
  const seconds = (performance.now() - startedAt) / 1000
  const path = join(options.out, 'report.html')
  await writeCaptioningReport(path, {
    data,
    results,
    histories: networks.map(({ captioner, history }) => ({ name: nameOf(captioner.settings), history })),
    sayings,
    params: networks[0]?.params,
    backend,
    seconds,
    grid: gridOf(captionerSettings),
    show: showView,
  })
  await summarize(options.out, results, settings.video, seconds, backend)
  for (const line of describeResults(results, data)) print(line)
  log(`Report: ${path}`)
  output(toFigures(results[0]?.scores[0] as Scores, seconds, backend.name))
}

function listKinds(compare: boolean): CaptionerSettings['looking'][] {
  return compare ? ['again', 'once'] : ['again']
}

/** Longest captions that are learned of photographs: most people say less. */
const mostSteps = 22

function describeCaptioner(settings: Settings, data: CaptionData, vocabulary: Vocabulary): CaptionerSettings {
  const { units, channels, captions, dropout, coverage, detection, encoder, fineTune } = settings
  const longest = data.train.captions.flat().reduce((most, caption) => Math.max(most, splitCaption(caption).length), 0)
  return {
    view: data.train.views.shape,
    kind: data.kind,
    channels: data.kind === 'features' ? [units] : channels,
    frozen: encoder !== undefined && kindOfEncoder(encoder) === 'safetensors' && !fineTune,
    units,
    attentionUnits: Math.max(8, units / 4),
    embedding: Math.max(8, units / 2),
    symbols: vocabulary.size,
    steps: Math.min(mostSteps, longest + 1),
    captions,
    looking: 'again',
    dropout,
    coverage,
    detection,
  }
}

/** What decides every network of a run. Epochs and the comparison may change when it goes on. */
function decisiveOptions({ data, seed, ...options }: { readonly [name: string]: unknown }) {
  const { channels, ...settings } = chooseSettings({ data, ...options })
  return { data, seed, ...settings, width: channels.join(' ') }
}

/** Throws where the folder of the data no longer gives the words that a run learned. */
async function requireSameWords(folder: string, vocabulary: Vocabulary): Promise<void> {
  const { words } = await readRunFile(folder)
  if (words.join(' ') === vocabulary.words.join(' ')) return
  throw new UsageError({
    what: '--resume',
    expected: `the ${words.length} words with which the run in ${folder} began`,
    received: `${vocabulary.words.length}, of which ${vocabulary.words.filter((word) => !words.includes(word)).length} are others`,
    remedy: 'The data have changed: begin a new run without --resume.',
  })
}

function describeSizes(
  { train, endless, validation, tests }: CaptionData,
  { size }: Vocabulary,
  { steps }: CaptionerSettings,
): string {
  const amount = endless ? `${endless.count} in each epoch, always new ones` : `${train.views.count} to train on`
  const counts = `${amount}, ${validation.views.count} to validate with, ${tests.map(({ name, examples }) => `${examples.views.count} ${name}`).join(', ')} to test with`
  return `${counts}; ${size} words, captions of up to ${steps - 1}.`
}

interface Resources {
  readonly context: Context
  readonly settings: Settings
  readonly vocabulary: Vocabulary
  readonly backend: Backend
}

/** Trains the networks in turn; undefined when interrupted. */
async function trainAll(
  kinds: readonly CaptionerSettings['looking'][],
  captionerSettings: CaptionerSettings,
  data: CaptionData,
  { context, settings, vocabulary, backend }: Resources,
): Promise<TrainedCaptioner[] | undefined> {
  const { options, terminal, signal, log, resolvePath } = context
  const { encoder } = settings
  const networks: TrainedCaptioner[] = []
  for (const looking of kinds) {
    const captioner = makeCaptioner({ ...captionerSettings, looking })
    const title = nameOf(captioner.settings)
    const name = looking === 'again' ? 'metrics.jsonl' : 'metrics-without-attention.jsonl'
    const callbacks: Callback[] = [showProgress(terminal, title), recordMetrics(join(options.out, name))]
    const training: TrainingOptions = {
      backend,
      settings,
      vocabulary,
      epochs: options.epochs,
      seed: options.seed,
      folder: options.out,
      resume: options.resume,
      signal,
      callbacks,
      encoder:
        encoder !== undefined && kindOfEncoder(encoder) === 'safetensors'
          ? (like) => loadEncoderWeights(resolvePath(encoder), like)
          : undefined,
    }
    const result = await trainCaptioner(captioner, data, training)
    if (!result) {
      log(`Stopped during ${title.toLowerCase()}; everything so far is saved.`)
      return undefined
    }
    for (const warning of result.warnings) log(warning)
    const seconds = result.history.reduce((sum, epoch) => sum + epoch.seconds, 0)
    log(`${title}: trained for ${result.history.length} epochs in ${formatDuration(seconds)}.`)
    networks.push(result)
  }
  return networks
}

/** For people. */
export function nameOf({ looking, kind }: Pick<CaptionerSettings, 'looking' | 'kind'>): string {
  const isVideo = kind === 'clips'
  if (looking === 'again') return isVideo ? 'Temporal attention' : 'Attention'
  return isVideo ? 'Mean of the frames' : 'Without attention'
}

/** The encoder's weights, ready for --encoder of another run. */
async function saveEncoder(folder: string, { params }: TrainedCaptioner): Promise<void> {
  const bytes = encodeSafetensors(nameTensors(params.encoder), { app: 'image-captioning' })
  await writeFileAtomically(join(folder, 'encoder.safetensors'), bytes)
}

async function measureAll(
  networks: readonly TrainedCaptioner[],
  data: CaptionData,
  vocabulary: Vocabulary,
  { options, signal, terminal }: Context,
  backend: Backend,
): Promise<{ results: Result[]; sayings: Saying[] }> {
  const results: Result[] = []
  let sayings: Saying[] = []
  for (const { captioner, params } of networks) {
    const measured = await measureCaptioner({ backend, captioner, params, vocabulary, data, signal, terminal })
    results.push({ title: nameOf(captioner.settings), scores: measured.scores })
    if (captioner.settings.looking === 'again') sayings = measured.sayings
  }
  const common = findCommonCaption(data.train, options.seed)
  results.push({
    title: `Always “${common}”`,
    scores: data.tests.map((test) => scoreCaptions(new Array<string>(test.examples.views.count).fill(common), test)),
  })
  return { results, sayings }
}

/** For the tour's table: the attention network beside the one without, else beside one caption for everything. */
async function summarize(
  folder: string,
  results: readonly Result[],
  video: boolean,
  seconds: number,
  backend: Backend,
): Promise<void> {
  const [own, ...others] = results as [Result, ...Result[]]
  const baseline = others[0] as Result
  const [figures, beaten] = [own.scores[0] as Scores, baseline.scores[0] as Scores]
  const shared = { learned: `${own.title} captioner`, better: 'higher' } as const
  const name = others.length > 1 ? baseline.title : 'one caption for all'
  await writeSummary(folder, {
    app: 'image-captioning',
    title: video ? 'Clips to sentences' : 'Pictures to sentences',
    rows: [
      ...(figures.exact !== null
        ? [{ ...shared, measure: 'exact captions', value: figures.exact, baseline: { name, value: beaten.exact ?? 0 } }]
        : []),
      { ...shared, measure: 'BLEU-4', value: figures.bleu4, baseline: { name, value: beaten.bleu4 } },
      { ...shared, measure: 'CIDEr-D', value: figures.cider, baseline: { name, value: beaten.cider } },
    ],
    seconds,
    backend: backend.name,
  })
}
