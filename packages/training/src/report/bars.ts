// Bars and heat maps of a report: probabilities, confusion tables, attention.
import { formatFigure } from '../progress/format.ts'
import { html, type Markup } from './html.ts'

/** One bar. */
export interface Bar {
  readonly label: string
  readonly value: number
  /** Stands out, e.g. the right answer. */
  readonly emphasis?: boolean
}

/** Bars under one title. */
export interface BarChart {
  readonly title?: string
  readonly bars: readonly Bar[]
  /** The value of a full bar. Default: 1 where all values are at most 1, else the largest. */
  readonly full?: number
}

/** Horizontal bars, several charts side by side where there is room. */
export function renderBars(charts: readonly BarChart[]): Markup {
  const rendered = charts.map(({ title, bars, full }) => {
    const most = full ?? Math.max(1, ...bars.map(({ value }) => value).filter(Number.isFinite))
    const rows = bars.map(({ label, value, emphasis }) => {
      const share = Number.isNaN(value) ? 0 : Math.min(100, Math.max(0, (100 * value) / most))
      return html`<div role="row"${emphasis === true && html` class="emphasis"`}><span role="rowheader">${label}</span><span class="track"><i style="width:${share.toFixed(2)}%"></i></span><span role="cell" class="number">${formatFigure(value)}</span></div>\n`
    })
    return html`<section>${title !== undefined && html`<h3>${title}</h3>`}<div class="bars" role="table">${rows}</div></section>`
  })
  return html`<div class="charts">${rendered}</div>`
}

/** A table of numbers as colours. */
export interface HeatMap {
  readonly title?: string
  readonly values: readonly (readonly number[])[]
  readonly rowLabels?: readonly string[]
  readonly columnLabels?: readonly string[]
  /** What the rows and columns are, e.g. `true digit` and `prediction`. */
  readonly rowName?: string
  readonly columnName?: string
  /** The value of the full colour. Default: the largest magnitude. */
  readonly full?: number
}

/** Up to this many columns the numbers are printed in the cells. */
const PRINTED_COLUMNS = 16

/** Heat maps, side by side where there is room. Negative values have a colour of their own. */
export function renderHeatMaps(maps: readonly HeatMap[]): Markup {
  return html`<div class="charts">${maps.map(renderHeatMap)}</div>`
}

function renderHeatMap(map: HeatMap): Markup {
  const { title, values, rowLabels, columnLabels, rowName = 'row', columnName = 'column' } = map
  const magnitudes = values.flat().map(Math.abs).filter(Number.isFinite)
  const full = map.full ?? magnitudes.reduce((most, value) => Math.max(most, value), 0)
  const width = Math.max(0, ...values.map((row) => row.length))
  const isPrinted = width <= PRINTED_COLUMNS
  const head =
    columnLabels &&
    html`<thead><tr>${rowLabels && html`<td></td>`}${columnLabels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>\n`
  const rows = values.map((row, y) => {
    const rowLabel = rowLabels?.[y]
    const cells = row.map((value, x) => {
      const share = full > 0 && Number.isFinite(value) ? Math.min(1, Math.abs(value) / full) : 0
      const kinds = `${value < 0 ? 'negative' : ''}${share > 0.55 ? ' strong' : ''}`
      const place = `${rowName} ${rowLabel ?? y + 1}, ${columnName} ${columnLabels?.[x] ?? x + 1}: ${formatFigure(value)}`
      return html`<td class="${kinds.trim()}" style="--share:${(100 * share).toFixed(1)}%" title="${place}">${isPrinted && formatCell(value)}</td>`
    })
    return html`<tr>${rowLabels && html`<th scope="row">${rowLabel ?? ''}</th>`}${cells}</tr>\n`
  })
  const names =
    map.rowName !== undefined &&
    map.columnName !== undefined &&
    html`<p class="axes">rows: ${rowName}, columns: ${columnName}</p>`
  return html`<section>${title !== undefined && html`<h3>${title}</h3>`}${names}<div class="scroll"><table class="heat ${isPrinted ? 'printed' : 'dense'}">${head}<tbody>${rows}</tbody></table></div></section>`
}

/** At most three digits, so that a cell stays square: `0.08`, `.5` is not used, large counts are whole. */
function formatCell(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value)
  return Math.abs(value) < 0.005 ? '0' : String(Number(value.toFixed(Math.abs(value) < 10 ? 2 : 0)))
}
