// The page of a run: figures, learning curves, and sentences with the words that speak for their verdicts.
import type { Backend } from '@deep-recipe/core-tensor'
import type { PolarSentence } from '@deep-recipe/datasets/words'
import { countParameters } from '@deep-recipe/layers-core'
import { type Curve, createReport, type MarkedText, type Report, writeReport } from '@deep-recipe/training'
import type { SentimentData } from './data.ts'
import type { Encoder } from './encoder.ts'
import { type Explanation, longestOcclusion, makeExplainer } from './explain.ts'
import type { Settings } from './options.ts'
import { type Results, titles } from './results.ts'
import type { TrainedNetwork } from './scoring.ts'

/** What the page tells of. */
export interface SentimentReport {
  readonly data: SentimentData
  readonly encoder: Encoder
  readonly settings: Settings
  readonly trained: readonly TrainedNetwork[]
  readonly results: Results
  readonly backend: Backend
  readonly seconds: number
}

/** Sentences shown, half of them judged wrongly where there are enough. */
const shown = 12
/** Sentences over which the weights of words are averaged. */
const weighed = 400
/** A word counts for the chart if it occurs so often among them. */
const occurrences = 3

/** Writes the page. */
export async function writeSentimentReport(path: string, result: SentimentReport): Promise<void> {
  const { data, results, settings, backend, seconds, trained } = result
  const { final, baseline, networks } = results
  const report = createReport({
    title: 'Many words, one verdict',
    subtitle: `${data.train.length} training sentences (${data.source}), word vectors of ${settings.width}, LSTMs of 2 × ${settings.units} units, ${Math.round(seconds)} s on ${backend.description}.`,
  })
  report.keyFigures([
    { label: final.title, value: percent(final.accuracy), note: `of ${results.testCount} held-out sentences` },
    { label: baseline.title, value: percent(baseline.accuracy), note: 'counts words, knows no order' },
  ])
  report.table({
    columns: [
      'model',
      { name: 'accuracy', digits: 4, best: 'largest' },
      { name: 'loss', digits: 4, best: 'smallest' },
      'parameters',
    ],
    rows: [
      ...networks.map((row, i) => [row.title, row.accuracy, row.loss, parametersOf(trained[i])]),
      ...(networks.includes(final) ? [] : [[final.title, final.accuracy, final.loss, '']]),
      [baseline.title, baseline.accuracy, baseline.loss, ''],
    ],
    caption:
      'On held-out sentences that nothing was trained on or chosen by. Both together: the mean of their probabilities.',
  })
  addCurves(report, trained)
  await addSentences(report, result)
  await writeReport(report, path)
}

function parametersOf(network: TrainedNetwork | undefined): string {
  return network ? countParameters(network.params).toLocaleString('en') : ''
}

function addCurves(report: Report, trained: readonly TrainedNetwork[]): void {
  report.heading('Learning curves')
  const curves = (history: TrainedNetwork['history'], figure: string): Curve[] => [
    { name: 'train', y: history.map(({ train }) => train[figure] ?? Number.NaN) },
    { name: 'validation', y: history.map(({ validation }) => validation?.[figure] ?? Number.NaN) },
  ]
  report.curves({
    charts: trained.flatMap(({ model, history }) => [
      { title: `${titles[model.pooling]}: loss`, curves: curves(history, 'loss') },
      { title: `${titles[model.pooling]}: accuracy`, curves: curves(history, 'accuracy') },
    ]),
    caption: 'By epoch. Training figures are with dropout.',
  })
}

async function addSentences(report: Report, { data, encoder, trained, backend }: SentimentReport): Promise<void> {
  const test = data.test.filter(({ words }) => words.length <= longestOcclusion)
  // Positive and negative sentences in turn.
  const mixed = [true, false].map((positive) => test.filter((one) => one.positive === positive))
  const some = Array.from({ length: weighed }, (_, i) => mixed[i % 2]?.[Math.floor(i / 2)]).flatMap((one) => one ?? [])
  const numbers = some.map(({ words }) => encoder.encode(words))
  const byGradient = makeExplainer(trained, 'gradient', backend)
  const explained = await byGradient.explain(numbers).finally(byGradient.dispose)
  if (!data.isGenerated) addWords(report, some, explained)
  const isWrong = (i: number): boolean => (explained[i] as Explanation).probability > 0.5 !== some[i]?.positive
  const order = some.map((_, i) => i)
  const wrong = order.filter(isWrong).slice(0, shown / 2)
  const chosen = [...order.filter((i) => !isWrong(i)).slice(0, shown - wrong.length), ...wrong]
  const byOcclusion = makeExplainer(trained, 'occlusion', backend)
  const inFull = await byOcclusion.explain(chosen.map((i) => numbers[i] as Int32Array)).finally(byOcclusion.dispose)
  report.heading('Sentences')
  report.paragraph(
    'Each word is coloured by what the verdict loses without it (occlusion): green words speak for praise, red ones for blame. Hover over a word for its number, in logits.',
  )
  report.markedTexts({
    texts: chosen.map((i, at) => toMarkedText(some[i] as PolarSentence, inFull[at] as Explanation)),
    caption: 'Held-out sentences; first those that are judged rightly, then some that are not.',
  })
}

function toMarkedText({ words, positive }: PolarSentence, { probability, weights }: Explanation): MarkedText {
  const isRight = probability > 0.5 === positive
  return {
    label: `${probability > 0.5 ? 'positive' : 'negative'} ${percent(Math.max(probability, 1 - probability))}`,
    tone: isRight ? 'good' : 'bad',
    ...(!isRight && { note: `in truth ${positive ? 'positive' : 'negative'}` }),
    words: words.map((text, i) => ({ text, weight: weights[i] ?? 0 })),
  }
}

/** The words that speak most clearly, as means over all places where they occur. */
function addWords(report: Report, sentences: readonly PolarSentence[], explained: readonly Explanation[]): void {
  const sums = new Map<string, { sum: number; count: number }>()
  sentences.forEach(({ words }, i) => {
    words.forEach((word, at) => {
      const own = sums.get(word) ?? { sum: 0, count: 0 }
      own.sum += explained[i]?.weights[at] ?? 0
      own.count++
      sums.set(word, own)
    })
  })
  const means = [...sums]
    .filter(([, { count }]) => count >= occurrences)
    .map(([label, { sum, count }]) => ({ label, value: sum / count }))
    .sort((a, b) => b.value - a.value)
  const largest = Math.max(...means.map(({ value }) => Math.abs(value)))
  const [praise, blame] = [means.slice(0, 12).filter(({ value }) => value > 0), means.slice(-12).reverse()]
  report.heading('Words that count')
  report.bars({
    charts: [
      { title: 'For praise', bars: praise, full: largest },
      {
        title: 'For blame',
        bars: blame.filter(({ value }) => value < 0).map(({ label, value }) => ({ label, value: -value })),
        full: largest,
      },
    ],
    caption: `Gradient × word vector in logits, as means over ${sentences.length} held-out sentences; words that occur at least ${occurrences} times in them.`,
  })
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
