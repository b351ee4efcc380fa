// Reports: nothing in them can break the page or reach the network, and the pictures show the numbers.
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HostArray, ShapeError } from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { escapeText, html } from './html.ts'
import { encodePng } from './images.ts'
import { createReport, type Report, writeReport } from './report.ts'

const picture = (shape: number[], ...values: number[]): HostArray => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(values),
})

/** A report with the same text in every place that takes text. */
function fillReport(text: string, figure = 0.25): Report {
  const runs = ['', ' again'].flatMap((more) =>
    ['train', text].map((name) => ({ run: text + more, name, y: [figure, 1, 2] })),
  )
  return createReport({ title: text, subtitle: text })
    .heading(text)
    .paragraph(text)
    .monospaced(text, text)
    .keyFigures([{ label: text, value: text, note: text }])
    .table({ columns: [text, { name: text, digits: 2, best: 'largest' }], rows: [[text, figure]], caption: text })
    .curves({ charts: [{ title: text, xName: text, marks: [{ x: 2, label: text }], curves: runs }], caption: text })
    .curves({ charts: [{ title: text, logarithmic: true, curves: [{ name: text, y: [figure] }] }] })
    .bars({ charts: [{ title: text, bars: [{ label: text, value: figure, emphasis: true }] }], caption: text })
    .heatMaps({
      charts: [
        { title: text, rowName: text, columnName: text, rowLabels: [text], columnLabels: [text], values: [[figure]] },
      ],
      caption: text,
    })
    .images({ images: [{ image: picture([1, 1], figure), caption: text, tone: 'bad' }], caption: text })
}

/** The tags of a document, with their attributes, and the text between them. */
function splitTags(document: string): { tags: string[]; text: string } {
  const tags = document.match(/<[^>]*>/g) ?? []
  return { tags, text: document.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<[^>]*>/g, '\n') }
}

describe('text', () => {
  const attack = `"><script>alert('x')</script><img src=x onerror=alert(1)> & </title></style>`

  test('markup in any text is shown, not obeyed', () => {
    const document = fillReport(attack).html()
    expect(document).not.toContain('<script')
    expect(document).not.toContain('onerror=alert(1)>')
    expect(document).toContain('<title>&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;')
    // The tags are the same as those of a harmless text: the attack added none and took none away.
    const names = (text: string): string[] =>
      splitTags(fillReport(text).html()).tags.map((tag) => tag.split(/[\s>]/)[0] as string)
    expect(names(attack)).toEqual(names('harmless'))
  })

  test('whatever the text, the tags stay the same', () => {
    const names = (text: string): string =>
      splitTags(fillReport(text).html())
        .tags.map((tag) => tag.replace(/ (title|aria-label|alt)="[^"]*"/g, ''))
        .join('')
    const expected = names('x')
    const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ maxLength: 30 }))
    fc.assert(
      fc.property(
        anyText.filter((text) => text !== 'train'),
        (text) => {
          expect(names(text)).toBe(expected)
        },
      ),
    )
  })

  test('the five characters are escaped and what no document may hold is replaced', () => {
    expect(escapeText(`a & b < c > d " e ' f`)).toBe('a &amp; b &lt; c &gt; d &quot; e &#39; f')
    expect(escapeText('\u0000\u001b[2J\ud800 \ufffe é 😀\t\n')).toBe('\ufffd\ufffd[2J\ufffd \ufffd é 😀\t\n')
    expect(html`<b>${['<', html`<i>${1}</i>`, false, undefined]}</b>`.markup).toBe('<b>&lt;<i>1</i></b>')
  })
})

describe('the document', () => {
  test('nothing in it leads outside, and the policy forbids it', () => {
    const document = fillReport('text').html()
    const addresses = [...document.matchAll(/(?:src|href|url|srcset|action)\s*[=(]\s*"?([^"\s>)]*)/g)].map(
      (match) => match[1],
    )
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) expect(address).toMatch(/^data:image\/png;base64,/)
    expect(document).toContain(`default-src 'none'; img-src data:; style-src 'unsafe-inline'`)
    expect(document).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(document).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">')
    expect(document).toContain('prefers-color-scheme:dark')
  })

  test('every tag that is opened is closed', () => {
    const open: string[] = []
    for (const tag of splitTags(fillReport('text').html()).tags) {
      const [, slash, name, end] = /^<(\/?)([a-z0-9]+)[\s\S]*?(\/?)>$/.exec(tag) ?? []
      if (name === undefined || end === '/' || ['meta', 'img'].includes(name)) continue
      if (slash === '/') expect(open.pop()).toBe(name)
      else open.push(name)
    }
    expect(open).toEqual([])
  })

  test('it is written to a file in a folder made on the way', async () => {
    const folder = await files.mkdtemp(join(tmpdir(), 'report-'))
    const path = join(folder, 'inner', 'report.html')
    await writeReport(fillReport('text'), path)
    expect(await files.readFile(path, 'utf8')).toBe(fillReport('text').html())
    await files.rm(folder, { recursive: true })
  })
})

describe('tables', () => {
  const document = createReport({ title: 't' })
    .table({
      columns: ['recipe', { name: 'error', digits: 2, best: 'smallest' }, { name: 'hits', best: 'largest' }],
      rows: [
        ['plain', 0.256, 3],
        ['other', -0.004, 12345.678],
        ['none', null, Number.NaN],
      ],
    })
    .html()

  test('numbers have the digits asked for, and the best is marked', () => {
    expect(document).toContain('<th scope="row">plain</th><td class="number">0.26</td><td class="number">3</td>')
    expect(document).toContain(
      '<td class="number"><strong>−0.00</strong></td><td class="number"><strong>12350</strong></td>',
    )
    expect(document).toContain('<td class="number">–</td><td class="number">NaN</td>')
  })
})

describe('curves', () => {
  const draw = (chart: Partial<Parameters<Report['curves']>[0]['charts'][0]>): string =>
    createReport({ title: 't' })
      .curves({ charts: [{ title: 'Loss', curves: [], ...chart }] })
      .html()
  const paths = (document: string): string[] =>
    [...(document.split('<div class="plot">')[1] ?? '').matchAll(/class="line[^"]*" d="([^"]*)"/g)].map(
      (match) => match[1] as string,
    )

  test('a line goes through its points: x from left to right, y upwards, 1000 units each', () => {
    expect(paths(draw({ curves: [{ name: 'a', y: [0, 5, 10] }] }))).toEqual(['M0,1000L500,500L1000,0'])
    expect(paths(draw({ curves: [{ name: 'a', x: [0, 10, 40], y: [1, 1, 0] }] }))).toEqual(['M0,0L250,0L1000,1000'])
  })

  test('a logarithmic axis has equal steps for equal factors, and leaves out what has no logarithm', () => {
    const document = draw({ logarithmic: true, curves: [{ name: 'a', y: [0.001, 0.01, 0, 0.1, 1] }] })
    expect(paths(document)).toEqual(['M0,1000L250,666.7M750,333.3L1000,0'])
    expect([...document.matchAll(/<span style="top:[\d.]+%">([^<]*)</g)].map((match) => match[1])).toEqual([
      '0.001',
      '0.01',
      '0.1',
      '1',
    ])
  })

  test('NaN and infinities are gaps', () => {
    const y = [0, 1, Number.NaN, 1, Number.POSITIVE_INFINITY, 0, 1]
    expect(paths(draw({ curves: [{ name: 'a', y }] }))).toEqual(['M0,1000L166.7,0M500,0ZM833.3,1000L1000,0'])
  })

  test.each([
    ['no curves', []],
    ['an empty curve', [{ name: 'a', y: [] }]],
    ['only NaN', [{ name: 'a', y: [Number.NaN] }]],
  ])('%s: says so', (_, curves) => {
    expect(draw({ curves })).toContain('No finite values.')
  })

  test('one value, equal values and huge values have axes', () => {
    for (const y of [[3], [0, 0], [1e300, -1e300], [1e-300]]) {
      expect(draw({ curves: [{ name: 'a', y }] })).not.toMatch(/NaN|Infinity/)
      expect(draw({ curves: [{ name: 'a', y }], logarithmic: true })).not.toMatch(/NaN|Infinity/)
    }
  })

  test('several runs differ by colour, train is dashed, and the legend has one entry a run', () => {
    const curves = ['plain', 'dropout'].flatMap((run) => [
      { run, name: 'train', y: [2, 1] },
      { run, name: 'validation', y: [3, 2] },
    ])
    const document = draw({ curves })
    const kinds = [...(document.split('<div class="plot">')[1] ?? '').matchAll(/class="(line[^"]*)"/g)].map(
      (match) => match[1],
    )
    expect(kinds).toEqual(['line c0 dashed', 'line c0', 'line c1 dashed', 'line c1'])
    const legend = /<ul class="legend">([\s\S]*?)<\/ul>/.exec(document)?.[1] ?? ''
    expect(
      splitTags(legend)
        .text.split(/\n+/)
        .map((part) => part.trim())
        .filter(Boolean),
    ).toEqual(['plain', '1 / 2', 'dropout', '1 / 2', 'train', 'validation'])
  })

  test('a long curve is thinned out, but its peaks stay', () => {
    const y = Array.from({ length: 100_000 }, (_, i) => (i === 77_777 ? 1 : 0))
    const document = draw({ curves: [{ name: 'a', y }] })
    expect(document.length).toBeLessThan(40_000)
    expect(paths(document)[0]).toContain(',0L')
    expect(document).not.toContain('<details>')
  })

  test('the numbers are there as a table, by x', () => {
    const document = draw({
      curves: [
        { name: 'a', x: [1, 3], y: [0.5, 0.25] },
        { name: 'b', x: [2, 3], y: [7, 8] },
      ],
    })
    expect(splitTags(document.split('<details>')[1] ?? '').text.replace(/\s+/g, ' ')).toContain(
      'Numbers epoch a b 1 0.5 – 2 – 7 3 0.25 8',
    )
  })
})

describe('bars and heat maps', () => {
  test('the length of a bar is its share', () => {
    const widths = (values: number[], full?: number): string[] => {
      const bars = values.map((value) => ({ label: 'x', value }))
      const document = createReport({ title: 't' })
        .bars({ charts: [{ bars, ...(full && { full }) }] })
        .html()
      return [...document.matchAll(/style="width:([\d.]+)%/g)].map((match) => match[1] as string)
    }
    expect(widths([0.25, 1, 0])).toEqual(['25.00', '100.00', '0.00'])
    expect(widths([5, 20])).toEqual(['25.00', '100.00'])
    expect(widths([5, -1, Number.NaN, 99], 50)).toEqual(['10.00', '0.00', '0.00', '100.00'])
  })

  test('the colour of a cell is its share of the largest magnitude', () => {
    const values = [
      [0, 2],
      [-4, Number.NaN],
    ]
    const document = createReport({ title: 't' })
      .heatMaps({ charts: [{ values, rowLabels: ['a', 'b'] }] })
      .html()
    expect(
      [...document.matchAll(/<td class="([^"]*)" style="--share:([^"]*)" title="([^"]*)">([^<]*)/g)].map(
        ([, ...rest]) => rest,
      ),
    ).toEqual([
      ['', '0.0%', 'row a, column 1: 0', '0'],
      ['', '50.0%', 'row a, column 2: 2', '2'],
      ['negative strong', '100.0%', 'row b, column 1: -4', '-4'],
      ['', '0.0%', 'row b, column 2: NaN', 'NaN'],
    ])
  })
})

describe('pictures', () => {
  test('grey: the range becomes 0 to 255, and what lies outside is cut off', () => {
    const image = picture([2, 3], 0, 0.5, 1, -1, 2, Number.NaN)
    const png = decode(encodePng(image))
    expect([png.width, png.height, png.channels, png.depth]).toEqual([3, 2, 1, 8])
    expect([...png.data]).toEqual([0, 128, 255, 0, 255, 0])
    expect([...decode(encodePng(image, [-1, 1])).data]).toEqual([128, 191, 255, 0, 255, 0])
  })

  test('colours: channels first become red, green, blue by pixel', () => {
    const png = decode(encodePng(picture([3, 1, 2], 1, 0, 0, 1, 0, 0.2)))
    expect([...png.data]).toEqual([255, 0, 0, 0, 255, 51])
  })

  test('it is a PNG file: signature, header with the size, end', () => {
    const bytes = Buffer.from(encodePng(picture([1, 1], 1)))
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n')
    expect(bytes.subarray(12, 26).toString('hex')).toBe('4948445200000001000000010800')
    expect(bytes.subarray(-8, -4).toString()).toBe('IEND')
  })

  test.each([[[4]], [[2, 2, 2]], [[0, 4]], [[1, 1, 2, 2]]])('the shape %j is no picture', (shape) => {
    const size = shape.reduce((a, b) => a * b, 1)
    expect(() => encodePng(picture(shape, ...new Array<number>(size).fill(0)))).toThrow(ShapeError)
  })

  test('a drawing stands in the page as a picture, with the ratio of its sides', () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><text>●</text></svg>'
    const document = createReport({ title: 't' })
      .images({ images: [{ image: { svg, width: 4, height: 2 }, caption: 'c' }], width: 100 })
      .html()
    const [, encoded = ''] =
      /<img src="data:image\/svg\+xml;base64,([^"]*)" alt="c" width="100" height="50">/.exec(document) ?? []
    expect(Buffer.from(encoded, 'base64').toString('utf8')).toBe(svg)
  })

  test('small pictures keep their pixels, the height follows the width', () => {
    const document = createReport({ title: 't' })
      .images({ images: [{ image: picture([2, 1], 0, 1), caption: '7', tone: 'good' }], width: 30 })
      .html()
    expect(document).toMatch(
      /<li class="good"><img class="pixels" src="data:image\/png;base64,[\w+/=]+" alt="7" width="30" height="60"><span>✓ 7<\/span>/,
    )
  })
})
