// What was measured: as a table for the terminal, as figures for --json, and for the tour.
import type { RunSummary } from '@deep-recipe/app-kit'
import type { EpochFigures, JsonRecord } from '@deep-recipe/training'
import { type ModelKind, modelTitles } from '../model/network.ts'
import type { Translation } from '../model/translator.ts'
import { headlineLength, type Quality } from './measure.ts'

/** A trained model and what its translations of the test are worth. */
export interface ModelResult {
  readonly kind: ModelKind
  readonly quality: Quality
  /** On the validation pairs, in nats a symbol. */
  readonly loss: number
  readonly history: readonly EpochFigures[]
  /** In the order of the test's sentences. */
  readonly translations: readonly Translation[]
}

/** The table as people read it. */
export function describeTable(results: readonly ModelResult[], count: number): string[] {
  const classes = results[0]?.quality.byLength ?? []
  const width = Math.max(...results.map(({ kind }) => modelTitles[kind].length), 'BLEU-4'.length)
  const cells = (name: string, values: readonly string[]): string =>
    [name.padEnd(width), ...values.map((value) => value.padStart(7))].join('  ')
  const head = cells('BLEU-4', [`≤ ${headlineLength}`, 'all', ...classes.map(({ label }) => label)])
  const lines = results.map(({ kind, quality }) =>
    cells(modelTitles[kind], [quality.bleu4, quality.all, ...quality.byLength.map(({ bleu }) => bleu)].map(formatBleu)),
  )
  const counts = cells('sentences', ['', String(count), ...classes.map((one) => String(one.count))])
  return [head, '─'.repeat(head.length), ...lines, counts, '', describeGain(results)]
}

/** One sentence that says what attention gained. */
export function describeGain(results: readonly ModelResult[]): string {
  const [plain, attention] = [findResult(results, 'plain'), findResult(results, 'attention')]
  const about = `BLEU-4 × 100 on held-out sentences, by their number of English words.`
  if (!plain || !attention) return about
  const [without, withIt] = [plain.quality.bleu4, attention.quality.bleu4]
  if (withIt === 0) return `${about} With attention it is still 0: train longer, or on more pairs.`
  if (without === 0) return `${about} Without attention it is 0.`
  return `${about} With attention it is ${(withIt / without).toFixed(2)} times what it is without.`
}

/** The result of a kind of model, if it was trained. */
export function findResult(results: readonly ModelResult[], kind: ModelKind): ModelResult | undefined {
  return results.find((one) => one.kind === kind)
}

/** BLEU in percent, as papers print it. */
export function formatBleu(bleu: number): string {
  return Number.isNaN(bleu) ? '–' : (100 * bleu).toFixed(1)
}

/** The final figures of train and evaluate, for --json. */
export function toFigures(results: readonly ModelResult[], seconds: number, backend: string): JsonRecord {
  const [plain, attention] = [findResult(results, 'plain'), findResult(results, 'attention')]
  return {
    bleu4: attention?.quality.bleu4 ?? null,
    bleu4WithoutAttention: plain?.quality.bleu4 ?? null,
    loss: (attention ?? plain)?.loss ?? null,
    seconds: Math.round(seconds * 10) / 10,
    backend,
  }
}

/** What attention gained, for the tour; nothing where only one model was trained. */
export function toSummary(results: readonly ModelResult[], seconds: number, backend: string): RunSummary | undefined {
  const [plain, attention] = [findResult(results, 'plain'), findResult(results, 'attention')]
  if (!plain || !attention) return undefined
  return {
    app: 'translation',
    title: 'Sequence to sequence, with attention',
    rows: [
      {
        learned: modelTitles.attention,
        measure: 'BLEU-4',
        value: attention.quality.bleu4,
        baseline: { name: modelTitles.plain, value: plain.quality.bleu4 },
        better: 'higher',
      },
    ],
    seconds,
    backend,
  }
}
