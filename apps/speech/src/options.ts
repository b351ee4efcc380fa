// The options of `train`, and what they mean.
import { choiceOption, integerOption, numberOption, type OptionKind, textOption } from '@deep-recipe/app-kit'
import type { NetworkOptions } from './network.ts'

/** How many strings to measure on. */
export const stringsOption: OptionKind<number | undefined> = integerOption({
  description: 'Strings of digits to measure on (default 120 embedded, 300 with --data)',
  least: 1,
  most: 100_000,
})

/** Options of `train`. Those without a default take one that suits the data: see `chooseSettings`. */
export const trainOptions: {
  readonly model: OptionKind<'conv-lstm' | 'bilstm'>
  readonly test: OptionKind<string | undefined>
  readonly leaveOut: OptionKind<string | undefined>
  readonly units: OptionKind<number>
  readonly steps: OptionKind<number | undefined>
  readonly batchSize: OptionKind<number | undefined>
  readonly learningRate: OptionKind<number | undefined>
  readonly dropout: OptionKind<number | undefined>
  readonly strings: OptionKind<number | undefined>
} = {
  model: choiceOption(['conv-lstm', 'bilstm'], {
    description: 'conv-lstm: convolutions that thin out time, then an LSTM both ways; bilstm: two LSTMs both ways',
    default: 'conv-lstm',
  }),
  test: textOption({
    description: 'Folder with recordings to test on (default: DATA-test beside --data, else some takes of --data)',
  }),
  leaveOut: textOption({ description: 'A speaker who is not trained on, and alone is tested on' }),
  units: integerOption({ description: 'Units of an LSTM each way', default: 96, least: 1 }),
  steps: integerOption({ description: 'Batches in an epoch (default 8 embedded, 150 with --data)', least: 1 }),
  batchSize: integerOption({
    description: 'Strings in a batch of short ones; of long ones half as many (default 16 embedded, 32 with --data)',
    least: 2,
  }),
  learningRate: numberOption({
    description: 'Its highest value (default 0.004 embedded, 0.003 with --data)',
    least: 1e-6,
    most: 1,
  }),
  dropout: numberOption({
    description: 'Share that is left out around the LSTM (default 0 embedded, 0.2 with --data)',
    least: 0,
    most: 0.9,
  }),
  strings: stringsOption,
}

/** What was asked for, as `train` was given it or as a run remembers it. */
export interface Settings {
  readonly network: NetworkOptions
  readonly leaveOut: string | undefined
  readonly steps: number
  readonly batchSize: number
  readonly learningRate: number
  /** Strings to measure on. */
  readonly strings: number
  /** Shares of the training after which strings of three digits and more are drawn too, then those of five and more. */
  readonly longerAfter: readonly [three: number, five: number]
  /** Whether speed, noise and masks vary; synthesized voices vary enough. */
  readonly augment: boolean
}

/** The settings from options, whose gaps are filled by what suits the data: small and quick without a folder. */
export function chooseSettings(options: { readonly [name: string]: unknown }): Settings {
  const embedded = options.data === undefined || options.data === null
  const number = (name: string, otherwise: number): number =>
    typeof options[name] === 'number' ? options[name] : otherwise
  return {
    network: {
      name: options.model === 'bilstm' ? 'bilstm' : 'conv-lstm',
      units: number('units', trainOptions.units.defaultValue),
      dropout: number('dropout', embedded ? 0 : 0.2),
    },
    leaveOut: typeof options.leaveOut === 'string' ? options.leaveOut : undefined,
    steps: number('steps', embedded ? 8 : 150),
    batchSize: number('batchSize', embedded ? 16 : 32),
    learningRate: number('learningRate', embedded ? 4e-3 : 3e-3),
    strings: number('strings', embedded ? 120 : 300),
    longerAfter: embedded ? [0.25, 0.5] : [0.05, 0.12],
    augment: !embedded,
  }
}
