// The figures of a run: as a table for people, and as one object for programs.
import type { JsonRecord } from '@deep-recipe/training'
import type { CaptionData } from './caption-data.ts'
import type { Scores } from './scores.ts'

/** A captioner's figures. */
export interface Result {
  readonly title: string
  /** For each test set. */
  readonly scores: readonly Scores[]
}

/** The table as people read it in a terminal. */
export function describeResults(results: readonly Result[], { tests }: Pick<CaptionData, 'tests'>): string[] {
  const heads = tests.map(({ name, examples }) => `${name} (${examples.views.count})`)
  const width = Math.max(...heads.map((head) => head.length), ...results.map(({ title }) => title.length + 2))
  return heads.flatMap((head, number) => [
    ...(number > 0 ? [''] : []),
    `${head.padEnd(width)}  exact   BLEU-4  CIDEr-D`,
    ...results.map(({ title, scores }) => {
      const { exact = null, bleu4 = 0, cider = 0 } = scores[number] ?? {}
      const cells = [exact === null ? '–' : exact.toFixed(3), bleu4.toFixed(3), cider.toFixed(2)]
      return `${`  ${title}`.padEnd(width)}  ${cells.map((cell) => cell.padEnd(6)).join('  ')}`.trimEnd()
    }),
    ...describeKinds(results[0]?.scores[number]),
  ])
}

/** Of the first captioner: which share is exact, by what there is to be said. */
function describeKinds(scores: Scores | undefined): string[] {
  if (!scores || scores.kinds.length < 2) return []
  return [
    `  of these ${scores.kinds.map(({ kind, count, exact }) => `${kind} ${exact.toFixed(2)} (${count})`).join(', ')}`,
  ]
}

/** The final figures of train and evaluate, for --json. */
export function toFigures({ exact, bleu4, cider }: Scores, seconds: number, backend: string): JsonRecord {
  const round = (value: number): number => Math.round(value * 1e4) / 1e4
  return {
    exact: exact === null ? null : round(exact),
    bleu4: round(bleu4),
    cider: round(cider),
    seconds: Math.round(seconds * 10) / 10,
    backend,
  }
}
