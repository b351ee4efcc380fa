// The page of the tour: the table first, then every app's own report, in one file.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createReport, joinReports, type ReportPart } from '@deep-recipe/training'
import type { StopResult } from './table.ts'

/** `report/index.html` as text, from the folders of the runs below `folder`. */
export async function makeTourPage(folder: string, results: readonly StopResult[]): Promise<string> {
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0)
  const backends = [...new Set(results.flatMap(({ summary }) => summary?.backend ?? []))]
  const front = createReport({
    title: 'The recipe of deep learning',
    subtitle: `What ${results.length} apps learned in ${Math.round(seconds)} s on generated data${backends.length > 0 ? `, computed by ${backends.join(', ')}` : ''}. Nothing was downloaded.`,
  }).table({
    columns: [
      'app',
      'learned',
      'measure',
      { name: 'value', digits: 3 },
      'baseline',
      { name: 'its value', digits: 3 },
      { name: 'seconds', digits: 0 },
    ],
    rows: results.flatMap(({ app, seconds, summary }) =>
      (summary?.rows ?? [undefined]).map((row, index) =>
        row
          ? [
              app,
              row.learned,
              `${row.measure}${row.better === 'lower' ? ' (less is better)' : ''}`,
              row.value,
              row.baseline.name,
              row.baseline.value,
              index === 0 ? seconds : null,
            ]
          : [app, 'did not finish', '', null, '', null, seconds],
      ),
    ),
    caption: 'What was learned, beside what it had to beat.',
  })
  const parts: ReportPart[] = []
  for (const { app, summary } of results) {
    if (!summary) continue
    const document = await readFile(join(folder, app, 'report.html'), 'utf8').catch(() => undefined)
    if (document?.includes('<main>')) parts.push({ name: `${app}: ${summary.title}`, document })
  }
  return joinReports(front.html(), parts)
}
