// Summaries of runs are read as they were written, and what is none is no error.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type RunSummary, readSummary, writeSummary } from './summary.ts'

test('a summary is read as it was written; none, or something else, is undefined', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'summary-'))
  const summary: RunSummary = {
    app: 'demo',
    title: 'Numbers',
    rows: [
      { learned: 'LSTM', measure: 'F1', value: 0.9, baseline: { name: 'one word', value: 0.5 }, better: 'higher' },
    ],
    seconds: 3,
    backend: 'onnx',
  }
  expect(await readSummary(folder)).toBeUndefined()
  await writeSummary(folder, summary)
  expect(await readSummary(folder)).toEqual(summary)
  for (const text of ['{', 'null', '[]', '{"rows":1}']) {
    await writeFile(join(folder, 'summary.json'), text)
    expect(await readSummary(folder)).toBeUndefined()
  }
  await rm(folder, { recursive: true })
})
