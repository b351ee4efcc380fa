// A folder of reviews in which one word decides, and options under which they are learned in seconds.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const subjects = ['the film', 'a story', 'this cast', 'the music', 'it all', 'every scene']
const verdicts = { pos: ['lovely', 'warm', 'witty', 'superb'], neg: ['dull', 'cold', 'silly', 'awful'] } as const
const endings = ['', 'indeed', 'from start to end', 'as ever', 'i think']

/** Writes `reviews.pos` and `reviews.neg` with 120 sentences each. */
export function writeReviews(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const kind of ['pos', 'neg'] as const) {
    const lines = subjects.flatMap((subject) =>
      verdicts[kind].flatMap((verdict) => endings.map((ending) => `${subject} is ${verdict} ${ending}`)),
    )
    writeFileSync(join(folder, `reviews.${kind}`), `${lines.join('\n')}\n`)
  }
  return folder
}

/** For `sentiment train`. */
export const smallNetwork: readonly string[] = [
  ...['--units', '8', '--width', '8', '--batch-size', '16', '--learning-rate', '0.02'],
  ...['--dropout', '0.1', '--word-dropout', '0'],
]
