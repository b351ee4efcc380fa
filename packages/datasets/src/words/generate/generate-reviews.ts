// Short reviews by a grammar, for training without a download. What counts is said by the order of the words: many sentences
// turn a judgement round, by a negation or by a contrast of which one side weighs more, so that counting words gets nowhere.
import { HostRandom } from '@deep-recipe/core-tensor'
import { checkCount, checkSeed } from '../../options.ts'
import type { PolarSentence } from '../read/read-polarity.ts'

/** How to generate reviews. */
export interface GenerateReviewsOptions {
  readonly count: number
  readonly seed: number
}

const subjects = words(
  'plot story acting script music camera humor ending cast dialogue hero film movie pace direction',
)
const intensifiers = ['', '', '', 'very', 'really', 'quite', 'truly', 'so']
const hedges = ['', '', '', 'i think', 'all in all ,', 'in the end ,', 'for me', 'once again']
const closings = ['', '', '', 'from start to finish', 'this time', 'in every scene', 'for all of us', 'as a whole']
const good = words(
  'good great moving funny clever warm fresh brilliant gripping charming honest lovely elegant touching smart witty',
)
const bad = words(
  'bad dull boring weak stale awful clumsy tedious cold shallow silly predictable lifeless messy bland forced',
)
const negations = ['is not', 'is never', 'is hardly', 'is far from', 'is anything but', 'was not']
const assertions = ['is', 'is', 'was', 'feels', 'turns out', 'remains']

type Verdict = { readonly random: HostRandom; readonly positive: boolean }

/**
 * Reviews of films, half of them positive. A judgement word alone decides little: `not dull` is praise, and in `the music is
 * lovely , but the plot is weak` the side after `but` counts, with `although` and `despite` the other.
 *
 * @returns positive and negative in turn; the same seed gives the same reviews.
 */
export function generateReviews({ count, seed }: GenerateReviewsOptions): PolarSentence[] {
  checkCount('generateReviews: count', count, 1)
  checkSeed('generateReviews: seed', seed)
  const all = new HostRandom(seed)
  return Array.from({ length: count }, (_, number) => {
    const positive = number % 2 === 0
    const text = makeReview({ random: all.fork(number), positive })
    return { words: words(text), positive }
  })
}

function makeReview(verdict: Verdict): string {
  const { random, positive } = verdict
  const against: Verdict = { random, positive: !positive }
  const sides = (): [own: string, other: string] => [clause(verdict), clause(against)]
  switch (random.integer(8)) {
    case 0:
    case 1:
    case 2:
      return `${pick(random, hedges)} ${clause(verdict)} ${pick(random, closings)}`
    case 3: {
      const [own, other] = sides()
      return `${other} , but ${own} ${pick(random, closings)}`
    }
    case 4: {
      const [own, other] = sides()
      return `although ${other} , ${own}`
    }
    case 5: {
      const [own, other] = sides()
      return `${own} , even though ${other}`
    }
    case 6:
      return `i expected a ${judgement(against)} ${pick(random, subjects)} , but ${clause(verdict)}`
    default:
      return `despite its ${judgement(against)} ${pick(random, subjects)} ${clause(verdict)}`
  }
}

/** `the SUBJECT is GOOD` or `the SUBJECT is not BAD`. */
function clause({ random, positive }: Verdict): string {
  const subject = pick(random, subjects)
  if (random.integer(2) === 0) {
    return `the ${subject} ${pick(random, assertions)} ${pick(random, intensifiers)} ${judgement({ random, positive })}`
  }
  return `the ${subject} ${pick(random, negations)} ${judgement({ random, positive: !positive })}`
}

function judgement({ random, positive }: Verdict): string {
  return pick(random, positive ? good : bad)
}

function pick(random: HostRandom, choices: readonly string[]): string {
  return choices[random.integer(choices.length)] as string
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}
