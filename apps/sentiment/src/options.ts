// The options of `train`, and what they mean where they were not given.
import { choiceOption, integerOption, numberOption, type OptionKind } from '@deep-recipe/app-kit'
import { folds } from './data.ts'
import type { ModelSettings, Pooling } from './model.ts'
import type { WordReading } from './word-vectors.ts'

/** Which networks to train: one, or both and their average. */
export type ModelChoice = Pooling | 'all'

/** Options of `train`. Those without a default take one that suits the data: see `chooseSettings`. */
export const trainOptions: {
  readonly model: OptionKind<ModelChoice>
  readonly fold: OptionKind<number>
  readonly reads: OptionKind<WordReading>
  readonly width: OptionKind<number | undefined>
  readonly units: OptionKind<number | undefined>
  readonly dropout: OptionKind<number | undefined>
  readonly wordDropout: OptionKind<number | undefined>
  readonly learningRate: OptionKind<number | undefined>
  readonly weightDecay: OptionKind<number>
  readonly batchSize: OptionKind<number | undefined>
} = {
  model: choiceOption(['last', 'attention', 'all'], {
    description:
      'What comes after the LSTM: its last steps, attention to all of them, or both networks and their average',
    default: 'all',
  }),
  fold: integerOption({ description: 'Which tenth of the data is the test', default: 0, least: 0, most: folds - 1 }),
  reads: choiceOption(['words', 'trigrams', 'both'], {
    description: 'What is read of a word: the word itself, its letter trigrams, or both',
    default: 'both',
  }),
  width: integerOption({
    description: 'Length of a word vector (default 32 embedded, 64 with --data)',
    least: 1,
    most: 2048,
  }),
  units: integerOption({
    description: 'Units of the LSTM in each direction (default 32 embedded, 64 with --data)',
    least: 1,
    most: 2048,
  }),
  dropout: numberOption({
    description:
      'Share of each word vector, and of what is pooled, that is left out (default 0.2 embedded, 0.5 with --data)',
    least: 0,
    most: 0.99,
  }),
  wordDropout: numberOption({
    description: 'Share of the words left out whole (default 0 embedded, 0.1 with --data)',
    least: 0,
    most: 0.99,
  }),
  learningRate: numberOption({
    description: 'At first; it falls to nothing by a cosine (default 0.005 embedded, 0.002 with --data)',
    least: 0,
    most: 10,
  }),
  weightDecay: numberOption({ description: 'Decay of the weights in AdamW', default: 0.01, least: 0, most: 1 }),
  batchSize: integerOption({ description: 'Sentences in a step (default 32 embedded, 64 with --data)', least: 1 }),
}

/** What was asked for, as `train` was given it or as a run remembers it. */
export interface Settings extends ModelSettings {
  readonly poolings: readonly Pooling[]
  readonly fold: number
  readonly learningRate: number
  readonly weightDecay: number
  readonly batchSize: number
}

/** The settings from options, whose gaps are filled by what suits the data: small without a folder. */
export function chooseSettings(options: { readonly [name: string]: unknown }): Settings {
  const isEmbedded = options.data === undefined || options.data === null
  const number = (name: string, embedded: number, real: number = embedded): number =>
    typeof options[name] === 'number' ? options[name] : isEmbedded ? embedded : real
  const choice = <Choice extends string>(name: string, kind: OptionKind<Choice>): Choice =>
    typeof options[name] === 'string' ? kind.parse(`--${name}`, options[name]) : kind.defaultValue
  const model = choice('model', trainOptions.model)
  return {
    poolings: model === 'all' ? ['last', 'attention'] : [model],
    fold: number('fold', trainOptions.fold.defaultValue),
    reads: choice('reads', trainOptions.reads),
    width: number('width', 32, 64),
    units: number('units', 32, 64),
    dropout: number('dropout', 0.2, 0.5),
    wordDropout: number('wordDropout', 0, 0.1),
    learningRate: number('learningRate', 5e-3, 2e-3),
    weightDecay: number('weightDecay', trainOptions.weightDecay.defaultValue),
    batchSize: number('batchSize', 32, 64),
  }
}
