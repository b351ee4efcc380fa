// A stand-in for MNIST that needs no download: digits written by a seeded hand, in any number.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import type { DigitSplits, LabelledImages } from '../idx/read-digit-folder.ts'
import { checkCount, checkSeed } from '../options.ts'
import { writeDigit } from './handwriting.ts'
import { type ControlPoint, parseStroke } from './pen-path.ts'
import { renderInk } from './render.ts'
import { skeletons } from './skeletons.ts'

/** Which digits to write. */
export interface GenerateDigitsOptions {
  /** How many. Every ten in a row hold each digit once, in random order. */
  readonly count: number
  /** Equal seeds give equal digits. */
  readonly seed: number
}

/** Side of the images, pixels, as in MNIST. */
const size = 28

interface Form {
  readonly share: number
  readonly strokes: readonly (readonly ControlPoint[])[]
}

/**
 * Writes grey images of digits in many hands: the forms in which people write each digit, in varied slant,
 * proportions, tremor, pen width, pressure and softness, centred by mass like MNIST.
 *
 * Digit i depends on the seed and i alone, so a longer run begins with the shorter one.
 *
 * @returns images float32 [count, 28, 28] in 0..1 (1 = ink) and labels int32 [count].
 * @throws DatasetError unless `count` is a whole number of at least 1 and `seed` a whole number.
 */
export function generateDigits(options: GenerateDigitsOptions): LabelledImages {
  const { count, seed } = options
  checkCount('generateDigits: count', count, 1)
  checkSeed('generateDigits: seed', seed)
  const forms = readForms()
  const random = new HostRandom(seed)
  const [order, hands] = [random.fork(0), random.fork(1)]
  const images = new Float32Array(count * size * size)
  const labels = new Int32Array(count)
  let ten: Int32Array = new Int32Array(0)
  for (let index = 0; index < count; index++) {
    if (index % forms.length === 0) ten = order.fork(index).permutation(forms.length)
    const label = ten[index % forms.length] as number
    const hand = hands.fork(index)
    const form = pickForm(forms[label] as readonly Form[], hand.uniform())
    const { ink, softness } = writeDigit(form.strokes, hand, size)
    renderInk(ink, softness, images, index * size * size, size)
    labels[index] = label
  }
  return { images: ndarray(images, [count, size, size]), labels: ndarray(labels, [count]) }
}

/** How many digits to write for each part. */
export interface GenerateDigitSplitsOptions {
  readonly train: number
  readonly test: number
  readonly seed: number
}

/**
 * Digits in the form in which readDigitFolder returns MNIST: images to learn from and other ones to test on.
 *
 * @throws DatasetError as generateDigits does.
 */
export function generateDigitSplits(options: GenerateDigitSplitsOptions): DigitSplits {
  const { train, test, seed } = options
  checkCount('generateDigitSplits: train', train, 1)
  checkCount('generateDigitSplits: test', test, 1)
  checkSeed('generateDigitSplits: seed', seed)
  const random = new HostRandom(seed)
  return {
    train: generateDigits({ count: train, seed: random.fork(0).integer(2 ** 32) }),
    test: generateDigits({ count: test, seed: random.fork(1).integer(2 ** 32) }),
  }
}

function readForms(): Form[][] {
  return skeletons.map((forms) => forms.map(({ share, strokes }) => ({ share, strokes: strokes.map(parseStroke) })))
}

/** The form whose share of the unit interval holds `draw`. */
function pickForm(forms: readonly Form[], draw: number): Form {
  let rest = draw * forms.reduce((sum, { share }) => sum + share, 0)
  for (const form of forms) {
    rest -= form.share
    if (rest < 0) return form
  }
  return forms[forms.length - 1] as Form
}
