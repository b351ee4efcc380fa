// HTML reports: one file with everything in it, which needs neither a network nor scripts.
import { writeFileAtomically } from '../files/atomic-write.ts'
import { type BarChart, type HeatMap, renderBars, renderHeatMaps } from './bars.ts'
import { type CurveChart, renderCurves } from './curves.ts'
import { html, type Markup, withCaption } from './html.ts'
import { type ImageGrid, renderImages } from './images.ts'
import { type MarkedTexts, renderMarkedTexts } from './marked-text.ts'
import { style } from './style.ts'
import { renderTable, type Table } from './table.ts'
import { renderTaggedTexts, type TaggedTexts } from './tagged-text.ts'

/** What stands at the top. */
export interface ReportOptions {
  readonly title: string
  /** What was run, on what, how long: one or two sentences. */
  readonly subtitle?: string
}

/** A figure that deserves large print. */
export interface KeyFigure {
  readonly label: string
  readonly value: string
  readonly note?: string
}

/** Charts side by side under one caption. */
export interface Charts<Chart> {
  readonly charts: readonly Chart[]
  readonly caption?: string
}

/** A page that is written from top to bottom. All text is escaped: it can say anything. */
export interface Report {
  /** Begins a section. */
  heading(text: string): Report
  /** A paragraph; line feeds are kept. */
  paragraph(text: string): Report
  /** Text in a typewriter font: commands, printed graphs, alignments. */
  monospaced(text: string, caption?: string): Report
  /** The few figures that matter, in large print. */
  keyFigures(figures: readonly KeyFigure[]): Report
  table(table: Table): Report
  /** Learning curves: train and validation, or several runs in one chart. */
  curves(charts: Charts<CurveChart>): Report
  /** Horizontal bars, e.g. the probabilities of the classes. */
  bars(charts: Charts<BarChart>): Report
  /** Numbers as colours, e.g. a confusion table or attention weights. */
  heatMaps(maps: Charts<HeatMap>): Report
  /** Sentences whose words are coloured by a number each. */
  markedTexts(texts: MarkedTexts): Report
  /** Sentences in which stretches of words carry a name each. */
  taggedTexts(texts: TaggedTexts): Report
  /** A grid of pictures. @throws ShapeError for arrays that are no pictures */
  images(grid: ImageGrid): Report
  /** The whole document so far. */
  html(): string
}

/**
 * An empty report.
 *
 * ```ts
 * const report = createReport({ title: 'Digits', subtitle: 'Three hidden layers, 10 epochs' })
 *   .heading('Learning')
 *   .curves({ charts: [{ title: 'Loss', curves: [{ name: 'train', y: [0.9, 0.4, 0.2] }] }] })
 * await writeReport(report, 'report.html')
 * ```
 */
export function createReport({ title, subtitle }: ReportOptions): Report {
  const blocks: Markup[] = []
  const add = (block: Markup): Report => {
    blocks.push(block)
    return report
  }
  const report: Report = {
    heading: (text) => add(html`<h2>${text}</h2>\n`),
    paragraph: (text) => add(html`<p>${text}</p>\n`),
    monospaced: (text, caption) => add(withCaption(html`<pre>${text}</pre>`, caption, 'text')),
    keyFigures: (figures) => add(renderKeyFigures(figures)),
    table: (table) => add(withCaption(renderTable(table), table.caption, 'table')),
    curves: ({ charts, caption }) => add(withCaption(renderCurves(charts), caption, 'curves')),
    bars: ({ charts, caption }) => add(withCaption(renderBars(charts), caption, 'bar-charts')),
    heatMaps: ({ charts, caption }) => add(withCaption(renderHeatMaps(charts), caption, 'heat-maps')),
    markedTexts: (texts) => add(withCaption(renderMarkedTexts(texts), texts.caption, 'text')),
    taggedTexts: (texts) => add(withCaption(renderTaggedTexts(texts), texts.caption, 'text')),
    images: (grid) => add(withCaption(renderImages(grid), grid.caption, 'pictures')),
    html: () => renderPage(title, subtitle, blocks).markup,
  }
  return report
}

/**
 * Writes a report to a file, whole or not at all.
 * @throws FileError where it cannot be written
 */
export async function writeReport(report: Report, path: string): Promise<void> {
  await writeFileAtomically(path, report.html())
}

function renderKeyFigures(figures: readonly KeyFigure[]): Markup {
  const items = figures.map(
    ({ label, value, note }) =>
      html`<div><dt>${label}</dt><dd><b>${value}</b>${note !== undefined && html`<small>${note}</small>`}</dd></div>`,
  )
  return html`<dl class="figures">${items}</dl>\n`
}

/** The policy forbids every request and every script, whatever got into the page. */
function renderPage(title: string, subtitle: string | undefined, blocks: readonly Markup[]): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<main>
<header><h1>${title}</h1>${subtitle !== undefined && html`<p>${subtitle}</p>`}</header>
${blocks}</main>
</body>
</html>
`
}
