// Joined reports: every part is there once, in order, reachable by its link, and unchanged.
import { ShapeError } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { joinReports } from './join.ts'
import { createReport } from './report.ts'

const page = (title: string) =>
  createReport({ title, subtitle: `about ${title}` })
    .heading(`${title}: figures`)
    .html()

test('the parts follow the front page in their order, each linked', () => {
  const text = joinReports(page('Tour'), [
    { name: 'Go & more', document: page('Go') },
    { name: 'Words', document: page('<main></main>') },
  ])
  expect(text.match(/<h1>.*?<\/h1>/g)).toEqual(['<h1>Tour</h1>', '<h1>Go</h1>', '<h1>&lt;main&gt;&lt;/main&gt;</h1>'])
  expect(text.match(/<main>|<\/main>|<title>.*<\/title>/g)).toEqual(['<title>Tour</title>', '<main>', '</main>'])
  expect(text).toContain('<a href="#part-1">Go &amp; more</a>')
  expect(text).toContain('<article id="part-2" aria-label="Words">')
  expect(text.indexOf('Tour: figures')).toBeLessThan(text.indexOf('<nav'))
})

test('without parts it is the front page', () => {
  expect(joinReports(page('Tour'), [])).toBe(page('Tour'))
})

test('what is no report is refused', () => {
  expect(() => joinReports(page('Tour'), [{ name: 'x', document: 'hello' }])).toThrow(ShapeError)
})
