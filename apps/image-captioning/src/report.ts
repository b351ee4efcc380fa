// The page of a run: figures beside the baselines, learning curves, pictures with their captions, and what was looked at.
import type { Backend, HostArray } from '@deep-recipe/core-tensor'
import { countParameters } from '@deep-recipe/layers-core'
import { createReport, type EpochFigures, type Report, type ReportImage, writeReport } from '@deep-recipe/training'
import { drawAttention, enlarge } from './attention-pictures.ts'
import type { CaptionData, TestSet } from './caption-data.ts'
import { addClip } from './clip-pictures.ts'
import type { Views } from './examples.ts'
import type { Result } from './results.ts'
import type { Saying } from './say.ts'

/** What the page tells of. */
export interface CaptioningReport {
  readonly data: CaptionData
  readonly results: readonly Result[]
  readonly histories: readonly { readonly name: string; readonly history: readonly EpochFigures[] }[]
  /** Captions of the attention network for the first test set. */
  readonly sayings: readonly Saying[]
  readonly params: unknown
  readonly backend: Backend
  readonly seconds: number
  /** Height and width of the map that is looked at. */
  readonly grid: readonly [number, number]
  /** The picture behind a view of features; undefined where there is none at hand. */
  readonly show: (views: Views, index: number) => HostArray | undefined
}

const shown = 12
const shownAttention = 4
/** Side of pictures on the page, pixels. */
const side = 128

/** Writes the page. */
export async function writeCaptioningReport(path: string, contents: CaptioningReport): Promise<void> {
  const { data, results, backend, seconds, params } = contents
  const isVideo = data.kind === 'clips'
  const [best] = results
  const report = createReport({
    title: isVideo ? 'Clips in words' : 'Pictures in words',
    subtitle: `${data.source}; ${countParameters(params).toLocaleString('en')} parameters, ${Math.round(seconds)} s on ${backend.description}.`,
  })
  const figures = best?.scores[0]
  report.keyFigures([
    ...(figures && figures.exact !== null
      ? [{ label: 'exact', value: percent(figures.exact), note: data.tests[0].name }]
      : []),
    { label: 'BLEU-4', value: (figures?.bleu4 ?? 0).toFixed(3) },
    { label: 'CIDEr-D', value: (figures?.cider ?? 0).toFixed(2) },
  ])
  for (const note of data.notes) report.paragraph(note)
  addTable(report, contents)
  report.heading('Learning curves')
  report.curves({
    charts: [
      { title: 'Loss', curves: contents.histories.flatMap((one) => curvesOf(one, 'loss')) },
      { title: 'Right words', curves: contents.histories.flatMap((one) => curvesOf(one, 'words')) },
    ],
    caption:
      'Cross-entropy of a word (while training, what the word detectors cost comes on top), and the share of words that would have been said rightly after the right ones before.',
  })
  report.heading(isVideo ? 'Clips and what was said' : 'Pictures and what was said')
  if (isVideo) addClips(report, contents)
  else addPictures(report, contents)
  await writeReport(report, path)
}

function addTable(report: Report, { data, results, histories }: CaptioningReport): void {
  report.heading(histories.length > 1 ? 'With attention, and without' : 'Beside one caption for all')
  const isKnown = data.tests[0].isExact !== undefined
  for (const [number, test] of data.tests.entries()) {
    report.table({
      columns: [
        'captioner',
        ...(isKnown ? [{ name: 'exact', digits: 3, best: 'largest' as const }] : []),
        { name: 'BLEU-4', digits: 3, best: 'largest' },
        { name: 'CIDEr-D', digits: 2, best: 'largest' },
      ],
      rows: results.map(({ title, scores }) => {
        const { exact = null, bleu4 = 0, cider = 0 } = scores[number] ?? {}
        return [title, ...(isKnown ? [exact] : []), bleu4, cider]
      }),
      caption: `${capital(test.name)}: ${test.examples.views.count}, each with ${test.examples.captions[0]?.length ?? 0} captions to compare with.`,
    })
  }
  const kinds = results[0]?.scores[0]?.kinds ?? []
  if (kinds.length > 1) {
    report.table({
      columns: ['to be said', { name: 'number', digits: 0 }, { name: 'exact', digits: 3 }],
      rows: kinds.map(({ kind, count, exact }) => [kind, count, exact]),
      caption: `${results[0]?.title}, ${data.tests[0].name}: what is said rightly.`,
    })
  }
  if (isKnown) {
    report.paragraph(
      'Exact: the sentence, read by the grammar that wrote the captions, names every object rightly and says nothing that is not so. New combinations: trained objects at a place, in a number or beside another that is not in any training example. New objects: their size, colour and shape are never trained together.',
    )
  }
}

function curvesOf({ name, history }: CaptioningReport['histories'][number], figure: string) {
  return [
    { run: name, name: 'train', y: history.map(({ train }) => train[figure] ?? Number.NaN) },
    { run: name, name: 'validation', y: history.map(({ validation }) => validation?.[figure] ?? Number.NaN) },
  ]
}

function addPictures(report: Report, { data, sayings, grid, show }: CaptioningReport): void {
  const [test] = data.tests
  const { views } = test.examples
  const images = sayings.slice(0, shown).flatMap((saying, index): ReportImage[] => {
    const picture = show(views, index)
    return picture ? [{ image: enlarge(picture, side), caption: saying.text, ...toneOf(test, saying, index) }] : []
  })
  if (images.length > 0) report.images({ images, width: side, caption: `The first of the ${test.name}.` })
  report.heading('What it looked at')
  report.paragraph(
    'Each word with the picture as it was looked at when the word was said: bright is where the weight lies.',
  )
  for (let index = 0; index < Math.min(shownAttention, sayings.length); index++) {
    const [saying, picture] = [sayings[index] as Saying, show(views, index)]
    if (!picture || saying.weights.length === 0) continue
    const drawn = drawAttention(enlarge(picture, side), { ...saying, text: 'the picture' }, grid)
    report.images({
      images: drawn,
      width: 96,
      caption: `“${saying.text}” People said: ${(test.examples.captions[index] ?? []).slice(0, 2).join('; ')}.`,
    })
  }
}

function addClips(report: Report, { data, sayings }: CaptioningReport): void {
  const [test] = data.tests
  const { views } = test.examples
  const [frames = 1, , size = 1] = views.shape
  for (let index = 0; index < Math.min(6, sayings.length); index++) {
    const saying = sayings[index] as Saying
    const { tone } = toneOf(test, saying, index)
    const verdict = tone === undefined ? '' : tone === 'good' ? ' (exact)' : ' (not so)'
    const caption = `“${saying.text}”${verdict}. The clip: ${test.examples.captions[index]?.[0] ?? ''}.`
    addClip(report, views.read(index), { frames, size }, saying, caption)
  }
}

function toneOf({ isExact }: TestSet, { text }: Saying, index: number): { tone?: 'good' | 'bad' } {
  return isExact ? { tone: isExact(text, index) ? 'good' : 'bad' } : {}
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
