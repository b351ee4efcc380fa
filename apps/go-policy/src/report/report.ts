// The page of a run: the two networks side by side, their curves, what the filters look for, and boards of held-out games.
import { summary } from '@deep-recipe/layers-core'
import { createReport, formatDuration, type Report, writeReport } from '@deep-recipe/training'
import { describeSkipped, sumPositions } from '../material.ts'
import { featuresOf, inputShapeOf } from '../planes.ts'
import { networkTitles, type Result } from '../results.ts'
import { addBoards } from './boards.ts'
import type { GoResult } from './go-result.ts'
import { addInsides } from './insides.ts'

/** Writes the page. */
export async function writeGoReport(path: string, result: GoResult): Promise<void> {
  const { data, material, settings, results, backend, seconds } = result
  const size = `${settings.size} × ${settings.size}`
  const report = createReport({
    title: 'A network that foresees moves',
    subtitle: `${sumPositions(material.train).toLocaleString('en')} positions of Go on ${size} to learn from (${data.source}), ${settings.planes === 'rich' ? 'rich planes' : 'one plane of stones'}, ${formatDuration(seconds)} on ${backend.description}.`,
  })
  report.keyFigures(
    results.flatMap(({ name, figures: { top1, top5, positions } }) => [
      { label: 'Top-1', value: percent(top1), note: `${networkTitles[name]}, ${positions.toLocaleString('en')} moves` },
      { label: 'Top-5', value: percent(top5), note: networkTitles[name] },
    ]),
  )
  addTable(report, result)
  addCurves(report, result)
  await addBoards(report, result)
  await addInsides(report, result)
  addNetworks(report, result)
  addData(report, result)
  await writeReport(report, path)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function addTable(report: Report, { results, settings }: GoResult): void {
  report.heading('Moves of games that no network has seen')
  report.paragraph(
    'The games of some files were held out. In each of their positions a network says for every point how probable the next move is there. Top-1 is the share of moves that were its first choice, top-5 the share among its first five; the cross-entropy is the mean of −log of the probability that it gave to the move.',
  )
  report.table({
    columns: [
      'network',
      { name: 'top-1', digits: 4, best: 'largest' },
      { name: 'top-5', digits: 4, best: 'largest' },
      { name: 'cross-entropy', digits: 3, best: 'smallest' },
      { name: 'parameters', digits: 0 },
      { name: 'positions seen', digits: 0 },
      { name: 'positions a second', digits: 0 },
    ],
    rows: [
      ...results.map(({ name, figures, parameters, seen, speed }) => [
        networkTitles[name],
        figures.top1,
        figures.top5,
        figures.loss,
        parameters,
        seen,
        speed,
      ]),
      [
        'Any point, by chance',
        1 / settings.size ** 2,
        5 / settings.size ** 2,
        Math.log(settings.size ** 2),
        null,
        null,
        null,
      ],
    ],
    caption:
      results.length > 1
        ? 'Both networks learned from the same positions in the same order. A convolution looks for the same shape everywhere on the board; the fully connected network must learn it anew at each place.'
        : undefined,
  } as Parameters<Report['table']>[0])
}

function addCurves(report: Report, { results, settings, material }: GoResult): void {
  report.heading('Learning')
  const curves = (figure: 'loss' | 'accuracy') =>
    results.flatMap(({ name, history }) => {
      const x = history.map(({ step }) => (step * settings.batchSize) / 1000)
      const y = (side: 'train' | 'validation') => history.map((part) => part[side]?.[figure] ?? Number.NaN)
      const run = networkTitles[name]
      return [
        { run, name: 'train', x, y: y('train') },
        { run, name: 'held out', x, y: y('validation') },
      ]
    })
  const xName = 'thousand positions'
  report.curves({
    charts: [
      { title: 'Top-1', xName, curves: curves('accuracy') },
      { title: 'Cross-entropy', xName, curves: curves('loss') },
    ],
    caption: `After each part of the training, on ${sumPositions(material.curve).toLocaleString('en')} held-out positions; of the training, the mean of the part. Training positions are turned and mirrored at random.`,
  })
  report.heading('Opening, middle game, endgame')
  const byMove = (figure: 'top1' | 'top5') =>
    results.map(({ name, figures }) => {
      const stretches = figures.stretches.filter(({ positions }) => positions >= fewestPositions)
      const x = stretches.map(({ from, to }) => (from + to) / 2)
      return { run: networkTitles[name], name: 'held out', x, y: stretches.map((stretch) => stretch[figure]) }
    })
  report.curves({
    charts: [
      { title: 'Top-1 by move number', xName: 'move', curves: byMove('top1') },
      { title: 'Top-5 by move number', xName: 'move', curves: byMove('top5') },
    ],
    caption: `By stretches of ${stretchLength(results)} moves, as far as there are ${fewestPositions} positions in one.`,
  })
}

/** A share of fewer says little. */
const fewestPositions = 50

function stretchLength(results: readonly Result[]): number {
  const first = results[0]?.figures.stretches[0]
  return first ? first.to - first.from + 1 : 0
}

function addNetworks(report: Report, { results, settings }: GoResult): void {
  report.heading('The networks')
  report.paragraph(`Planes of the input: ${featuresOf(settings.planes).join(', ')}.`)
  for (const { name, layer } of results) {
    report.monospaced(summary(layer, inputShapeOf(settings.planes, settings.size)), networkTitles[name])
  }
}

function addData(report: Report, { data, material }: GoResult): void {
  report.heading('The games')
  const { train, heldOut } = data
  report.table({
    columns: ['', { name: 'games', digits: 0 }, { name: 'positions', digits: 0 }],
    rows: [
      ['to learn from', train.length, sumPositions(train)],
      ['held out', heldOut.length, sumPositions(heldOut)],
      ['of these measured on', material.test.length, sumPositions(material.test)],
    ],
    caption: ['Passes are not learned.', ...describeSkipped(data)].join('\n'),
  })
}
