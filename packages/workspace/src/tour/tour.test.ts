// The tour's table and page: of every app one line, also where an app did not finish, and all reports in one file.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunSummary } from '@deep-recipe/app-kit'
import { createReport } from '@deep-recipe/training'
import { expect, test } from 'vitest'
import { listApps } from '../../run-app.mjs'
import { makeTourPage } from './page.ts'
import { stops } from './stops.ts'
import { formatTourTable, type StopResult } from './table.ts'

const summary: RunSummary = {
  app: 'words',
  title: 'Words to slots',
  rows: [
    { learned: 'LSTM', measure: 'F1', value: 0.95, baseline: { name: 'one word', value: 0.5 }, better: 'higher' },
    { learned: 'LSTM', measure: 'loss', value: 0.2, baseline: { name: 'one word', value: 1.25 }, better: 'lower' },
  ],
  seconds: 12,
  backend: 'onnx',
}
const results: StopResult[] = [
  { app: 'words', seconds: 12.4, summary },
  { app: 'pictures', seconds: 3, summary: undefined },
]

test('every stop is an app', () => {
  for (const { app } of stops) expect(listApps()).toContain(app)
})

test('the table has a line for each app, also for one that did not finish', () => {
  expect(formatTourTable(results)).toEqual([
    'app       learned         measure  value  baseline  value  seconds',
    '────────  ──────────────  ───────  ─────  ────────  ─────  ───────',
    'words     LSTM            F1       0.950  one word  0.500       12',
    'pictures  did not finish                                         3',
  ])
})

test('the page holds the table and the reports that are there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tour-'))
  mkdirSync(join(folder, 'words'))
  writeFileSync(join(folder, 'words', 'report.html'), createReport({ title: 'Slots' }).paragraph('Taipei').html())
  const page = await makeTourPage(folder, results)
  for (const text of ['words: Words to slots', '<h1>Slots</h1>', 'Taipei', 'did not finish', '0.950', '1.250']) {
    expect(page).toContain(text)
  }
  rmSync(folder, { recursive: true })
})
