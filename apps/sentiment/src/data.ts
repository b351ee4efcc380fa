// The sentences to train on, to watch with, and to test with: a tenth of the data is held out, and which one a fold says.
import { HostRandom, RecipeError } from '@deep-recipe/core-tensor'
import { generateReviews, type PolarSentence, readPolarityFolder } from '@deep-recipe/datasets/words'

/** Parts into which the data is cut; one of them is the test. */
export const folds = 10

/** Everything that the app looks at. */
export interface SentimentData {
  /** For people: where the sentences are from. */
  readonly source: string
  /** Whether they were generated: then words alone say nothing, by design. */
  readonly isGenerated: boolean
  readonly train: readonly PolarSentence[]
  /** For learning curves only: nothing is chosen by it. */
  readonly validation: readonly PolarSentence[]
  readonly test: readonly PolarSentence[]
}

/** Which sentences, and how they are split. */
export interface DataOptions {
  /** A folder with one file *.pos and one *.neg; without it, reviews are generated. */
  readonly folder: string | undefined
  /** Decides which sentences are in which tenth. */
  readonly seed: number
  /** The tenth to test on, from 0. */
  readonly fold: number
}

/** The generated reviews are the same for every run. */
const generated = { count: 3000, seed: 1 }

/**
 * Loads or generates the data.
 *
 * @throws FolderError and TextError of the reader; RecipeError for fewer than ten sentences of either kind.
 */
export async function loadData({ folder, seed, fold }: DataOptions): Promise<SentimentData> {
  const all = folder ? await readPolarityFolder(folder) : generateReviews(generated)
  const parts = splitFold(all, { seed, fold })
  const isGenerated = folder === undefined
  return {
    ...parts,
    isGenerated,
    source: folder ? `${all.length} sentences in ${folder}` : `${all.length} generated reviews`,
  }
}

/**
 * Cuts sentences into training, validation and test, with the same share of each kind in all three: the test is one of ten
 * parts that have no sentence in common, the validation a twentieth of the rest.
 *
 * @throws RecipeError for fewer than ten sentences of either kind.
 */
export function splitFold(
  all: readonly PolarSentence[],
  { seed, fold }: Pick<DataOptions, 'seed' | 'fold'>,
): Pick<SentimentData, 'train' | 'validation' | 'test'> {
  const random = new HostRandom(seed)
  const kinds = [true, false].map((positive, kind) => {
    const own = all.filter((sentence) => sentence.positive === positive)
    if (own.length < folds) failForLackOfSentences(positive, own.length)
    const mixed = [...random.fork(kind).permutation(own.length)].map((place) => own[place] as PolarSentence)
    const [from, to] = [fold, fold + 1].map((part) => Math.floor((part * own.length) / folds)) as [number, number]
    const rest = [...mixed.slice(0, from), ...mixed.slice(to)]
    const watched = Math.max(1, Math.floor(rest.length / 20))
    return { test: mixed.slice(from, to), validation: rest.slice(0, watched), train: rest.slice(watched) }
  })
  const join = (part: 'train' | 'validation' | 'test'): PolarSentence[] => kinds.flatMap((kind) => kind[part])
  return { train: join('train'), validation: join('validation'), test: join('test') }
}

function failForLackOfSentences(positive: boolean, count: number): never {
  throw new RecipeError({
    what: `The ${positive ? 'positive' : 'negative'} sentences`,
    expected: `at least ${folds}, so that a tenth of them can be held out`,
    received: String(count),
    remedy: 'Give a folder with more sentences, or none to train on generated reviews.',
  })
}
