// The page of a training: what attention gains, where, how it looks, and what both models say.
import type { Backend } from '@deep-recipe/core-tensor'
import { type Curve, createReport, type HeatMap, type Report, writeReport } from '@deep-recipe/training'
import { type ModelKind, modelTitles } from '../model/network.ts'
import type { Translation } from '../model/translator.ts'
import type { PairSplits } from '../text/data.ts'
import { type Direction, languageNames, languagesOf } from '../text/languages.ts'
import { headlineLength, type TestSentence } from './measure.ts'
import { describeGain, findResult, formatBleu, type ModelResult } from './results.ts'

/** What the page tells of. */
export interface TranslationReport {
  readonly direction: Direction
  readonly data: PairSplits
  readonly sentences: readonly TestSentence[]
  readonly results: readonly ModelResult[]
  readonly parameters: Readonly<Partial<Record<ModelKind, number>>>
  readonly backend: Backend
  readonly seconds: number
}

const shownAlignments = 6
const shownTranslations = 24

/** Writes the page. */
export async function writeTranslationReport(path: string, content: TranslationReport): Promise<void> {
  const { direction, data, results, backend, seconds, parameters } = content
  const [from, to] = languagesOf(direction).map((language) => languageNames[language]) as [string, string]
  const report = createReport({
    title: `${from} to ${to}, without attention and with it`,
    subtitle: `${data.train.length} training pairs (${data.source}); no sentence of the test is in the training. ${Math.round(seconds)} s on ${backend.description}.`,
  })
  report.keyFigures(
    results.map(({ kind, quality }) => ({
      label: modelTitles[kind],
      value: formatBleu(quality.bleu4),
      note: `BLEU-4, held-out sentences of up to ${headlineLength} words`,
    })),
  )
  report.paragraph(describeGain(results))
  report.heading('Where attention wins')
  report.paragraph(
    'Without attention, all the decoder knows of a sentence is one vector, however long the sentence is. With attention, it looks at every word again for each symbol that it says.',
  )
  report.curves({
    charts: [
      { title: 'BLEU-4 by the length of the sentence', xName: 'English words', curves: results.map(lengthCurve) },
    ],
    caption: 'BLEU-4 × 100 of the held-out sentences of each class of lengths.',
  })
  report.table({
    columns: [
      'model',
      ...(results[0]?.quality.byLength ?? []).map(({ label }) => ({ name: label, digits: 1 })),
      'parameters',
    ],
    rows: [
      ...results.map(({ kind, quality }) => [
        modelTitles[kind],
        ...quality.byLength.map(({ bleu }) => (Number.isNaN(bleu) ? null : 100 * bleu)),
        parameters[kind] ?? null,
      ]),
      ['sentences', ...(results[0]?.quality.byLength ?? []).map(({ count }) => String(count)), null],
    ],
    caption: 'BLEU-4 × 100 by the number of English words.',
  })
  addAlignments(report, content)
  addTranslations(report, content)
  addCurves(report, results)
  await writeReport(report, path)
}

function lengthCurve({ kind, quality }: ModelResult): Curve {
  const known = quality.byLength.filter(({ bleu }) => !Number.isNaN(bleu))
  return {
    run: modelTitles[kind],
    name: 'BLEU-4',
    x: known.map((one) => one.middle),
    y: known.map((one) => 100 * one.bleu),
  }
}

/** Sentences of different lengths with what was looked at. */
function addAlignments(report: Report, { results }: TranslationReport): void {
  const attention = findResult(results, 'attention')
  if (!attention) return
  const suited = attention.translations.filter(
    ({ weights, sourcePieces, ended }) => ended && weights.length > 2 && sourcePieces.length <= 16,
  )
  const sorted = [...suited].sort((a, b) => a.sourcePieces.length - b.sourcePieces.length)
  const step = Math.max(1, Math.floor(sorted.length / shownAlignments))
  const chosen = sorted.filter((_, at) => at % step === step - 1).slice(0, shownAlignments)
  report.heading('What it looks at')
  report.paragraph(
    'Each row is a symbol that the decoder says, each column one that the encoder has read; the darker, the more it looks there. Nobody told it what belongs to what.',
  )
  report.heatMaps({ charts: chosen.map(toHeatMap) })
}

/** An alignment as a heat map. */
export function toHeatMap({ source, text, sourcePieces, targetPieces, weights }: Translation): HeatMap {
  return {
    title: `${source} → ${text}`,
    values: weights,
    rowLabels: targetPieces,
    columnLabels: sourcePieces,
    rowName: 'said',
    columnName: 'read',
    full: 1,
  }
}

function addTranslations(report: Report, { results, sentences }: TranslationReport): void {
  report.heading('What they say')
  const step = Math.max(1, Math.floor(sentences.length / shownTranslations))
  const rows = sentences.flatMap(({ source, references }, at) =>
    at % step === 0
      ? [[source, references[0] as string, ...results.map(({ translations }) => translations[at]?.text ?? '')]]
      : [],
  )
  report.table({
    columns: ['sentence', 'a translation by people', ...results.map(({ kind }) => modelTitles[kind])],
    rows: rows.slice(0, shownTranslations),
    caption: 'Held-out sentences as they came, not chosen.',
  })
}

function addCurves(report: Report, results: readonly ModelResult[]): void {
  report.heading('Learning curves')
  report.curves({
    charts: results.map(({ kind, history }) => ({
      title: modelTitles[kind],
      curves: [
        { name: 'train', y: history.map(({ train }) => train.loss ?? Number.NaN) },
        { name: 'validation', y: history.map(({ validation }) => validation?.loss ?? Number.NaN) },
      ],
    })),
    caption:
      'Cross-entropy by epoch, in nats a symbol. The training loss is measured with dropout and label smoothing, the validation loss without dropout.',
  })
}

/** Writes a page with alignments of some translations. */
export async function writeAlignments(path: string, translations: readonly Translation[]): Promise<void> {
  const report = createReport({
    title: 'Alignments',
    subtitle: 'Rows: what the decoder says. Columns: what it has read.',
  })
  report.heatMaps({ charts: translations.filter(({ weights }) => weights.length > 0).map(toHeatMap) })
  await writeReport(report, path)
}
