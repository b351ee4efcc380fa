// The laboratory's page: the table, the learning curves in which overfitting shows, and digits as the networks see them.
import { type Backend, type HostArray, toHostArray } from '@deep-recipe/core-tensor'
import { countExamples, takeExamples } from '@deep-recipe/datasets'
import { countParameters } from '@deep-recipe/layers-core'
import { type Curve, createReport, predict, type Report, type ReportImage, writeReport } from '@deep-recipe/training'
import type { Digits, LaboratoryData } from './data.ts'
import type { TrainedRecipe } from './laboratory.ts'
import type { Settings } from './options.ts'
import type { Row } from './results.ts'

/** What the page tells of. */
export interface LaboratoryResult {
  readonly data: LaboratoryData
  readonly trained: readonly TrainedRecipe[]
  readonly rows: readonly Row[]
  readonly settings: Settings
  readonly backend: Backend
  readonly seconds: number
}

/** Digits shown on the page. */
const shown = 16

/** Writes the page. */
export async function writeLaboratoryReport(path: string, result: LaboratoryResult): Promise<void> {
  const { data, trained, rows, settings, backend, seconds } = result
  const withNoise = rows.find((row) => row.name === 'noiseTraining')
  const best = rows.reduce((a, b) => (b.noisy > a.noisy && b !== withNoise ? b : a))
  const plain = rows.find((row) => row.name === 'plain') ?? (rows[0] as Row)
  const report = createReport({
    title: 'The recipe against overfitting',
    subtitle: `${countExamples(data.train)} training images (${data.source}), three hidden layers of ${settings.ingredients.hidden} units, ${Math.round(seconds)} s on ${backend.description}.`,
  })
  report.keyFigures([
    { label: `${plain.title}, clean`, value: percent(plain.clean) },
    { label: `${plain.title}, noisy`, value: percent(plain.noisy) },
    { label: `${best.title}, noisy`, value: percent(best.noisy), note: 'the best that never saw noise' },
  ])
  report.heading('Clean against noisy')
  report.paragraph(
    `Every network is trained on clean images only${withNoise ? ` (but for “${withNoise.title}”)` : ''}. The noisy test adds Gaussian noise of deviation ${settings.noise} to each pixel of the test images: what a network has learned by heart breaks, what it has understood holds.`,
  )
  report.table({
    columns: [
      'recipe',
      { name: 'clean', digits: 4, best: 'largest' },
      { name: 'noisy', digits: 4, best: 'largest' },
      'what it does',
    ],
    rows: rows.map((row) => [row.title, row.clean, row.noisy, lessonOf(trained, row.name)]),
    caption: `Share of ${countExamples(data.test)} test images named rightly. Largest of each column in bold.`,
  })
  addCurves(report, trained)
  await addDigits(report, result)
  await writeReport(report, path)
}

function lessonOf(trained: readonly TrainedRecipe[], name: string): string {
  const one = trained.find(({ recipe }) => recipe.name === name)
  return one ? `${one.recipe.lesson} ${countParameters(one.params).toLocaleString('en')} parameters.` : ''
}

/** Loss and accuracy by epoch. Where the validation loss turns up while the training loss falls, a network overfits. */
function addCurves(report: Report, trained: readonly TrainedRecipe[]): void {
  report.heading('Learning curves')
  report.paragraph(
    'Where the loss on validation images turns upwards while the training loss still falls, the network overfits. Dropout and created data make the training itself harder: there the training loss can lie above the validation loss.',
  )
  report.curves({
    charts: trained.map(({ recipe, history }) => ({
      title: recipe.title,
      logarithmic: true,
      curves: curvesOf(history, 'loss'),
    })),
    caption: 'Cross-entropy by epoch (of the first network of an ensemble), logarithmic.',
  })
  report.curves({
    charts: [
      {
        title: 'Validation accuracy',
        curves: trained.map(({ recipe, history }) => ({
          run: recipe.title,
          name: 'validation',
          y: history.map(({ validation }) => validation?.accuracy ?? Number.NaN),
        })),
      },
    ],
    caption: 'All recipes in one chart.',
  })
}

function curvesOf(history: TrainedRecipe['history'], figure: string): Curve[] {
  return [
    { name: 'train', y: history.map(({ train }) => train[figure] ?? Number.NaN) },
    { name: 'validation', y: history.map(({ validation }) => validation?.[figure] ?? Number.NaN) },
  ]
}

/** Some test digits, clean and noisy, with what the plain network and the best one say. */
async function addDigits(report: Report, { data, trained, rows, backend }: LaboratoryResult): Promise<void> {
  report.heading('Digits and predictions')
  const best = rows.reduce((a, b) => (b.noisy > a.noisy && b.name !== 'noiseTraining' ? b : a))
  const named = trained.filter(({ recipe }) => recipe.name === 'plain' || recipe.name === best.name)
  const first = Int32Array.from({ length: Math.min(shown, countExamples(data.test)) }, (_, i) => i)
  for (const one of named) {
    for (const [kind, digits, range] of [
      ['clean', data.test, [0, 1]],
      ['noisy', data.noisyTest, [-1, 2]],
    ] as const) {
      const few = takeExamples(digits, first)
      report.images({
        images: await captioned(one, few, backend),
        range,
        width: 64,
        caption: `${one.recipe.title}, ${kind}: the prediction, and how sure the network is of it.`,
      })
    }
  }
}

async function captioned(one: TrainedRecipe, digits: Digits, backend: Backend): Promise<ReportImage[]> {
  const transform = (logits: Parameters<NonNullable<Parameters<typeof predict>[3]['transform']>>[0]) => logits.softmax()
  const probabilities = await predict(one.model, one.params, digits.images, { backend, transform })
  const [height, width] = digits.images.shape.slice(1) as [number, number]
  const pixels = toHostArray(digits.images).data
  return Array.from({ length: digits.labels.shape[0] as number }, (_, i) => {
    const row = [...probabilities.data.subarray(i * 10, (i + 1) * 10)]
    const guess = row.indexOf(Math.max(...row))
    const image: HostArray = {
      shape: [height, width],
      dtype: 'float32',
      data: pixels.slice(i * height * width, (i + 1) * height * width) as Float32Array,
    }
    return {
      image,
      caption: `${guess} ${percent(row[guess] ?? 0)}`,
      tone: guess === digits.labels.get(i) ? 'good' : 'bad',
    }
  })
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.9995 ? 1 : 0)} %`
}
