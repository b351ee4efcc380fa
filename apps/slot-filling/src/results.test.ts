// The table, the figures and the summary from rows that are made up.
import { scoreChunks } from '@deep-recipe/sequence-losses'
import { expect, test } from 'vitest'
import type { ModelName } from './network/models.ts'
import { chooseBest, formatTable, type Row, toFigures, toSummary } from './results.ts'

/** A row of a network that finds so many of four slots. */
function makeRow(model: ModelName, found: number, validationF1: number, more: Partial<Row> = {}): Row {
  const right = ['B-a', 'B-a', 'B-a', 'B-a']
  const scores = scoreChunks([right], [right.map((tag, at) => (at < found ? tag : 'O'))])
  const unseen = { words: 2, accuracy: found / 4, chunks: 1, recall: 0 }
  const test = { scores, intentAccuracy: 0.5, unseen }
  return { name: model, model, hashing: true, title: model, sees: 'all', parameters: 7, validationF1, test, ...more }
}

const rows = [
  makeRow('feed-forward', 1, 0.4),
  makeRow('lstm', 4, 0.8),
  makeRow('gru', 2, 0.9),
  makeRow('gru', 1, 0.3, { hashing: false, title: 'gru, no hashing' }),
]

test('the best is chosen on the validation sentences, never on the test', () => {
  expect(chooseBest(rows).model).toBe('gru')
  const figures = toFigures(rows, 1.23, 'onnx')
  expect(Object.keys(figures)).toEqual(['model', 'f1', 'precision', 'recall', 'intentAccuracy', 'seconds', 'backend'])
  expect(figures).toMatchObject({ model: 'gru', precision: 1, recall: 0.5, intentAccuracy: 0.5, seconds: 1.2 })
  expect(figures.f1).toBeCloseTo(2 / 3, 12)
})

test('data without intents: null', () => {
  const row = makeRow('lstm', 4, 1)
  expect(toFigures([{ ...row, test: { ...row.test, intentAccuracy: undefined } }], 1, 'gl').intentAccuracy).toBeNull()
})

test('the summary sets the best against one word alone, and hashing against none', () => {
  expect(toSummary(rows, 2, 'onnx').rows).toMatchObject([
    { learned: 'gru', measure: 'chunk F1', baseline: { name: 'feed-forward', value: 0.4 } },
    { measure: 'right tags of unseen words', value: 0.5, baseline: { value: 0.25 } },
  ])
  expect(toSummary([makeRow('lstm', 4, 1)], 2, 'onnx').rows).toMatchObject([{ value: 1, baseline: { value: 0 } }])
})

test('the table: columns stand under their names', () => {
  const [head = '', ...lines] = formatTable(rows)
  expect(lines[1]).toMatch(/^lstm +100\.00\* +100\.00 +100\.00 +50\.00 +100\.00 {3}all$/)
  for (const name of ['precision', 'recall', 'intents', 'unseen']) {
    const end = head.indexOf(name) + name.length
    for (const line of lines) expect(line.slice(0, end)).toMatch(/\d$/)
  }
})
