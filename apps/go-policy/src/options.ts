// The options of `train`, and what they mean: those without a default take one that suits the data.
import { choiceOption, integerOption, numberOption, type OptionKind } from '@deep-recipe/app-kit'
import type { NetworkName, NetworkSizes } from './model/networks.ts'
import type { PlaneSet } from './planes.ts'

/** Which networks to train. */
export type ModelChoice = NetworkName | 'all'

export const trainOptions: {
  readonly model: OptionKind<ModelChoice>
  readonly planes: OptionKind<PlaneSet>
  readonly size: OptionKind<number | undefined>
  readonly games: OptionKind<number | undefined>
  readonly positions: OptionKind<number | undefined>
  readonly minutes: OptionKind<number | undefined>
  readonly layers: OptionKind<number | undefined>
  readonly filters: OptionKind<number | undefined>
  readonly hidden: OptionKind<number | undefined>
  readonly batchSize: OptionKind<number>
  readonly learningRate: OptionKind<number>
  readonly testPositions: OptionKind<number | undefined>
} = {
  model: choiceOption(['all', 'cnn', 'dense'], {
    description: 'Networks to train: the convolutional one, the fully connected one, or both on the same positions',
    default: 'all',
  }),
  planes: choiceOption(['rich', 'single'], {
    description: 'What a network sees: stones, liberties, captures, ladders and more, or one plane of stones',
    default: 'rich',
  }),
  size: integerOption({
    description: 'Lines of the board (default 9 embedded, 19 with --data); games on others are passed over',
    least: 5,
    most: 19,
  }),
  games: integerOption({
    description: 'Games to use at most (default 320 embedded, 50000 with --data)',
    least: 10,
    most: 1_000_000,
  }),
  positions: integerOption({
    description:
      'Positions to learn from at most, the same whatever the machine (default: what --epochs and --minutes allow)',
    least: 1,
  }),
  minutes: numberOption({
    description:
      'Minutes to train, all networks together; 0: no limit but --epochs (default 0 embedded, 12 with --data)',
    least: 0,
  }),
  layers: integerOption({
    description: 'Convolutions before the last (default 3 embedded, 5 with --data)',
    least: 1,
    most: 20,
  }),
  filters: integerOption({
    description: 'Feature maps of each (default 24 embedded, 48 with --data)',
    least: 1,
    most: 512,
  }),
  hidden: integerOption({
    description: 'Units in each hidden layer of the fully connected network (default 128 embedded, 256 with --data)',
    least: 1,
    most: 8192,
  }),
  batchSize: integerOption({ description: 'Positions in a step', default: 32, least: 1, most: 4096 }),
  learningRate: numberOption({
    description: 'Of Adam at the beginning; it falls to 0',
    default: 2e-3,
    least: 1e-7,
    most: 10,
  }),
  testPositions: integerOption({
    description: 'Held-out positions to measure on, at most (default 2000 embedded, 10000 with --data)',
    least: 10,
  }),
}

/** What was asked for, as `train` was given it or as a run remembers it. */
export interface Settings {
  readonly networks: readonly NetworkName[]
  readonly planes: PlaneSet
  readonly size: number
  readonly games: number
  /** Positions to learn from at most. */
  readonly positions: number
  /** 0 for no limit. */
  readonly minutes: number
  readonly sizes: NetworkSizes
  readonly batchSize: number
  readonly learningRate: number
  readonly testPositions: number
}

/** The settings from options, whose gaps are filled by what suits the data: a small board and little of everything without a folder. */
export function chooseSettings(options: { readonly [name: string]: unknown }): Settings {
  const embedded = options.data === undefined || options.data === null
  const number = (name: string, small: number, large: number): number => {
    const value = options[name]
    return typeof value === 'number' ? value : embedded ? small : large
  }
  const { model = trainOptions.model.defaultValue, planes = trainOptions.planes.defaultValue } = options
  const { batchSize, learningRate } = trainOptions
  return {
    networks: model === 'all' ? ['cnn', 'dense'] : [model as NetworkName],
    planes: planes as PlaneSet,
    size: number('size', 9, 19),
    games: number('games', 320, 50_000),
    positions: number('positions', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    minutes: number('minutes', 0, 12),
    sizes: {
      layers: number('layers', 3, 5),
      filters: number('filters', 24, 48),
      hidden: number('hidden', 128, 256),
    },
    batchSize: number('batchSize', batchSize.defaultValue, batchSize.defaultValue),
    learningRate: number('learningRate', learningRate.defaultValue, learningRate.defaultValue),
    testPositions: number('testPositions', 2000, 10_000),
  }
}
