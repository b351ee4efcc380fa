// The options of `train`, and what they mean; gaps are filled by what suits the data.
import { choiceOption, flagOption, integerOption, numberOption, type OptionKind } from '@deep-recipe/app-kit'
import type { ModelKind } from '../model/network.ts'
import type { Direction } from '../text/languages.ts'

/** Options of `train`. */
export const trainOptions: {
  readonly direction: OptionKind<Direction>
  readonly model: OptionKind<'plain' | 'attention' | 'all'>
  readonly attention: OptionKind<'additive' | 'general'>
  readonly trainSize: OptionKind<number | undefined>
  readonly phrases: OptionKind<number>
  readonly units: OptionKind<number | undefined>
  readonly embedding: OptionKind<number | undefined>
  readonly merges: OptionKind<number | undefined>
  readonly minimumCount: OptionKind<number>
  readonly longest: OptionKind<number>
  readonly dropout: OptionKind<number | undefined>
  readonly labelSmoothing: OptionKind<number | undefined>
  readonly learningRate: OptionKind<number | undefined>
  readonly batchSize: OptionKind<number | undefined>
  readonly untied: OptionKind<boolean>
  readonly beams: OptionKind<number>
} = {
  direction: choiceOption(['en-zh', 'zh-en'], { description: 'Which way to translate', default: 'en-zh' }),
  model: choiceOption(['plain', 'attention', 'all'], {
    description: 'Without attention, with it, or both',
    default: 'all',
  }),
  attention: choiceOption(['additive', 'general'], {
    description:
      "Bahdanau's additive attention before each step, or Luong's general attention after it with input feeding",
    default: 'additive',
  }),
  trainSize: integerOption({ description: 'The most pairs to train on (default: all)', least: 50 }),
  phrases: integerOption({
    description: 'Phrase pairs to generate where there is no --data',
    default: 2000,
    least: 100,
    most: 1_000_000,
  }),
  units: integerOption({
    description: 'Units of the decoder; each way of the encoder has half (default 64 embedded, 256 with --data)',
    least: 2,
    most: 4096,
  }),
  embedding: integerOption({
    description: 'Width of the symbols’ vectors (default 64 embedded, 128 with --data)',
    least: 1,
    most: 4096,
  }),
  merges: integerOption({
    description: 'Byte pairs to merge in English; 0 spells every word (default 400 embedded, 4000 with --data)',
    least: 0,
    most: 100_000,
  }),
  minimumCount: integerOption({
    description: 'Symbols that are rarer in the training are "other", and copied',
    default: 2,
    least: 1,
  }),
  longest: integerOption({
    description: 'Pairs of more words or characters are left out',
    default: 50,
    least: 1,
    most: 200,
  }),
  dropout: numberOption({
    description: 'Share of vectors and last features left out in training (default 0.1 embedded, 0.2 with --data)',
    least: 0,
    most: 0.9,
  }),
  labelSmoothing: numberOption({
    description: 'Share of each target given to all symbols alike (default 0 embedded, 0.1 with --data)',
    least: 0,
    most: 0.9,
  }),
  learningRate: numberOption({
    description: 'Of Adam at its highest; falls to 0 by a cosine (default 0.008 embedded, 0.003 with --data)',
    least: 1e-6,
    most: 1,
  }),
  untied: flagOption({ description: "An output layer of its own, in place of the table of the target's vectors" }),
  batchSize: integerOption({
    description: 'Pairs in a step (default 32 embedded, 64 with --data)',
    least: 1,
    most: 4096,
  }),
  beams: integerOption({ description: 'Sequences followed at once in decoding', default: 5, least: 1, most: 64 }),
}

/** What was asked for, as `train` was given it or as a run remembers it. */
export interface Settings {
  readonly direction: Direction
  readonly kinds: readonly ModelKind[]
  readonly attention: 'additive' | 'general'
  readonly trainSize: number | undefined
  readonly phrases: number
  readonly units: number
  readonly embedding: number
  readonly merges: number
  readonly minimumCount: number
  readonly longest: number
  readonly dropout: number
  readonly labelSmoothing: number
  readonly learningRate: number
  readonly batchSize: number
  /** Shapes to compile: one for each class of lengths. */
  readonly buckets: number
  readonly tieWeights: boolean
  readonly beams: number
}

/** The settings from options. */
export function chooseSettings(options: { readonly [name: string]: unknown }): Settings {
  const embedded = options.data === undefined || options.data === null
  const number = (name: string, otherwise: number): number =>
    typeof options[name] === 'number' ? options[name] : otherwise
  const suited = (name: string, small: number, large: number): number => number(name, embedded ? small : large)
  const model = options.model === 'plain' || options.model === 'attention' ? options.model : 'all'
  return {
    direction: options.direction === 'zh-en' ? 'zh-en' : 'en-zh',
    kinds: model === 'all' ? ['plain', 'attention'] : [model],
    attention: options.attention === 'general' ? 'general' : 'additive',
    trainSize: typeof options.trainSize === 'number' ? options.trainSize : undefined,
    phrases: number('phrases', trainOptions.phrases.defaultValue),
    // Even: the encoder's two ways have half each.
    units: 2 * Math.ceil(suited('units', 64, 256) / 2),
    embedding: suited('embedding', 64, 128),
    merges: suited('merges', 400, 4000),
    minimumCount: number('minimumCount', trainOptions.minimumCount.defaultValue),
    longest: number('longest', trainOptions.longest.defaultValue),
    dropout: suited('dropout', 0.1, 0.2),
    labelSmoothing: suited('labelSmoothing', 0, 0.1),
    learningRate: suited('learningRate', 0.008, 0.003),
    batchSize: suited('batchSize', 32, 64),
    buckets: embedded ? 2 : 6,
    tieWeights: options.untied !== true,
    beams: number('beams', trainOptions.beams.defaultValue),
  }
}

/** What decides the networks of a run: which models there are, and how they are decoded, may change when it goes on. */
export function decisiveSettings(options: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  const { kinds: _, beams: __, ...decisive } = chooseSettings(options)
  return { data: options.data ?? undefined, seed: options.seed, epochs: options.epochs, ...decisive }
}
