// The laboratory's data: digits to train on, to validate with, and to test with; the test ones also under noise.
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

/** What is needed to measure networks. */
export type TestData = Pick<LaboratoryData, 'source' | 'test' | 'noisyTest'>

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
const generatedTestSize = 2000
/** Height and width of the images. */
const side = 28

/**
 * Loads or generates the data.
 *
 * @throws DatasetError, FolderError and IdxError of the readers; RecipeError for images of another size or too few of them.
 */
export async function loadData({ folder, trainSize, noise }: DataOptions): Promise<LaboratoryData> {
  const { train, test } = folder ? await readFolder(folder) : generate(trainSize)
  const total = countExamples(train)
  const available = total - validationSize(total)
  if (trainSize > available) failForLackOfImages(folder, trainSize, total)
  // Files may be sorted by class: the order is mixed once, the same for every run.
  const mixed = shuffle(train, { seed: dataSeed })
  return {
    ...withNoise(test, noise),
    source: folder ? `${total + countExamples(test)} digits in ${folder}` : 'generated digits',
    train: takeExamples(mixed, range(0, trainSize)),
    more: takeExamples(mixed, range(0, Math.min(available, 5 * trainSize))),
    validation: takeExamples(mixed, range(available, total)),
  }
}

/** Loads or generates the test images alone: those that `loadData` gives, whatever the size of its training data. */
export async function loadTestData({ folder, noise }: Omit<DataOptions, 'trainSize'>): Promise<TestData> {
  const { test } = folder
    ? await readFolder(folder)
    : generateDigitSplits({ train: 1, test: generatedTestSize, seed: dataSeed })
  return {
    ...withNoise(test, noise),
    source: folder ? `${countExamples(test)} digits in ${folder}` : 'generated digits',
  }
}

function withNoise(test: Digits, noise: number): Omit<TestData, 'source'> {
  const noisy = addGaussianNoise(test.images, { standardDeviation: noise, seed: noiseSeed })
  return { test: { images: test.images, labels: test.labels }, noisyTest: { images: noisy, labels: test.labels } }
}

async function readFolder(folder: string): Promise<{ train: Digits; test: Digits }> {
  const splits = await readDigitFolder(folder)
  for (const [part, { images }] of Object.entries(splits)) {
    const [count = 0, height = 0, width = 0] = images.shape
    if (count > 0 && height === side && width === side) continue
    throw new RecipeError({
      what: `The ${part === 'train' ? 'training' : 'test'} images in ${folder}`,
      expected: `at least one, of ${side} × ${side} pixels`,
      received: `${count} of ${height} × ${width}`,
      remedy: 'Give a folder with files like those of MNIST.',
    })
  }
  return splits
}

/** Enough for the recipe `moreData` and for validation; never more than MNIST has, which is a matter of memory. */
function generate(trainSize: number): { train: Digits; test: Digits } {
  const largest = 60_000
  const wanted = Math.min(largest, 5 * trainSize + Math.min(2000, Math.max(500, Math.floor((5 * trainSize) / 9))))
  if (trainSize > wanted - validationSize(wanted)) failForLackOfImages(undefined, trainSize, wanted)
  return generateDigitSplits({ train: wanted, test: generatedTestSize, seed: dataSeed })
}

/** Images that are set aside to validate with, of so many in all. */
function validationSize(total: number): number {
  return Math.min(2000, Math.max(500, Math.floor(total / 10)))
}

function failForLackOfImages(folder: string | undefined, trainSize: number, total: number): never {
  const aside = validationSize(total)
  if (total <= aside) {
    throw new RecipeError({
      what: `The training images in ${folder}`,
      expected: `more than ${aside}, which are set aside for validation`,
      received: String(total),
      remedy: 'Give a folder with more images, or none to train on generated digits.',
    })
  }
  throw new RecipeError({
    what: '--train-size',
    expected: `at most ${total - aside}: ${total} images less ${aside} for validation`,
    received: String(trainSize),
    remedy: 'Give a smaller number, or a folder with more images.',
  })
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i)
}
