// The laboratory's data: digits to train on, to validate with, and to test with; the test ones also under noise.
import { resolve } from 'node:path'
import { RecipeError } from '@deep-recipe/core-tensor'
import {
  addGaussianNoise,
  countExamples,
  generateDigitSplits,
  type HostNdArray,
  readDigitFolder,
  shuffle,
  takeExamples,
} from '@deep-recipe/datasets'

/** Images [n, 28, 28] from 0 to 1, and their labels [n]. */
export type Digits = {
  readonly images: HostNdArray<Float32Array>
  readonly labels: HostNdArray<Int32Array>
}

/** Everything the laboratory looks at. */
export interface LaboratoryData {
  /** For people: where the digits are from. */
  readonly source: string
  readonly train: Digits
  /** More images of the same kind for the recipe `moreData`, those of `train` among them. */
  readonly more: Digits
  readonly validation: Digits
  readonly test: Digits
  /** The test images with Gaussian noise. Nothing is ever trained or chosen on them. */
  readonly noisyTest: Digits
}

/** What to load. */
export interface DataOptions {
  /** A folder of MNIST's IDX files; without it, digits are generated. */
  readonly folder: string | undefined
  /** Images to train on. */
  readonly trainSize: number
  /** Standard deviation of the noise on the test images. */
  readonly noise: number
}

/** The generated data set is one and the same for every run: only the training depends on the run's seed. */
const dataSeed = 1
const noiseSeed = 2

/** Loads or generates the data. Throws the reader's errors, and a RecipeError when there are too few images. */
export async function loadData({ folder, trainSize, noise }: DataOptions): Promise<LaboratoryData> {
  const { train, test } = folder ? await readDigitFolder(resolve(folder)) : generate(trainSize)
  const total = countExamples(train)
  const validationSize = Math.min(2000, Math.max(500, Math.floor(total / 10)))
  const available = total - validationSize
  if (trainSize > available) {
    throw new RecipeError({
      what: '--train-size',
      expected: `at most ${available}: ${total} images less ${validationSize} for validation`,
      received: String(trainSize),
      remedy: 'Give a smaller number, or a folder with more images.',
    })
  }
  // Files may be sorted by class: the order is mixed once, the same for every run.
  const mixed = shuffle(train, { seed: dataSeed })
  const noisy = addGaussianNoise(test.images, { standardDeviation: noise, seed: noiseSeed })
  return {
    source: folder ? `${total + countExamples(test)} digits in ${folder}` : 'generated digits',
    train: takeExamples(mixed, range(0, trainSize)),
    more: takeExamples(mixed, range(0, Math.min(available, 5 * trainSize))),
    validation: takeExamples(mixed, range(available, total)),
    test: { images: test.images, labels: test.labels },
    noisyTest: { images: noisy, labels: test.labels },
  }
}

function generate(trainSize: number): { train: Digits; test: Digits } {
  const wanted = 5 * trainSize
  return generateDigitSplits({
    train: wanted + Math.min(2000, Math.max(500, Math.floor(wanted / 9))),
    test: 2000,
    seed: dataSeed,
  })
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i)
}
