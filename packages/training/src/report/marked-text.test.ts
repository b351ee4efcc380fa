// Marked texts: colours in proportion, signs, and words that hold markup.
import { expect, test } from 'vitest'
import { createReport } from './report.ts'

function render(...texts: Parameters<ReturnType<typeof createReport>['markedTexts']>): string {
  return createReport({ title: 'Reviews' })
    .markedTexts(...texts)
    .html()
}

const words = [
  { text: 'not', weight: -2 },
  { text: '<b>', weight: 1 },
  { text: 'film', weight: 0 },
]

test('colours are in proportion to the largest weight, and each sign has its own', () => {
  const page = render({ texts: [{ words, label: 'negative 90 %', tone: 'good', note: 'as it is' }], caption: 'One.' })
  expect(page).toContain('<b class="good">negative 90 %</b>')
  expect(page).toContain('<span class="word negative" style="--share:70.0%" title="-2">not</span>')
  expect(page).toContain('<span class="word" style="--share:35.0%" title="1">&lt;b&gt;</span>')
  expect(page).toContain('<span class="word" style="--share:0.0%" title="0">film</span>')
  expect(page).toContain('<small>as it is</small>')
  expect(page).toContain('<figcaption>One.</figcaption>')
})

test('one scale for several texts, no weights at all, and weights that are no numbers', () => {
  expect(render({ texts: [{ words }], full: 4 })).toContain('style="--share:35.0%" title="-2"')
  expect(render({ texts: [{ words: [{ text: 'a', weight: 0 }] }, { words: [] }] })).toContain('--share:0.0%')
  expect(render({ texts: [{ words: [{ text: 'a', weight: Number.NaN }] }] })).toContain('--share:0.0%')
})
