// Several reports as one page: what stands in front, a list of contents, then page after page.
import { ShapeError } from '@deep-recipe/core-tensor'
import { html, type Markup } from './html.ts'

/** A finished report that becomes a part of another. */
export interface ReportPart {
  /** In the list of contents. */
  readonly name: string
  /** The document, as `Report.html` or a file of `writeReport` holds it. */
  readonly document: string
}

/**
 * One document of several: the front page, links to the parts, and the parts in their order. Nothing is lost of them, and it
 * needs neither a network nor scripts, as they did not.
 *
 * @param front the document that gives the title and the looks
 * @throws ShapeError for a document that is no report
 */
export function joinReports(front: string, parts: readonly ReportPart[]): string {
  const links = parts.map(({ name }, index) => html`<li><a href="#part-${index + 1}">${name}</a></li>`)
  const contents = html`<nav aria-label="Contents"><ol>${links}</ol></nav>\n`
  const bodies = parts.map(
    ({ name, document }, index): Markup =>
      html`<article id="part-${index + 1}" aria-label="${name}">${{ markup: readMain(name, document) }}</article>\n`,
  )
  const own = readMain('the front page', front)
  const end = front.indexOf(own) + own.length
  return front.slice(0, end) + html`${parts.length > 0 && contents}${bodies}`.markup + front.slice(end)
}

/** What stands inside `<main>`. Text in a report is escaped, so that the tags found here are those of the page. */
function readMain(name: string, document: string): string {
  const [, main] = /<main>\n?([\s\S]*)<\/main>/.exec(document) ?? []
  if (main !== undefined) return main
  throw new ShapeError({
    what: `joinReports: ${name}`,
    expected: 'a document that createReport made',
    received: `${document.length} characters without <main>`,
    remedy: 'Pass what Report.html() gives, or a file of writeReport.',
  })
}
