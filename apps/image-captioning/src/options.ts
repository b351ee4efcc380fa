// The options of `train`, and the settings that follow from them and from the kind of data.
import {
  choiceOption,
  flagOption,
  integerOption,
  numberOption,
  type OptionKind,
  textOption,
} from '@deep-recipe/app-kit'
import { type Scaling, scalings } from './pretrained.ts'

/** Options of `train`. Those without a default take one that suits the data: see `chooseSettings`. */
export const trainOptions: {
  readonly video: OptionKind<boolean>
  readonly scenes: OptionKind<number | undefined>
  readonly objects: OptionKind<number | undefined>
  readonly size: OptionKind<number | undefined>
  readonly frames: OptionKind<number>
  readonly units: OptionKind<number | undefined>
  readonly width: OptionKind<number>
  readonly learningRate: OptionKind<number>
  readonly dropout: OptionKind<number | undefined>
  readonly wordDropout: OptionKind<number>
  readonly coverage: OptionKind<number>
  readonly detection: OptionKind<number>
  readonly batchSize: OptionKind<number | undefined>
  readonly captions: OptionKind<number>
  readonly minimumCount: OptionKind<number | undefined>
  readonly compare: OptionKind<boolean>
  readonly encoder: OptionKind<string | undefined>
  readonly encoderScaling: OptionKind<Scaling>
  readonly fineTune: OptionKind<boolean>
  readonly cache: OptionKind<string | undefined>
} = {
  video: flagOption({ description: 'Clips in place of pictures: sentences about what happened' }),
  scenes: integerOption({
    description: 'Generated scenes or clips in an epoch; each epoch has new ones (default 3000, clips 1500)',
    least: 40,
    most: 200_000,
  }),
  objects: integerOption({ description: 'Objects in a generated scene, at most (default 1)', least: 1, most: 3 }),
  size: integerOption({
    description: 'Side of the pictures, pixels (default 32 generated and frames, 64 with --data)',
    least: 16,
    most: 512,
  }),
  frames: integerOption({ description: 'Frames of a clip', default: 6, least: 6, most: 64 }),
  units: integerOption({ description: 'Units of the decoder (default 128 generated, 256 with --data)', least: 8 }),
  width: integerOption({
    description: 'Filters of the first block of convolution; later ones have up to four times as many',
    default: 16,
    least: 2,
  }),
  learningRate: numberOption({ description: 'Of Adam, at the beginning', default: 0.004, least: 1e-6, most: 1 }),
  dropout: numberOption({
    description: 'Share of word vectors and last features left out while training (default 0, with --data 0.3)',
    least: 0,
    most: 0.9,
  }),
  wordDropout: numberOption({
    description: 'Share of the words before that the decoder does not get to read while training',
    default: 0.1,
    least: 0,
    most: 0.9,
  }),
  coverage: numberOption({
    description: 'Weight of the doubly stochastic regularisation: look at every place',
    default: 0,
    least: 0,
    most: 10,
  }),
  detection: numberOption({
    description: 'Weight of the word detectors: which words do the captions of a picture have',
    default: 0.1,
    least: 0,
    most: 10,
  }),
  batchSize: integerOption({ description: 'Examples in a step (default 16 generated scenes, else 32)', least: 1 }),
  captions: integerOption({
    description: 'Captions of each picture in a step, for all of which it is looked at once',
    default: 4,
    least: 1,
    most: 20,
  }),
  minimumCount: integerOption({
    description: 'How often a word must occur to be learned (default 1 generated, 3 with --data)',
    least: 1,
  }),
  compare: flagOption({ description: 'Train the same network without attention as well; --video always does' }),
  encoder: textOption({
    description: 'A trained encoder: an ONNX network for frozen features, or encoder.safetensors of another run',
  }),
  encoderScaling: choiceOption(scalings, {
    description: 'What an ONNX encoder wants pixels to be: normalised as for ImageNet, 0 to 1, −1 to 1, or 0 to 255',
    default: 'imagenet',
  }),
  fineTune: flagOption({ description: 'Train the weights of --encoder further; without, they stay' }),
  cache: textOption({
    description: 'Folder for decoded images and features (default runs/image-captioning/cache)',
  }),
}

/** What was asked for, as `train` was given it or as a run remembers it. */
export interface Settings {
  readonly video: boolean
  readonly scenes: number
  readonly objects: number
  readonly size: number
  readonly frames: number
  readonly units: number
  readonly channels: readonly number[]
  readonly learningRate: number
  readonly dropout: number
  readonly wordDropout: number
  readonly coverage: number
  readonly detection: number
  readonly batchSize: number
  readonly captions: number
  readonly minimumCount: number
  readonly encoder: string | undefined
  readonly encoderScaling: Scaling
  readonly fineTune: boolean
}

/** The settings from options, whose gaps are filled by what suits the data. */
export function chooseSettings(options: { readonly [name: string]: unknown }): Settings {
  const generated = options.data === undefined || options.data === null
  const video = options.video === true
  const number = (name: string, otherwise: number): number =>
    typeof options[name] === 'number' ? (options[name] as number) : otherwise
  const size = number('size', video || generated ? 32 : 64)
  return {
    video,
    scenes: number('scenes', video ? 1500 : 3000),
    objects: number('objects', 1),
    size,
    frames: number('frames', trainOptions.frames.defaultValue),
    units: number('units', generated ? 128 : 256),
    channels: chooseChannels(number('width', trainOptions.width.defaultValue), size),
    learningRate: number('learningRate', trainOptions.learningRate.defaultValue),
    dropout: number('dropout', generated ? 0 : 0.3),
    wordDropout: number('wordDropout', trainOptions.wordDropout.defaultValue),
    coverage: number('coverage', trainOptions.coverage.defaultValue),
    detection: number('detection', trainOptions.detection.defaultValue),
    batchSize: number('batchSize', generated && !video ? 16 : 32),
    captions: number('captions', trainOptions.captions.defaultValue),
    minimumCount: number('minimumCount', generated ? 1 : 3),
    encoder: typeof options.encoder === 'string' ? options.encoder : undefined,
    encoderScaling: (options.encoderScaling as Scaling | undefined) ?? trainOptions.encoderScaling.defaultValue,
    fineTune: options.fineTune === true,
  }
}

/** Three blocks for small pictures, more for larger ones: attention shall see a map of about 8 × 8. */
function chooseChannels(width: number, size: number): number[] {
  const blocks = Math.max(3, Math.round(Math.log2(size / 4)))
  return Array.from({ length: blocks }, (_, block) => width * 2 ** Math.min(2, block))
}
