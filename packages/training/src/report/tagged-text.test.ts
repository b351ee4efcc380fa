// Tagged texts: a colour a name, names in a given order, words without a name, and words that hold markup.
import { expect, test } from 'vitest'
import { createReport } from './report.ts'

function render(...texts: Parameters<ReturnType<typeof createReport>['taggedTexts']>): string {
  return createReport({ title: 'Slots' })
    .taggedTexts(...texts)
    .html()
}

const spans = [
  { text: 'to' },
  { text: '<Taipei>', tag: 'destination', note: '0.99' },
  { text: 'on Monday', tag: 'day' },
]

test('a name stands under its words, in a colour of its own', () => {
  const page = render({ texts: [{ spans, label: 'said', tone: 'bad', note: 'book' }], caption: 'One.' })
  expect(page).toContain(
    'to <span class="tagged" style="--color:var(--c0)">&lt;Taipei&gt;<small>destination 0.99</small></span>',
  )
  expect(page).toContain('<span class="tagged" style="--color:var(--c1)">on Monday<small>day</small></span>')
  expect(page).toContain('<b class="bad">said</b>')
  expect(page).toContain('<small>book</small>')
  expect(page).toContain('<figcaption>One.</figcaption>')
})

test('the same name has the same colour in every text', () => {
  const page = render({ texts: [{ spans }, { spans: spans.slice(2) }] })
  expect(page.match(/var\(--c1\)">on Monday/g)).toHaveLength(2)
})

test('given names decide the colours, which begin again after the last', () => {
  const tags = Array.from({ length: 10 }, (_, index) => (index === 9 ? 'day' : `slot ${index}`))
  expect(render({ texts: [{ spans: spans.slice(2) }], tags })).toContain('var(--c1)">on Monday')
})
