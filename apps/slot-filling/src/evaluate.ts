// The command `evaluate`: the table of a run once more, on its own test sentences or on others.
import { defineCommand, type RunRecord, UsageError } from '@deep-recipe/app-kit'
import type { Backend } from '@deep-recipe/core-tensor'
import type { HostParams } from '@deep-recipe/training'
import { loadTestData } from './data/load-data.ts'
import { listUnknown } from './data/measure.ts'
import type { Answer } from './network/apply-tagger.ts'
import { runTagger, type TaggerRunner } from './network/apply-tagger.ts'
import { chooseSettings, nameVariant, type Settings, type Variant } from './options.ts'
import { explainTable, formatTable, toFigures } from './results.ts'
import type { Coder } from './text/coder.ts'
import { answerAll, makeRow } from './train.ts'
import type { ValidationRecord } from './training/keep-best.ts'
import { loadCoder, loadTagger } from './training/run-files.ts'
import { folderOf, makeTagger } from './training/train-tagger.ts'

export const evaluate: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Measure the networks of a run on test sentences',
  without: ['seed'],
  examples: [
    ['evaluate', 'the last run, on the data it was trained with'],
    ['evaluate --out runs/atis --data ~/other', 'another run, on the test file of another folder'],
  ],
  async start({ options, trained, signal, log, print, output, openBackend }) {
    const startedAt = performance.now()
    const run = await openRun(options.out, trained, log)
    const data = await loadTestData(options.data ?? run.data)
    log(`Data: ${data.source}; ${data.test.length} to test with`)
    const unknown = listUnknown(run.coder, data.test)
    const names = [...unknown.tags, ...unknown.intents]
    if (names.length > 0) log(`Never seen in training, and counted as errors: ${names.join(', ')}`)
    const backend = await openBackend()
    const networks = await loadNetworks(run, backend)
    const answers = await answerAll(networks, data, signal)
    const rows = networks.map((one, at) => makeRow(one, { ...run, data }, answers[at] as Answer[]))
    for (const line of formatTable(rows)) print(line)
    print('')
    print(explainTable(rows, data.test.length))
    output(toFigures(rows, (performance.now() - startedAt) / 1000, backend.name))
  },
})

/** A run whose networks are to be used. */
export interface TrainedRun {
  readonly folder: string
  readonly settings: Settings
  readonly coder: Coder
  /** The folder of its data; undefined for generated sentences. */
  readonly data: string | undefined
  readonly epochs: number
  readonly log: (line: string) => void
}

/** What a run's files say. */
export async function openRun(
  folder: string,
  trained: RunRecord | undefined,
  log: (line: string) => void,
): Promise<TrainedRun> {
  const options = trained?.options ?? {}
  const { data, epochs } = options
  return {
    folder,
    settings: chooseSettings(options),
    coder: await loadCoder(folder),
    data: typeof data === 'string' ? data : undefined,
    epochs: Number(epochs),
    log,
  }
}

/** A network of a run. */
export interface LoadedNetwork {
  readonly variant: Variant
  readonly runner: TaggerRunner
  readonly params: HostParams
  readonly validation: ValidationRecord
}

/**
 * The networks of a run that are trained by now, at their best so far; says which are not trained to the end.
 *
 * @throws UsageError where there is none.
 */
export async function loadNetworks(run: TrainedRun, backend: Backend, wanted?: string): Promise<LoadedNetwork[]> {
  const { settings, coder, folder, log } = run
  const networks: LoadedNetwork[] = []
  for (const variant of settings.variants) {
    const name = nameVariant(variant, settings)
    if (wanted !== undefined && wanted !== name) continue
    const tagger = makeTagger(variant, coder, settings)
    const loaded = await loadTagger(folderOf(variant, run), tagger, coder, variant)
    if (!loaded) continue
    for (const warning of loaded.warnings) log(warning)
    if (!loaded.finished && loaded.epoch < run.epochs) {
      log(`${name} is not trained to the end: ${loaded.epoch} of ${run.epochs} epochs.`)
    }
    networks.push({
      variant,
      runner: runTagger(tagger, coder, backend),
      params: loaded.params,
      validation: loaded.validation,
    })
  }
  if (networks.length > 0) return networks
  throw new UsageError({
    what: wanted === undefined ? `The run in ${folder}` : '--model',
    expected: `one of ${settings.variants.map((variant) => nameVariant(variant, settings)).join(', ')}, trained for an epoch at least`,
    received: wanted ?? 'none',
    remedy: 'Go on with the training: pnpm slot-filling train --resume.',
  })
}
