// The table as text and as figures.
import { expect, test } from 'vitest'
import { describeTable, formatTable, toFigures, toSummary } from './results.ts'

const rows = [
  { name: 'plain', title: 'Plain', clean: 0.97, noisy: 0.5 },
  { name: 'all', title: 'All together', clean: 0.98125, noisy: 0.75 },
  { name: 'other', title: 'Other', clean: 0.5, noisy: 0.75 },
]

test('for people: aligned, the largest marked, nothing hanging over', () => {
  expect(formatTable(rows)).toEqual([
    'recipe        clean     noisy',
    '────────────  ────────  ────────',
    'Plain         0.9700    0.5000',
    'All together  0.9812 *  0.7500 *',
    'Other         0.5000    0.7500 *',
  ])
  const lines = describeTable(rows, { count: 2000, noise: 0.8 })
  expect(lines.slice(0, 5)).toEqual(formatTable(rows))
  expect(lines.at(-1)).toContain('2000 test images')
  expect(lines.at(-1)).toContain('0.8')
})

test('for programs: names and exact shares, seconds to a tenth', () => {
  expect(toFigures(rows, 12.3456, 'onnx')).toEqual({
    rows: [
      { name: 'plain', clean: 0.97, noisy: 0.5 },
      { name: 'all', clean: 0.98125, noisy: 0.75 },
      { name: 'other', clean: 0.5, noisy: 0.75 },
    ],
    seconds: 12.3,
    backend: 'onnx',
  })
})

test('for the tour: the best of those that never saw noise, beside the plain network', () => {
  const withNoise = [...rows, { name: 'noiseTraining', title: 'Training with noise', clean: 0.9, noisy: 0.9 }]
  const { rows: summary } = toSummary(withNoise, 1, 'onnx')
  expect(summary.map(({ learned, value, baseline }) => [learned, value, baseline.name, baseline.value])).toEqual([
    ['All together', 0.75, 'Plain', 0.5],
    ['All together', 0.98125, 'Plain', 0.97],
  ])
})
