// The options of `train`, and what they mean: little and small without a folder of data, the published sizes with one.
import { choiceOption, integerOption, numberOption, type OptionKind } from '@deep-recipe/app-kit'
import { type ModelName, modelNames } from './network/models.ts'
import type { TaggerSettings } from './network/tagger.ts'

const hashingChoices = ['compare', 'on', 'off'] as const
type HashingChoice = (typeof hashingChoices)[number]

/** Options of `train`. Those without a default take one that suits the data: see `chooseSettings`. */
export const trainOptions: {
  readonly model: OptionKind<ModelName | 'all'>
  readonly hashing: OptionKind<HashingChoice>
  readonly units: OptionKind<number | undefined>
  readonly width: OptionKind<number | undefined>
  readonly dropout: OptionKind<number | undefined>
  readonly lookAhead: OptionKind<number | undefined>
  readonly wordDropout: OptionKind<number>
  readonly batchSize: OptionKind<number>
  readonly learningRate: OptionKind<number | undefined>
  readonly patience: OptionKind<number | undefined>
} = {
  model: choiceOption(['all', ...modelNames], { description: 'Network to train', default: 'all' }),
  hashing: choiceOption(hashingChoices, {
    description:
      'Letter trigrams of words beside their numbers; compare trains the last network also without them, to see what they do for unseen words',
    default: 'compare',
  }),
  units: integerOption({
    description: 'Units of the network, of each direction (default 40 embedded, 100 with --data)',
    least: 1,
    most: 2000,
  }),
  width: integerOption({
    description: "Width of a word's vector, and of that of its trigrams (default 32 embedded, 100 with --data)",
    least: 1,
    most: 2000,
  }),
  dropout: numberOption({
    description: "Share dropped of words' vectors and of the network's output (default 0.1 embedded, 0.5 with --data)",
    least: 0,
    most: 0.95,
  }),
  lookAhead: integerOption({
    description: 'Words ahead that networks see which walk forward (default 0 embedded, 2 with --data)',
    least: 0,
    most: 20,
  }),
  wordDropout: numberOption({
    description: 'α: a word that occurs n times is "other" with probability α / (α + n) while training',
    default: 0.3,
    least: 0,
    most: 100,
  }),
  batchSize: integerOption({ description: 'Sentences in a step', default: 16, least: 1, most: 4096 }),
  learningRate: numberOption({
    description: 'Of Adam, falling to a fiftieth along half a cosine (default 0.015 embedded, 0.002 with --data)',
    least: 0,
    most: 10,
  }),
  patience: integerOption({
    description:
      'Epochs without better answers to the validation sentences before a training ends (default 4 embedded, 8 with --data)',
    least: 1,
  }),
}

/** One network of the table. */
export interface Variant {
  readonly model: ModelName
  readonly hashing: boolean
}

/** What was asked for, as `train` was given it or as a run remembers it. */
export interface Settings {
  /** In the order of the table; where hashing is compared, the last one comes again without. */
  readonly variants: readonly Variant[]
  readonly network: Omit<TaggerSettings, 'model' | 'hashing'>
  readonly wordDropout: number
  readonly batchSize: number
  readonly buckets: number
  readonly learningRate: number
  readonly patience: number
}

/** The settings from options, whose gaps are filled by what suits the data. */
export function chooseSettings(options: { readonly [name: string]: unknown }): Settings {
  const embedded = options.data === undefined || options.data === null
  const number = (name: keyof typeof trainOptions, otherwise: number): number =>
    typeof options[name] === 'number' ? options[name] : otherwise
  const wanted = modelNames.find((name) => name === options.model)
  const hashing = hashingChoices.find((choice) => choice === options.hashing) ?? trainOptions.hashing.defaultValue
  const names = wanted ? [wanted] : modelNames
  const last = names.at(-1) as ModelName
  return {
    variants: [
      ...names.map((model) => ({ model, hashing: hashing !== 'off' })),
      ...(hashing === 'compare' ? [{ model: last, hashing: false }] : []),
    ],
    network: {
      units: number('units', embedded ? 40 : 100),
      width: number('width', embedded ? 32 : 100),
      dropout: number('dropout', embedded ? 0.1 : 0.5),
      lookAhead: number('lookAhead', embedded ? 0 : 2),
    },
    wordDropout: number('wordDropout', trainOptions.wordDropout.defaultValue),
    batchSize: number('batchSize', trainOptions.batchSize.defaultValue),
    buckets: embedded ? 2 : 6,
    learningRate: number('learningRate', embedded ? 0.015 : 0.002),
    patience: number('patience', embedded ? 4 : 8),
  }
}

/** As in figures and folder names, e.g. `lstm` or `lstm-without-hashing`. */
export function nameVariant({ model, hashing }: Variant, settings: Pick<Settings, 'variants'>): string {
  const both = settings.variants.some((other) => other.model === model && other.hashing !== hashing)
  return both && !hashing ? `${model}-without-hashing` : model
}
