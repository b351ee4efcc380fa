// Trains one network of the table, or goes on with it.
import { join } from 'node:path'
import type { Backend } from '@deep-recipe/core-tensor'
import {
  adam,
  type Callback,
  cosineDecay,
  type EpochFigures,
  fit,
  type HostParams,
  withClipping,
} from '@deep-recipe/training'
import type { SlotData } from '../data/load-data.ts'
import { runTagger, type TaggerRunner } from '../network/apply-tagger.ts'
import { taggingLoss } from '../network/objective.ts'
import { buildTagger, type Tagger } from '../network/tagger.ts'
import { nameVariant, type Settings, type Variant } from '../options.ts'
import { encodeSentences, trainingSource } from '../text/batches.ts'
import type { Coder } from '../text/coder.ts'
import { keepBest, type ValidationRecord } from './keep-best.ts'
import { guardCheckpoints } from './run-files.ts'

/** What all networks of a run share. */
export interface TrainingOptions {
  readonly backend: Backend
  readonly coder: Coder
  readonly settings: Settings
  readonly epochs: number
  readonly seed: number
  /** Of the run; each network has a folder of its own below it. */
  readonly folder: string
  readonly resume: boolean
  readonly signal: AbortSignal
}

/** A trained network, ready to answer. */
export interface TrainedTagger {
  readonly variant: Variant
  readonly tagger: Tagger
  readonly runner: TaggerRunner
  readonly params: HostParams
  readonly validation: ValidationRecord
  readonly history: readonly EpochFigures[]
}

/** The folder of a network's checkpoints. */
export function folderOf(variant: Variant, { folder, settings }: Pick<TrainingOptions, 'folder' | 'settings'>): string {
  return join(folder, nameVariant(variant, settings))
}

/** The tagger of a variant. */
export function makeTagger({ model, hashing }: Variant, coder: Coder, settings: Settings): Tagger {
  const sizes = {
    words: coder.vocabulary.size,
    trigrams: coder.hashing.size,
    tags: coder.tags.length,
    intents: coder.intents.length,
  }
  return buildTagger(sizes, { ...settings.network, model, hashing })
}

/** Who looks on. */
export interface Onlookers {
  readonly callbacks: readonly Callback[]
  /** Told of each epoch, with the F1 on the validation sentences after it. */
  readonly onEpoch: (figures: EpochFigures, f1: number) => Promise<void>
}

/** Trains a network. Returns undefined when it was interrupted; everything is saved then. */
export async function trainTagger(
  variant: Variant,
  data: Pick<SlotData, 'train' | 'validation'>,
  options: TrainingOptions,
  { callbacks, onEpoch }: Onlookers,
): Promise<(TrainedTagger & { readonly warnings: readonly string[] }) | undefined> {
  const { backend, coder, settings, epochs, seed, resume, signal } = options
  const tagger = makeTagger(variant, coder, settings)
  const runner = runTagger(tagger, coder, backend)
  const chooser = keepBest({ runner, coder, validation: data.validation, patience: settings.patience })
  const source = trainingSource(coder, encodeSentences(coder, data.train), { ...settings, seed })
  const { learningRate } = settings
  const schedule = cosineDecay(learningRate, epochs * source.length, learningRate / 50)
  const result = await fit(tagger, source, {
    backend,
    loss: taggingLoss(tagger),
    optimizer: withClipping(adam({ learningRate: schedule }), { norm: 5 }),
    epochs,
    seed,
    signal,
    inputShape: [1, coder.width],
    callbacks: [
      chooser,
      guardCheckpoints(coder, variant),
      { name: 'figures', onEpochEnd: ({ figures }) => onEpoch(figures, chooser.record().f1.at(-1) ?? 0) },
      ...callbacks,
    ],
    checkpoint: { folder: folderOf(variant, options), resume, keep: 2 },
  })
  if (result.ended === 'interrupted') {
    runner.dispose()
    return undefined
  }
  const { params, history, warnings } = result
  return { variant, tagger, runner, params, validation: chooser.record(), history, warnings }
}
